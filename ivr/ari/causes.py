"""Why a call that nobody answered ended, and whose fault that was: from Asterisk's cause and the SIP status.

An answer is a person's when a telephone, or the network on its behalf, gives it: engaged, declined, does not
answer, does not exist. Any other is the trunk's, and no person is judged by it.
"""

from broadcast.states import Outcome

_NO_RING, _RANG = False, True
_ONLY_IF_IT_RANG = {
    _RANG: {403: Outcome.REJECTED, 408: Outcome.NO_ANSWER, 487: Outcome.NO_ANSWER},
    _NO_RING: {403: Outcome.TRUNK_REFUSED, 408: Outcome.TRUNK_DOWN, 487: Outcome.TRUNK_DOWN},
}
"""Said by a telephone that rang; before that by the trunk, or by our Asterisk when nobody replied (408)."""
DEFINITE = {
    404: Outcome.DEAD_NUMBER,
    410: Outcome.DEAD_NUMBER,
    484: Outcome.DEAD_NUMBER,
    485: Outcome.DEAD_NUMBER,
    486: Outcome.BUSY,
    488: Outcome.INCOMPATIBLE,
    600: Outcome.BUSY,
    603: Outcome.REJECTED,
    604: Outcome.DEAD_NUMBER,
    606: Outcome.INCOMPATIBLE,
    607: Outcome.REJECTED,
    608: Outcome.REJECTED,
}
"""Final SIP statuses that say all there is to say (RFC 3261; 607 and 608: RFC 8197 and 8688)."""
_VAGUE = {305: Outcome.TRUNK_REFUSED, 480: Outcome.NO_ANSWER, 503: Outcome.CONGESTION}
_BY_HUNDRED = {
    3: Outcome.REDIRECTED,
    4: Outcome.TRUNK_REFUSED,
    5: Outcome.TRUNK_DOWN,
    6: Outcome.REJECTED,
}
"""What every other status is, by its class (RFC 3261, 8.1.3.2): of 4xx no other says anything of a person."""
_SAID_BY_THE_NETWORK = {
    1: Outcome.DEAD_NUMBER,
    17: Outcome.BUSY,
    22: Outcome.DEAD_NUMBER,
    28: Outcome.DEAD_NUMBER,
}
"""Causes that Asterisk makes of no vague status: beside one, they are the network's own (Reason, RFC 3326).

Asterisk 22.10 does not read that header in answers to a call, so this is for a later one.
"""
BY_CAUSE = {
    **_SAID_BY_THE_NETWORK,
    2: Outcome.TRUNK_DOWN,
    3: Outcome.TRUNK_DOWN,
    16: Outcome.NO_ANSWER,
    20: Outcome.NO_ANSWER,
    23: Outcome.REDIRECTED,
    24: Outcome.REJECTED,
    25: Outcome.TRUNK_DOWN,
    26: Outcome.NO_ANSWER,
    27: Outcome.TRUNK_DOWN,
    29: Outcome.TRUNK_DOWN,
    30: Outcome.TRUNK_DOWN,
    31: Outcome.NO_ANSWER,
    38: Outcome.TRUNK_DOWN,
    41: Outcome.TRUNK_DOWN,
    58: Outcome.INCOMPATIBLE,
    88: Outcome.INCOMPATIBLE,
}
"""Causes of ITU-T Q.850 that mean the same whether it rang or not."""
_CAUSE_IF_IT_RANG = {18: 408, 19: 408, 21: 403}
"""Causes that mean what this status means."""
_BY_CLASS = {1: Outcome.NO_ANSWER, 2: Outcome.CONGESTION}
"""Q.850 groups causes by sixteen. 16-31: normal; 32-47: no resources. The others say nothing of a person."""


def outcome_of(
    cause: int, sip_status: int | None, *, rang: bool = True, our_timeout: bool = False
) -> Outcome:
    """What an unanswered call came to; never UNKNOWN.

    `rang`: there was a 180 or 183, or nobody knows. `our_timeout`: we stopped the call at our own limit, and
    nothing else counts. Else a SIP status (300-699) decides, as it is finer than the cause, unless it is
    vague and the cause is one that only the network can have given.
    """
    if our_timeout:
        return _ONLY_IF_IT_RANG[rang][408]
    if sip_status is None or not 300 <= sip_status <= 699:
        return _by_cause(cause, rang=rang)
    if sip_status in DEFINITE:
        return DEFINITE[sip_status]
    if cause in _SAID_BY_THE_NETWORK:
        return _SAID_BY_THE_NETWORK[cause]
    vague = _VAGUE | _ONLY_IF_IT_RANG[rang]
    return vague.get(sip_status) or _BY_HUNDRED[sip_status // 100]


def _by_cause(cause: int, *, rang: bool) -> Outcome:
    if cause in _CAUSE_IF_IT_RANG:
        return _ONLY_IF_IT_RANG[rang][_CAUSE_IF_IT_RANG[cause]]
    return BY_CAUSE.get(cause) or _BY_CLASS.get(cause // 16, Outcome.TRUNK_DOWN)
