"""What changes by itself on a page that stays open, and alerts that count down."""
