"""How many odd far ends there are at least, and the most telling ones, which the tests ring."""

FEWEST_FAR_ENDS = 80
"""Of which `make hostile` rings every one."""
TELLING = (
    "069",  # 401 whatever is said
    "072",  # 100 and nothing more
    "108",  # an announcement until the answer, then nobody
    "109",  # the same, put down after a pass
    "111",  # ringback after the answer
    "133",  # held, and never back
    "134",  # held, and back
    "137",  # answers held, and takes us back
    "145",  # keys as tones, though events were agreed
    "201",  # no codec in common
    "212",  # never a packet
    "231",  # 200 against our CANCEL
    "233",  # 503 after it
    "237",  # 200 and BYE together
    "239",  # two forks answer
    "261",  # Contact elsewhere
    "271",  # REFER to 112
    "302",  # redirected to 112
    "403",  # 403 at once,
    "703",  # and after ringing
)
