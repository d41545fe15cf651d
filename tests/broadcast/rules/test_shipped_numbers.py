"""The numbers the product promises, one by one: whoever changes one changes a promise."""

import pytest
from pydantic import BaseModel

from broadcast.policy import BroadcastPolicy, NodePolicy, RetryPolicy
from broadcast.service_calls.duty_policy import DutyPolicy
from broadcast.service_calls.leave_policy import LeavePolicy
from directory.officers.lockout_policy import LockoutPolicy
from ivr.officers.officer_policy import OfficerPolicy
from ivr.outbound.alert_policy import AlertPolicy

MINUTE, HOUR, DAY = 60, 3600, 86400

PROMISED = {
    RetryPolicy: {
        "busy": 60,
        "no_answer": 120,
        "rejected": 5 * MINUTE,
        "dead_number": 5 * MINUTE,
        "voicemail": 5 * MINUTE,
        "partial": 2 * MINUTE,
        "congestion": 15,
        "congestion_longest": 240,
        "preempted": MINUTE,
        "tries_per_number": 3,
        "tries_per_person": 5,
        "lost_per_person": 3,
        "last_call": 60,
    },
    BroadcastPolicy: {
        "urgent_expiry": 60 * MINUTE,
        "other_expiry": 8 * HOUR,
        "longest_pass": 60,
        "longest_recording": 60,
        "long_pass": 25,
        "dead_after": DAY,
        "dead_again": 30 * DAY,
        "window": 1000,
        "enlist_at_once": 2000,
        "enlist_part": 20_000,
    },
    NodePolicy: {
        "lease": 15,
        "sweep": 5,
        "urgent_at_once": False,
    },
    DutyPolicy: {
        "after": MINUTE,
        "ring": 25,
        "again": 2 * MINUTE,
        "rounds": 3,
        "a_day": 12,
        "reports": 3,
        "reports_within": 10 * MINUTE,
        "unknown_reports": 3,
        "unknown_reports_within": MINUTE,
    },
    LeavePolicy: {
        "after": 10,
        "ring": 40,
        "at_once": 2,
        "again": MINUTE,
        "rounds": 3,
        "within": 15 * MINUTE,
        "a_day": 3,
        "calls_a_day": 4,
    },
    LockoutPolicy: {
        "free": 3,
        "first": MINUTE,
        "longest_officer": 15 * MINUTE,
        "longest_caller": HOUR,
        "forget": DAY,
        "caller_at_once": 10,
        "caller_a_day": 40,
        "unvouched_at_once": 30,
        "unvouched_a_day": 200,
        "codes_at_once": 20,
        "codes_a_day": 100,
    },
    OfficerPolicy: {
        "call_back": False,
        "call_back_ring": 30,
        "call_back_tries": 2,
        "call_back_within": 15 * MINUTE,
        "call_backs_a_day": 4,
    },
    AlertPolicy: {
        "ring": 40,
        "passes": 2,
        "pause": 1,
        "listen": True,
        "gives_way": True,
        "hard_limit": 60,
    },
}


@pytest.mark.parametrize("policy", PROMISED, ids=lambda policy: policy.__name__)
def test_the_product_ships_with_the_numbers_it_promises(policy: type[BaseModel]) -> None:
    assert policy().model_dump() == PROMISED[policy]
