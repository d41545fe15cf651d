"""When somebody is rung for the last time who has called back from a number for which nobody vouches.

In words for a police officer. Whoever calls us can write any number as theirs. So who calls back, hears the
alert and presses the key has mostly been reached, but perhaps it was somebody else who wants them not to be
rung. They are rung once more, as late as that can be: when the longest wait after a call is over, or a minute
before the alert expires, if that is sooner. Only the first call-back counts: more of them put nothing off. A
call that was on its way by then, or is for somebody else with the same number, is not that last call, and
neither is one that rang nobody, because the trunk or we ourselves failed.
"""

from datetime import datetime, timedelta

from broadcast.policy import RetryPolicy


def last_call_from(called_back_at: datetime, policy: RetryPolicy, *, expires_at: datetime) -> datetime:
    """Give the moment from which on one more call is the last; it is never before the call-back."""
    after_the_longest_wait = called_back_at + timedelta(seconds=policy.longest_wait)
    in_time = expires_at - timedelta(seconds=policy.last_call)
    return max(called_back_at, min(after_the_longest_wait, in_time))
