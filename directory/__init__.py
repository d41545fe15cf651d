"""Who is who: networks, members, their numbers, and how lists come in."""
