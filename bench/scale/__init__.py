"""`make bench-scale`: a million recipients against ten thousand."""
