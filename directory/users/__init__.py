"""Who signs in on the screen: users, their rights, invitations, and the sessions that they have open."""
