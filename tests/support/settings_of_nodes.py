"""Settings of servers that tests start: short waits, and a PBX of their own."""

from pathlib import Path

from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports

SHORT: dict[str, dict[str, str]] = {
    "alert": {"ring": "4"},
    "retry": {
        "busy": "1",
        "no_answer": "1",
        "rejected": "1",
        "dead_number": "1",
        "voicemail": "1",
        "partial": "1",
        "congestion": "0.5",
        "congestion_longest": "2",
        "tries_per_number": "2",
    },
    "speech": {"zone": "Politie"},
    "duty": {"after": "1", "ring": "8"},
    "leaving": {"after": "3"},
}
"""Waits, so that a test does not take as long as an evening of calls."""


def own_pbx(asterisk_root: Path) -> dict[str, str]:
    ports = free_ports(2)
    return {
        "sip_bind": f"{LOOPBACK}:{ports}",
        "ari_bind": f"{LOOPBACK}:{ports + 1}",
        "rtp_ports": str(free_audio_ports()),
        "root": str(asterisk_root),
    }
