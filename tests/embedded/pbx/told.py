"""What one Asterisk has told its keeper, as lines of its log."""

from embedded.asterisk import Asterisk


def told_by(asterisk: Asterisk) -> list[str]:
    """All that it told since it was started."""
    log = asterisk.run_dir / "log" / "messages"
    return log.read_text().splitlines() if log.exists() else []
