"""How commands read what a person names, and show what they found."""
