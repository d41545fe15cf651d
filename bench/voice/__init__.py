"""`make bench-voice`: whether our voice is understood on a telephone, and how soon and fast it speaks."""
