"""One live call: its events, and the verbs that scripts are written in."""
