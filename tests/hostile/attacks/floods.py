"""Floods of reports, guesses of PINs and codes, and a stranger whom a forger wants rung, over real calls."""

from tests.hostile.attack import Trial, attack
from tests.hostile.floods import NUMBER, REPORTER, REPORTS, VICTIM, Flooded, flooded
from tests.hostile.intruder import NOBODY
from tests.hostile.site import STRANGERS


def came(at: Trial) -> Flooded:
    found = flooded(at.site)
    for problem in found.problems:
        at.through(f"the attack itself went wrong: {problem}")
    return found


def ask(at: Trial, question: str, **values: object) -> list[tuple[object, ...]]:
    return at.site.server.ask(question, **values)


def count(at: Trial, rows: str, **values: object) -> int:
    [(found,)] = ask(at, f"SELECT count(*) FROM {rows}", **values)
    assert isinstance(found, int)
    return found


@attack(by=NOBODY)
def reports_from_a_forged_number(at: Trial) -> None:
    """Who reports again and again in a member's name rings an officer for three reports at most."""
    came(at)
    theirs = "member_report WHERE e164 = %(number)s"
    kept = count(at, f"{theirs} AND state = 'new' AND audio IS NOT NULL", number=REPORTER)
    if kept != REPORTS:
        at.through(f"{kept} of {REPORTS} reports are kept")
    ringing = count(at, f"{theirs} AND NOT beyond_limit", number=REPORTER)
    if ringing != at.site.server.settings.duty.reports:
        at.through(f"{ringing} reports may ring")


@attack(by=NOBODY)
def reports_without_a_number(at: Trial) -> None:
    """Who withholds their number rings for three reports in any minute at most, and all of them are kept."""
    came(at)
    kept = count(at, "member_report WHERE e164 IS NULL AND audio IS NOT NULL")
    if kept != REPORTS:
        at.through(f"{kept} of {REPORTS} reports are kept")
    in_a_minute = ask(
        at,
        "SELECT count(*) FROM member_report one JOIN member_report other"
        " ON other.kept_at BETWEEN one.kept_at AND one.kept_at + interval '60 seconds'"
        " WHERE one.e164 IS NULL AND other.e164 IS NULL AND NOT one.beyond_limit AND NOT other.beyond_limit"
        " GROUP BY one.id",
    )
    most = max((found for (found,) in in_a_minute if isinstance(found, int)), default=0)
    if not 0 < most <= at.site.server.settings.duty.unknown_reports:
        at.through(f"{most} reports of a minute may ring")


@attack(by=NOBODY)
def an_officer_is_rung_for_a_flood(at: Trial) -> None:
    """The officer on duty is rung for one report of a reporter at a time, and for none that is too much."""
    came(at)
    if not count(at, "duty_call"):
        at.through("nobody was rung, so nothing was tried")
    calls = "duty_call JOIN member_report ON member_report.id = report_id"
    if too_much := count(at, f"{calls} WHERE beyond_limit OR only_tone"):
        at.through(f"{too_much} calls for what is too much")
    together = count(
        at,
        "duty_call one JOIN duty_call other ON other.reporter = one.reporter AND other.id <> one.id"
        " AND other.placed_at >= one.placed_at"
        " AND other.placed_at < coalesce(one.ended_at, clock_timestamp())",
    )
    if together:
        at.through(f"{together} calls at the same time for one reporter")


@attack(by=NOBODY)
def pins_are_guessed(at: Trial) -> None:
    """Who guesses an officer's PIN is soon told to wait, and the officer gets in all the same."""
    found = came(at)
    [(guesses,)] = ask(
        at,
        "SELECT coalesce(max(guesses), 0) FROM lockout WHERE whom = %(whom)s",
        whom=f"officer {NUMBER} unvouched",
    )
    assert isinstance(guesses, int)
    policy = at.site.server.settings.lockout
    if not policy.free <= guesses <= policy.elsewhere.most(found.seconds):
        at.through(f"{guesses} guesses were looked at in {found.seconds:.0f} s")
    if not found.is_let_in:
        at.through("the officer did not get in from their own telephone")


@attack(by=NOBODY)
def codes_are_guessed(at: Trial) -> None:
    """Who tries codes on many lines is given no more of them than all callers together may try."""
    found = came(at)
    [(guesses,)] = ask(at, "SELECT coalesce(max(guesses), 0) FROM lockout WHERE whom = 'codes unvouched'")
    assert isinstance(guesses, int)
    policy = at.site.server.settings.lockout
    if not policy.codes_at_once / 2 <= guesses <= policy.of_codes.most(found.seconds):
        at.through(f"{guesses} codes were looked at in {found.seconds:.0f} s")


@attack(by=NOBODY)
def a_stranger_is_to_be_rung(at: Trial) -> None:
    """Who shows another's number has it rung a few times a day at most, and one that is no member's never."""
    came(at)
    rung = count(
        at, "leave_call JOIN leave_wish ON leave_wish.id = wish_id WHERE e164 = %(number)s", number=VICTIM
    )
    if not 0 < rung <= at.site.server.settings.leaving.calls_a_day:
        at.through(f"it was rung {rung} times")
    if count(at, "leave_wish WHERE e164 = %(number)s", number=f"+{STRANGERS[0]}"):
        at.through("a number that is no member's is to be rung")
