"""Why a call that nobody answered ended, from Asterisk's cause and the SIP status."""

from broadcast.states import Outcome

BY_SIP_STATUS = {
    401: Outcome.REJECTED,
    403: Outcome.REJECTED,
    404: Outcome.DEAD_NUMBER,
    407: Outcome.REJECTED,
    408: Outcome.NO_ANSWER,
    410: Outcome.DEAD_NUMBER,
    480: Outcome.NO_ANSWER,
    483: Outcome.NO_ANSWER,
    484: Outcome.DEAD_NUMBER,
    485: Outcome.DEAD_NUMBER,
    486: Outcome.BUSY,
    487: Outcome.NO_ANSWER,
    488: Outcome.TRUNK_DOWN,
    500: Outcome.TRUNK_DOWN,
    501: Outcome.TRUNK_DOWN,
    502: Outcome.TRUNK_DOWN,
    503: Outcome.CONGESTION,
    504: Outcome.TRUNK_DOWN,
    600: Outcome.BUSY,
    603: Outcome.REJECTED,
    604: Outcome.DEAD_NUMBER,
    606: Outcome.TRUNK_DOWN,
    607: Outcome.REJECTED,
    608: Outcome.REJECTED,
}
"""Final SIP statuses (RFC 3261; 607 and 608: RFC 8197 and 8688)."""

BY_CAUSE = {
    1: Outcome.DEAD_NUMBER,
    3: Outcome.TRUNK_DOWN,
    16: Outcome.NO_ANSWER,
    17: Outcome.BUSY,
    18: Outcome.NO_ANSWER,
    19: Outcome.NO_ANSWER,
    20: Outcome.NO_ANSWER,
    21: Outcome.REJECTED,
    22: Outcome.DEAD_NUMBER,
    27: Outcome.TRUNK_DOWN,
    28: Outcome.DEAD_NUMBER,
    29: Outcome.TRUNK_DOWN,
    31: Outcome.NO_ANSWER,
    34: Outcome.CONGESTION,
    38: Outcome.TRUNK_DOWN,
    41: Outcome.TRUNK_DOWN,
    42: Outcome.CONGESTION,
    44: Outcome.CONGESTION,
    47: Outcome.CONGESTION,
    58: Outcome.TRUNK_DOWN,
    102: Outcome.TRUNK_DOWN,
}
"""Causes of ITU-T Q.850 that Asterisk gives a call."""

_BY_CLASS = {
    0: Outcome.UNKNOWN,
    1: Outcome.NO_ANSWER,
    2: Outcome.CONGESTION,
    3: Outcome.TRUNK_DOWN,
    4: Outcome.TRUNK_DOWN,
    5: Outcome.TRUNK_DOWN,
    6: Outcome.TRUNK_DOWN,
}
"""Q.850 groups causes by sixteen: number and route, normal, no resources, no service, not built, errors."""


def outcome_of(cause: int, sip_status: int | None, *, our_timeout: bool = False) -> Outcome:
    """What an unanswered call came to.

    `our_timeout` (we stopped the ringing) says it all: NO_ANSWER. Then the SIP status decides, as it is finer
    than the cause. Cause 16 (normal) on an unanswered call is one that we or the network took back while it
    rang: NO_ANSWER. A SIP status that is not listed counts by its cause when that is listed, else a 5xx is
    TRUNK_DOWN and a 6xx REJECTED. A cause that is not listed counts by its Q.850 class: 16-31 NO_ANSWER,
    32-47 CONGESTION, 48-111 TRUNK_DOWN, and 0-15 and 112-127, which say nothing, UNKNOWN.
    """
    if our_timeout:
        return Outcome.NO_ANSWER
    if sip_status in BY_SIP_STATUS:
        return BY_SIP_STATUS[sip_status]
    if cause in BY_CAUSE:
        return BY_CAUSE[cause]
    match (sip_status or 0) // 100:
        case 5:
            return Outcome.TRUNK_DOWN
        case 6:
            return Outcome.REJECTED
        case _:
            return _BY_CLASS.get(cause // 16, Outcome.UNKNOWN)
