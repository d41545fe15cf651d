"""The chaos suite: whatever can die or hang does, again and again, and the phones tell what they got."""
