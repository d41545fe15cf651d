"""What the machine says, in four languages, and how it is spoken."""
