"""The tables of calls that belong to no broadcast."""

from broadcast.duty_tables import DutyCall
from broadcast.leave_tables import LeaveCall
from broadcast.own_call import OwnCall
from broadcast.pending_alert_tables import ReleaseCall
from broadcast.trial_tables import TrialCall

OWN_TABLES: tuple[type[OwnCall], ...] = (DutyCall, LeaveCall, ReleaseCall, TrialCall)
