"""Keys as tones in the sound (ITU-T Q.23), as telephones send them that know no other way."""

from collections.abc import Iterator

import numpy as np

from prompts.audio import TELEPHONE_RATE, Audio, Samples

_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
_KEYS = "123456789*0#"
_LOUD = 0.2
"""Of each of the two tones."""
_SECONDS = 0.1
"""Of a key, and of the quiet after it."""


def keys_as_tones(keys: str) -> Audio:
    """One after the other. Raises ValueError when one of them is on no telephone."""
    return Audio(np.concatenate([*_pieces(keys)]), TELEPHONE_RATE)


def _pieces(keys: str) -> Iterator[Samples]:
    time = np.arange(round(_SECONDS * TELEPHONE_RATE)) / TELEPHONE_RATE
    for key in keys:
        row, column = divmod(_KEYS.index(key), len(_COLUMNS))
        both = np.sin(2 * np.pi * _ROWS[row] * time) + np.sin(2 * np.pi * _COLUMNS[column] * time)
        yield (_LOUD * both).astype(np.float32)
        yield np.zeros(len(time), np.float32)
