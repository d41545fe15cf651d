"""What is said in place of an alert that was stopped, on the calls of it that are up."""

import logging

from broadcast.audio.sounds import MessageSounds
from broadcast.ledger.stop import StoppedCall
from broadcast.ports import Dialler, NewText
from prompts.errors import AudioUnreadable

log = logging.getLogger(__name__)


class NewTexts:
    """Of one node."""

    def __init__(self, dialler: Dialler, sounds: MessageSounds) -> None:
        self._dialler = dialler
        self._sounds = sounds

    async def say(self, stopped: StoppedCall) -> bool:
        """Whether there is a call that says, or will say, what is said in place of its alert."""
        new, instead = await self.of(stopped), stopped.instead
        if new is None or instead is None:
            return False
        return await self._dialler.replace_text(stopped.attempt, new, rings_on=instead.rings_on)

    async def of(self, stopped: StoppedCall) -> NewText | None:
        """What is to be said instead, laid out; None when there is nothing, or it cannot be played here."""
        instead = stopped.instead
        if instead is None:
            return None
        try:
            await self._sounds.ensure(instead.audio)
        except (OSError, AudioUnreadable) as fault:
            log.error("What replaces an alert cannot be said (%s).", type(fault).__name__)  # noqa: TRY400
            return None
        sound = self._sounds.path(instead.audio)
        return NewText(instead.broadcast, sound, instead.sound_seconds, instead.expires_at)
