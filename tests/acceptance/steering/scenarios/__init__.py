"""What happens while alerts are steered, each told as a story."""
