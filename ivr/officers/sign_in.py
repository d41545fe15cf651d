"""Where somebody who calls may sign in as an officer."""

from directory.officers.officers import sign_in
from directory.refusals import Refusal
from ivr.officers.resources import OfficerResources
from ivr.officers.session import SignedIn
from ivr.refusals import SAYS
from ivr.scripts.officer_ports import AlertRefused
from ivr.scripts.sentences import Says


class OfficerSignIn:
    """Where one caller may sign in (the script's Station)."""

    def __init__(
        self, resources: OfficerResources, says: Says, number: str | None, *, is_vouched: bool = False
    ) -> None:
        """`is_vouched`: the number is the caller's, and not only what they say."""
        self.says = says
        self._is_vouched = is_vouched
        self._resources = resources
        self._number = number
        self._officer: SignedIn | None = None

    async def sign_in(self, number: str, pin: str) -> "SignedIn | AlertRefused":
        resources = self._resources
        try:
            officer = await sign_in(
                resources.database.engine,
                number,
                pin,
                caller=self._number,
                is_vouched=self._is_vouched,
                policy=resources.lockout,
            )
        except Refusal as refusal:
            return AlertRefused(SAYS[refusal.reason])
        self._officer = SignedIn(resources, officer, (await resources.says)[officer.language])
        return self._officer

    def close(self) -> None:
        """The call is over: what was spoken and not sent is forgotten, what was sent goes on."""
        if self._officer is not None:
            self._resources.detached.start(self._officer.tidy_up())
