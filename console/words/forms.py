"""What the screen calls roles, results, outcomes and kinds."""

from collections.abc import Mapping

from broadcast.states import FollowUpKind, ReportState, Worth
from console.words.marks import N_
from directory.actor import Role

ROLES: Mapping[Role, str] = {
    Role.ADMINISTRATOR: N_("administrator"),
    Role.OFFICER: N_("officer"),
    Role.NEIGHBOURHOOD_OFFICER: N_("neighbourhood officer"),
    Role.COORDINATOR: N_("coordinator"),
    Role.STREET_LEAD: N_("street lead"),
}
KINDS: Mapping[FollowUpKind, str] = {
    FollowUpKind.ALL_CLEAR: N_("all-clear"),
    FollowUpKind.CORRECTION: N_("correction"),
    FollowUpKind.MORE: N_("more news"),
    FollowUpKind.ANSWER: N_("answer to a reporter"),
}
REPORT_STATES: Mapping[ReportState, str] = {
    ReportState.RECORDING: N_("being spoken"),
    ReportState.NEW: N_("new"),
    ReportState.CLAIMED: N_("taken up"),
    ReportState.JUDGED: N_("judged"),
}
WORTHS: Mapping[Worth, str] = {
    Worth.USEFUL: N_("useful"),
    Worth.KNOWN: N_("known already"),
    Worth.NOTHING: N_("nothing for the police"),
}
SIGNS: Mapping[str, str] = {
    "database": N_("database"),
    "line": N_("line"),
    "PBX": N_("telephone exchange"),
    "trunk": N_("telephone lines"),
    "callers": N_("callers on the line"),
    "disk": N_("disk"),
    "duty": N_("officer on duty"),
    "voice nl": N_("Dutch voice"),
    "voice fr": N_("French voice"),
    "voice de": N_("German voice"),
    "voice en": N_("English voice"),
}
"""What is looked at before an alert; what is not here is called as the commands call it."""
LANGUAGE_NAMES: Mapping[str, str] = {
    "nl": N_("Dutch"),
    "fr": N_("French"),
    "de": N_("German"),
    "en": N_("English"),
}
