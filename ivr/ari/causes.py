"""Why a call that nobody answered ended, from Asterisk's cause and the SIP status."""

from broadcast.states import Outcome


def outcome_of(cause: int, sip_status: int | None, *, our_timeout: bool = False) -> Outcome:
    raise NotImplementedError
