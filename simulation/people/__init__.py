"""Who lives in a drawn neighbourhood, and what each of them does on a call."""
