"""What the far ends do, subject by subject; each module registers its own."""

from tests.far_ends.behaviours import answers, early, holds, keys, media, people, races, refusals, requests
from tests.far_ends.registry import FAR_ENDS, FarEnd

__all__ = ["ALL", "answers", "early", "holds", "keys", "media", "people", "races", "refusals", "requests"]

ALL: dict[str, FarEnd] = dict(sorted(FAR_ENDS.items()))
"""By the last three digits of their numbers."""
