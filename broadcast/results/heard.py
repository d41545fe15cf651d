"""What was heard on a call, moment by moment, told from the evidence that is kept of it."""

from collections.abc import Mapping

from broadcast.results.results import evidence_in


def heard(evidence: Mapping[str, object]) -> list[tuple[float, str]]:
    """Seconds since the answer (of a call that nobody answered: since it was placed), and what happened then.

    What cannot be read is left out: the results say so.
    """
    told = evidence_in(evidence)
    moments = list[tuple[float, str]]()
    for nth, (start, end, is_whole) in enumerate(told.passes, 1):
        moments.append((start, f"Pass {nth} of the message begins."))
        if end is not None:
            moments.append((end, f"Pass {nth} ends, {'whole' if is_whole else 'cut short'}."))
    for start, end in told.talk:
        how_long = "" if end is None else f" for {end - start:.1f} s"
        moments.append((start, f"They speak{how_long}."))
    for start, _ in told.ringback:
        moments.append((start, "Ringing is heard after the answer."))
    keys = [] if isinstance(told.keys, int) else told.keys
    moments += [(at, "A key is pressed.") for at in keys]
    if told.left is not None:
        moments.append((told.left, "They hang up."))
    if isinstance(told.rang, float):
        moments.append((told.rang, "A telephone rings."))
    return sorted(moments)
