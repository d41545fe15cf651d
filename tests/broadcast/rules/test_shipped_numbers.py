"""The numbers the product promises, one by one: whoever changes one changes a promise."""

import pytest

from broadcast.policy import BroadcastPolicy, NodePolicy, RetryPolicy
from ivr.alert_policy import AlertPolicy

MINUTE, HOUR = 60, 3600

PROMISED = {
    RetryPolicy: {
        "busy": 60,
        "no_answer": 120,
        "rejected": 5 * MINUTE,
        "voicemail": 5 * MINUTE,
        "partial": 2 * MINUTE,
        "congestion": 15,
        "congestion_longest": 240,
        "tries_per_number": 3,
        "tries_per_person": 5,
        "lost_per_person": 3,
    },
    BroadcastPolicy: {
        "urgent_expiry": 60 * MINUTE,
        "other_expiry": 8 * HOUR,
        "longest_pass": 60,
        "longest_recording": 60,
        "long_pass": 25,
        "window": 1000,
    },
    NodePolicy: {
        "lease": 15,
        "sweep": 5,
        "urgent_at_once": True,
    },
    AlertPolicy: {
        "ring": 40,
        "passes": 2,
        "pause": 1,
        "listen": True,
        "hard_limit": 60,
    },
}


@pytest.mark.parametrize("policy", PROMISED, ids=lambda policy: policy.__name__)
def test_the_product_ships_with_the_numbers_it_promises(policy):
    assert policy().model_dump() == PROMISED[policy]
