"""What scripts say."""

from collections.abc import Mapping

from ivr.call.values import Sound
from prompts.catalogue import Key

Says = Mapping[Key, Sound]
"""The fixed sentences in the language of who is on the line."""
