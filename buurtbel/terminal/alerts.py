"""How an alert that was sent, or that would be, is told to people."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from buurtbel.terminal.interlinear import under

if TYPE_CHECKING:  # each costs a tenth of a second, which not every command needs
    from broadcast.alert.desk import Sent
    from broadcast.alert.preview import Preview, Spoken
    from broadcast.results.beside import Outlook
    from broadcast.steering.addition import Added

MOST_NAMED = 50
"""People, in one sentence."""
_WIDEST = 110
"""Columns."""


def sent_text(sent: "Sent", minutes: int | None) -> str:
    told = [
        f"Broadcast {sent.broadcast}: ringing {sent.recipients - sent.without_number} people "
        f"({_seconds(sent.passes)})."
    ]
    if sent.unwritten:
        told.append(f"{sent.unwritten} of them are still being written, while the first phones ring.")
    told += _left_out(sent.without_number)
    if sent.only_dead_numbers:
        told.append(_only_dead(sent.only_dead_numbers))
    told += _other_language(sent.other_language)
    told += _beside(sent.outlook, minutes)
    if sent.code is not None:
        told.append(f"Who calls from an unknown number hears it with the code {sent.code}.")
    return "\n".join([*told, f"Follow it with: buurtbel watch {sent.broadcast}"])


def added_text(added: "Added") -> str:
    told = [
        f"Broadcast {added.broadcast}: {added.recipients - added.without_number} more people are called "
        f"({_seconds(added.passes)})."
    ]
    return "\n".join([*told, *_left_out(added.without_number)])


def preview_text(seen: "Preview", minutes: int | None) -> str:
    """The texts with what is said under them, then whom it would ring."""
    told = [line for one in seen.spoken for line in _spoken(one, alone=_is_alone(one, seen.spoken))]
    members, calls = seen.audience.members, seen.reach.calls
    languages = ", ".join(f"{count} {language}" for language, count in seen.audience.languages.items())
    told.append(
        f"Nothing is sent. It would ring {calls} telephones for {members} members ({languages}); "
        f"a pass lasts {_seconds(seen.passes)}."
    )
    told += _left_out(seen.audience.without_number)
    told += _other_language(seen.other_language)
    told += _beside(seen.outlook, minutes)
    if minutes is not None and not seen.outlook.beside:
        told.append(f"Everybody would have been called once in about {minutes} minutes.")
    return "\n".join(told)


def preview_document(seen: "Preview") -> dict[str, Any]:
    """The same for other programs."""
    return {
        "members": seen.audience.languages,
        "without_number": seen.audience.without_number,
        "numbers": seen.reach.calls,
        "other_language": seen.other_language,
        "passes": seen.passes,
        "texts": [
            {
                "language": one.language,
                "networks": one.networks,
                "written": one.heard.line,
                "spoken": one.heard.words,
            }
            for one in seen.spoken
        ],
        "outlook": seen.outlook,
    }


def _spoken(one: "Spoken", *, alone: bool) -> Iterator[str]:
    where = "" if alone else f" for {', '.join(one.networks)}"
    yield f"The text in {one.language}{where}, and what is said otherwise than it is written:"
    width = min(shutil.get_terminal_size().columns, _WIDEST) - 2
    yield from (f"  {line}" for line in under(one.heard.parts, width))


def _is_alone(one: "Spoken", spoken: "Sequence[Spoken]") -> bool:
    """Whether all networks say this text the same."""
    return sum(other.language == one.language for other in spoken) == 1


def _seconds(passes: Mapping[str, float]) -> str:
    return ", ".join(f"{language} {length:.1f} s" for language, length in passes.items())


def _left_out(without_number: int) -> list[str]:
    return [f"{without_number} members have no number that can be called."] if without_number else []


def _other_language(count: int) -> list[str]:
    return [f"{count} members hear the text in another language than their own."] if count else []


def _only_dead(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return (
        f"Only dead numbers: {', '.join(names[:MOST_NAMED])}{more}. "
        "`buurtbel member list --dead` shows them, and `buurtbel member revive` has one called again."
    )


def _beside(outlook: "Outlook", minutes: int | None) -> list[str]:
    """That other alerts ring the same people, and when this one gets through."""
    told = [
        f"Broadcast {one.broadcast} ({'urgent, ' if one.urgent else ''}by {one.by}) is running for these "
        f"networks too, with {one.to_go} people to go. A telephone gets one call at a time: "
        f"{'that one' if one.goes_first else 'this one'} goes first, and the other follows."
        for one in outlook.beside
    ]
    if told and minutes is not None:
        told.append(f"This one will have called everybody once in about {minutes} minutes.")
    return told
