"""What a run came to."""

from dataclasses import dataclass, field

from tests.hostile.attack import Verdict
from tests.hostile.far_ends import FarEnds
from tests.hostile.forged_callbacks import ForgedCallBacks
from tests.hostile.held_lines import HeldLines
from tests.hostile.sending import Sent


@dataclass
class Tally:
    verdicts: list[Verdict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What is wrong and is no single attack's doing."""
    sent: Sent = field(default_factory=Sent)
    log_kb: int = 0
    numbers_in_logs: int = 0
    files_changed: int = 0
    root_processes: int = 0
    far_ends: FarEnds = field(default_factory=FarEnds)
    held_lines: HeldLines = field(default_factory=HeldLines)
    forged: ForgedCallBacks = field(default_factory=ForgedCallBacks)

    def add(self, verdicts: list[Verdict]) -> None:
        self.verdicts += verdicts

    @property
    def packets(self) -> int:
        return self.sent.packets - self.sent.lost

    @property
    def repelled(self) -> int:
        return sum(one.repelled for one in self.verdicts)

    def holds(self, packets: int, attacks: int, log_kb: int, far_ends: int) -> bool:
        return (
            not self.problems
            and self.packets >= packets
            and len(self.verdicts) >= attacks
            and self.repelled == len(self.verdicts)
            and self.log_kb <= log_kb
            and self.far_ends.rung >= far_ends
            and self.far_ends.rung == self.far_ends.as_expected
            and not self.far_ends.problems
            and self.held_lines.holds
            and self.forged.holds
            and not (self.numbers_in_logs or self.files_changed or self.root_processes)
        )

    def __str__(self) -> str:
        return (
            f"hostile: packets={self.packets} attacks={len(self.verdicts)} repelled={self.repelled} "
            f"log_kb={self.log_kb} numbers_in_logs={self.numbers_in_logs} files_changed={self.files_changed} "
            f"root_processes={self.root_processes} "
            f"far_ends={self.far_ends.rung} as_expected={self.far_ends.as_expected} "
            f"{self.forged} "
            f"{self.held_lines}"
        )
