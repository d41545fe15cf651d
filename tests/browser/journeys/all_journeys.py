"""Which journeys there are, in the order in which they are walked."""

from collections.abc import Awaitable, Callable, Mapping

from tests.browser.desk import PoliceDesk
from tests.browser.journeys import alerts, people

Journey = Callable[[PoliceDesk], Awaitable[None]]
_WALKED: tuple[Journey, ...] = (
    people.an_invitation_becomes_a_user_who_signs_in,
    people.a_wrong_password_is_refused_in_one_sentence,
    people.readiness_is_seen_before_it_is_needed,
    alerts.by_keyboard_from_the_signed_in_page_to_the_first_ring,
    alerts.what_is_typed_is_kept_shown_and_said,
    alerts.what_lacks_is_said_in_a_summary_and_in_its_place,
    alerts.a_countdown_is_cancelled_and_no_word_is_lost,
    alerts.an_alert_is_seen_to_go_without_loading_the_page,
    alerts.paused_resumed_corrected_and_ended,
    alerts.two_officers_in_one_moment_see_each_other,
    alerts.with_scripts_off_an_alert_is_written_sent_and_stopped,
    alerts.a_street_of_others_is_not_found,
    alerts.the_screen_dies_while_phones_ring_and_nobody_is_left_out,
    alerts.a_lost_connection_is_told_and_so_is_its_end,
    people.an_administrator_invites_and_signs_somebody_out,
    people.a_report_comes_in_is_heard_and_becomes_an_alert,
    people.the_screen_speaks_four_languages,
)
JOURNEYS: Mapping[str, Journey] = {one.__name__.replace("_", " "): one for one in _WALKED}
