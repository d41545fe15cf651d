"""How broadcasts and reports go, live: a whole picture at first, and anew on each change."""
