"""The process of the screen: what its pages are made of, and the server that answers browsers."""
