"""Where somebody who calls may sign in as an officer."""

from directory.errors import LockedOut, SignInRefused
from directory.officers import sign_in
from ivr.police import Police
from ivr.scripts.police import Refused
from ivr.scripts.sentences import Says
from ivr.signed_in import SignedIn


class Station:
    """Where one caller may sign in (the script's Station)."""

    def __init__(self, police: Police, says: Says, number: str | None) -> None:
        self.says = says
        self._police = police
        self._number = number
        self._officer: SignedIn | None = None

    async def sign_in(self, number: str, pin: str) -> "SignedIn | Refused":
        police = self._police
        try:
            officer = await sign_in(police.engine, number, pin, caller=self._number, policy=police.lockout)
        except LockedOut:
            return Refused("police_locked")
        except SignInRefused:
            return Refused("police_refused")
        self._officer = SignedIn(police, officer, (await police.says)[officer.language])
        return self._officer

    def has_left(self) -> None:
        """The call is over: what was spoken and not sent is forgotten, what was sent goes on."""
        if self._officer is not None:
            self._police.goes_on(self._officer.tidy_up())
