"""The accounts of programs own their keepers too: what becomes of a keeper must not hold up the others."""

from embedded.account import DATABASE as DB
from embedded.account import PBX
from tests.hostile.attack import Trial, attack
from tests.support.processes import KEEPER, LINE, of_kind, ours, wait_for

NOTICED_WITHIN = 30.0
"""Seconds until `serve` has noticed, and either goes on or has ended for whoever starts it again."""


def keepers(at: Trial) -> list[int]:
    return [one.pid for one in ours(at.site.folder) if one.kind == KEEPER and one.uids == {at.by.uid}]


def holds_nobody_up(at: Trial, verb: str) -> None:
    """The calls go on meanwhile, `serve` does not hang, and all of it is back once it was started again."""
    line = of_kind(at.site.folder, LINE)
    mine = keepers(at)
    if not mine:
        at.through("it has no keeper")
    at.by.do(*[[verb, pid] for pid in mine])
    try:
        if of_kind(at.site.folder, LINE) != line:
            at.through("the line, with its calls, ended")
        if not wait_for(lambda: not at.site.serves or at.site.ends_line(), NOTICED_WITHIN):
            at.through("serve hangs")
    finally:
        at.by.do(*[["go_on", pid] for pid in mine])
    fault = at.site.recover()
    if fault:
        at.through(fault)


@attack(by=PBX)
def asterisk_freezes_its_keeper(at: Trial) -> None:
    """A keeper that does not answer holds up neither the line nor `serve`."""
    holds_nobody_up(at, "stop")


@attack(by=DB)
def the_database_freezes_its_keeper(at: Trial) -> None:
    """A keeper that does not answer holds up neither the line nor `serve`."""
    holds_nobody_up(at, "stop")


@attack(by=PBX)
def asterisk_ends_its_keeper(at: Trial) -> None:
    """Without its keeper Asterisk goes on, and root's next start finds it again."""
    holds_nobody_up(at, "end")


@attack(by=DB)
def the_database_ends_its_keeper(at: Trial) -> None:
    """Without its keeper PostgreSQL goes on, and root's next start finds it again."""
    holds_nobody_up(at, "end")
