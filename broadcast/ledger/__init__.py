"""The rows of attempts and what protects them: never lost, never placed twice."""
