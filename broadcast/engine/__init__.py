"""The engine: it makes attempts into calls, and keeps at it whatever crashes."""
