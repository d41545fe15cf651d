"""An alert, from its words to those who must hear it, until it is taken back."""
