"""What a run of chaos did, and what came of it; the bounds that must hold are judged here."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    kills: int = 0
    """Processes of ours, of PostgreSQL and of Asterisk that were ended without a word."""
    faults: Counter[str] = field(default_factory=Counter)
    """Everything that was done, by name."""
    members: int = 0
    lost: int = 0
    """Members without a final result, or whose result is not what their phone got."""
    placed_twice: int = 0
    """Calls beyond one for each attempt that was written ahead."""
    heard_twice: int = 0
    """Calls in which somebody heard the whole alert who had heard it before."""
    live_at_kill: int = 0
    """Calls that were up or ringing when something died."""
    silent_answers: int = 0
    """Phones that were picked up and heard nothing, except where the PBX itself was killed."""
    rung_after_reached: int = 0
    """Calls to a number after one that had been recorded as heard or confirmed."""
    rewritten: int = 0
    """Changes of an attempt whose end was recorded, and moves backwards."""
    two_at_once: int = 0
    """Calls to a number that another call of ours rang at that moment, or was up with."""
    wrong_audience: int = 0
    """People who were told what follows an alert of which they heard nothing, or what was withdrawn."""
    killed_in_vain: int = 0
    """Programs that were killed though they had only stood still for seconds."""
    left_hanging: int = 0
    """Programs of ours that hung and that nobody ended."""
    again: list[str] = field(default_factory=list)
    """How the calls ended of those who heard it twice."""
    problems: list[str] = field(default_factory=list)
    """In words, for whoever looks for the reason."""

    def add(self, other: "Tally") -> None:
        self.kills += other.kills
        self.faults += other.faults
        self.members += other.members
        self.lost += other.lost
        self.placed_twice += other.placed_twice
        self.heard_twice += other.heard_twice
        self.live_at_kill += other.live_at_kill
        self.silent_answers += other.silent_answers
        self.rung_after_reached += other.rung_after_reached
        self.rewritten += other.rewritten
        self.two_at_once += other.two_at_once
        self.wrong_audience += other.wrong_audience
        self.killed_in_vain += other.killed_in_vain
        self.left_hanging += other.left_hanging
        self.again += other.again
        self.problems += other.problems

    @property
    def holds(self) -> bool:
        """Nobody lost, nothing placed twice, nobody rung again or by two at once; what hung was ended."""
        return (
            not (self.lost or self.placed_twice or self.silent_answers or self.wrong_audience)
            and not (self.rewritten or self.rung_after_reached)
            and not (self.two_at_once or self.killed_in_vain or self.left_hanging)
            and self.heard_twice <= self.live_at_kill
        )

    def __str__(self) -> str:
        return (
            f"kills={self.kills} members={self.members} lost={self.lost} placed_twice={self.placed_twice} "
            f"heard_twice={self.heard_twice} live_at_kill={self.live_at_kill} "
            f"silent_answers={self.silent_answers} two_at_once={self.two_at_once} "
            f"wrong_audience={self.wrong_audience}"
        )
