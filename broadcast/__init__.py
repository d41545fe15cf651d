"""The alert: who must hear what, and what happened."""
