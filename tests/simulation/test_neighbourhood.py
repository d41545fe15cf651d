"""Every number of the simulated neighbourhood, called from our own Asterisk over a real trunk."""

import asyncio
import wave
from pathlib import Path

import pytest

from prompts.audio import Audio, read, write_sound
from prompts.comparator import compare
from tests.embedded.pbx.line import Line, PhoneCall
from tests.pbx_fixtures import RunningNeighbourhood, RunningPbx, eventually, is_closed, played, speech

pytestmark = pytest.mark.pbx

MESSAGE = "Er is brand in de Kerkstraat. Sluit ramen en deuren. Druk 1 als u het begrepen hebt."
MIA, JEF, LOTTE, SOFIE, BRAM, OMER, NELE, DIRK, AN = (
    f"+999{behaviour}000{who}"
    for behaviour, who in (
        (10, 101),
        (11, 102),
        (12, 103),
        (13, 104),
        (14, 105),
        (15, 106),
        (18, 107),
        (21, 108),
        (23, "001"),
    )
)
ANSWERING = (MIA, JEF, LOTTE, SOFIE, BRAM, OMER, AN)


@pytest.fixture(scope="module")
def message(pbx: RunningPbx) -> str:
    write_sound(pbx.sounds / "message", speech(MESSAGE))
    return str(pbx.sounds / "message")


@pytest.fixture(scope="module")
def sent(message: str) -> Audio:
    return played(message)


@pytest.fixture(scope="module")
def calls(pbx: RunningPbx, neighbourhood: RunningNeighbourhood, message: str) -> dict[str, PhoneCall]:
    """Everyone who answers is called at once, to keep the wait short."""

    async def call_all() -> list[PhoneCall]:
        async with Line(pbx) as line:
            called = await asyncio.gather(*(line.converse(number, message) for number in ANSWERING))
        heard = [recording(neighbourhood, number) for number in ANSWERING]
        await eventually(
            lambda: all(is_closed(file) for file in heard) and kept_by_an(neighbourhood).exists()
        )
        return called

    return {call.number: call for call in asyncio.run(call_all())}


def kept_by_an(neighbourhood: RunningNeighbourhood) -> Path:
    """Her mailbox writes it down after the call."""
    spool = neighbourhood.asterisk.run_dir / "spool"
    return spool / "voicemail" / "default" / "23000001" / "INBOX" / "msg0000.wav"


def recording(neighbourhood: RunningNeighbourhood, number: str, nth: int = 1) -> Path:
    return neighbourhood.recordings / f"{number[1:]}-{nth}.wav"


def seconds_heard(neighbourhood: RunningNeighbourhood, number: str) -> float:
    with wave.open(str(recording(neighbourhood, number)), "rb") as sound:
        return sound.getnframes() / sound.getframerate()


def passes_done(call: PhoneCall) -> int:
    return len(call.of("PlaybackFinished"))


@pytest.mark.parametrize(
    ("number", "cause", "sip_status"),
    [
        ("+99916000201", 17, 486),
        ("+99919000202", 21, 603),
        ("+99920000203", 1, 404),
        ("+99922000204", 22, 410),
        ("+99999000205", 1, 404),
        ("+999100002060", 1, 404),
        ("+99940000001", 19, 480),
    ],
    ids=[
        "busy",
        "rejects",
        "does not exist",
        "changed",
        "no such behaviour",
        "one digit too many",
        "a softphone that is off",
    ],
)
async def test_a_number_that_cannot_be_reached_says_why(
    pbx: RunningPbx, number: str, cause: int, sip_status: int
) -> None:
    async with Line(pbx) as line:
        call = await line.dial(number)
        await call.until("ChannelDestroyed")
    assert (call.answered, call.cause, call.sip_status) == (False, cause, sip_status)


async def test_a_phone_rings_until_we_give_up(pbx: RunningPbx) -> None:
    async with Line(pbx) as line:
        call = await line.dial("+99917000207", ring=5)
        await call.until("ChannelDestroyed")
    assert (call.answered, call.cause) == (False, 19)
    assert "Ringing" in [event["channel"]["state"] for event in call.of("ChannelStateChange")]


async def test_nele_is_busy_first_and_answers_the_second_time(pbx: RunningPbx, message: str) -> None:
    async with Line(pbx) as line:
        first = await line.converse(NELE, message)
        second = await line.converse(NELE, message)
    assert (first.cause, first.sip_status) == (17, 486)
    assert (second.answered, second.digits) == (True, "1")


async def test_the_trunk_to_dirk_is_full_twice(pbx: RunningPbx, message: str) -> None:
    async with Line(pbx) as line:
        tries = [await line.converse(DIRK, message) for _ in range(3)]
    assert [(call.cause, call.sip_status) for call in tries[:2]] == [(34, 503), (34, 503)]
    assert tries[2].digits == "1"


def test_mia_presses_while_the_message_is_spoken(calls: dict[str, PhoneCall]) -> None:
    assert calls[MIA].digits == "1"
    kinds = [event["type"] for event in calls[MIA].events]
    assert kinds.index("ChannelDtmfReceived") < kinds.index("PlaybackFinished")


def test_jef_presses_in_the_quiet_after_the_first_pass(calls: dict[str, PhoneCall]) -> None:
    kinds = [event["type"] for event in calls[JEF].events]
    assert calls[JEF].digits == "1"
    assert passes_done(calls[JEF]) == 1
    assert kinds.index("PlaybackFinished") < kinds.index("ChannelDtmfReceived")


def test_lotte_says_hallo_hears_all_and_puts_the_phone_down(
    calls: dict[str, PhoneCall], neighbourhood: RunningNeighbourhood, sent: Audio
) -> None:
    assert calls[LOTTE].of("ChannelTalkingStarted")
    assert calls[LOTTE].of("ChannelTalkingFinished")
    assert (calls[LOTTE].digits, calls[LOTTE].cause, passes_done(calls[LOTTE])) == ("", 16, 1)
    assert compare(sent, read(recording(neighbourhood, LOTTE))).whole
    assert seconds_heard(neighbourhood, LOTTE) < sent.seconds + 2


def test_sofie_asks_for_the_message_again_and_then_presses_one(calls: dict[str, PhoneCall]) -> None:
    assert calls[SOFIE].digits == "21"
    kinds = [
        event["type"] for event in calls[SOFIE].events if "Playback" in event["type"] or "digit" in event
    ]
    assert kinds[-2:] == ["PlaybackFinished", "ChannelDtmfReceived"]


def test_bram_hangs_up_after_two_seconds(
    calls: dict[str, PhoneCall], neighbourhood: RunningNeighbourhood
) -> None:
    assert calls[BRAM].answered
    assert passes_done(calls[BRAM]) <= 1
    assert 1.5 < seconds_heard(neighbourhood, BRAM) < 3


def test_omer_says_nothing_and_stays(
    calls: dict[str, PhoneCall], neighbourhood: RunningNeighbourhood, sent: Audio
) -> None:
    assert not calls[OMER].of("ChannelTalkingStarted")
    assert (calls[OMER].digits, passes_done(calls[OMER])) == ("", 2)
    # Quiet in which we send nothing is not in the recording.
    assert seconds_heard(neighbourhood, OMER) == pytest.approx(2 * sent.seconds, abs=0.5)


def test_a_mailbox_greets_beeps_and_keeps_the_message(
    calls: dict[str, PhoneCall], neighbourhood: RunningNeighbourhood
) -> None:
    assert calls[AN].of("ChannelTalkingStarted")
    assert read(kept_by_an(neighbourhood)).seconds > 2


def test_what_a_phone_heard_is_the_message_itself(
    calls: dict[str, PhoneCall], neighbourhood: RunningNeighbourhood, sent: Audio
) -> None:
    assert compare(sent, read(recording(neighbourhood, OMER))).whole
    assert not compare(sent, read(recording(neighbourhood, BRAM))).whole


def test_recordings_are_eight_kilohertz_and_mono(
    calls: dict[str, PhoneCall], neighbourhood: RunningNeighbourhood
) -> None:
    with wave.open(str(recording(neighbourhood, MIA))) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (8000, 1)
