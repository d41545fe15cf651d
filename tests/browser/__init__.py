"""`make test-browser`: people at the screen in a real Chromium, on a running system whose phones ring."""
