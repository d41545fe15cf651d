"""Marks sentences that are translated later, for who gathers them into the catalogues."""


def N_(sentence: str) -> str:  # noqa: N802 - the name that gatherers of sentences know
    """The sentence itself: it is said in a language when somebody reads it."""
    return sentence
