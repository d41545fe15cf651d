"""Drawn neighbours rung over real SIP: our PBX, the neighbourhood's Asterisk, AudioSocket and a phone."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from embedded.network.ports import Address
from ivr.pbx.trunk import Trunk
from prompts.audio import Audio, read, write_sound
from prompts.comparator import compare
from simulation.kinds import Beep, Box, Neighbour, NeighbourKind, Press
from simulation.neighbourhood import Passwords, start_neighbourhood
from simulation.server import answering
from simulation.sound.studio import Studio
from tests.embedded.pbx.line import Line, PhoneCall
from tests.pbx_fixtures import RunningPbx, eventually, pbx_settings, say, speech, start_pbx_for_test
from tests.simulation.rehearsal import GREETING, HALLO, neighbour, person

pytestmark = pytest.mark.pbx

MESSAGE = "Er is brand in de Kerkstraat. Sluit ramen en deuren. Druk 1 als u het begrepen hebt."
AN = neighbour(NeighbourKind.BOX, Box(0.3, GREETING, (Beep(0.5, 1000.0, 0.3, -15.0),)), number="+99930000101")
MIA = neighbour(NeighbourKind.HALLO, person(HALLO, leaves_after=0.5), number="+99930000102")
SOFIE = neighbour(
    NeighbourKind.PRESSES_DURING, person(HALLO, presses=(Press(1.5, in_quiet=False),)), number="+99931000103"
)
DIRK = neighbour(
    NeighbourKind.REPEATS,
    person(HALLO, presses=(Press(1.5, in_quiet=False), Press(0.2, in_quiet=True))),
    number="+99932000104",
)
OMER = neighbour(NeighbourKind.SILENT, person(leaves_after=4.0), number="+99930000105", suppresses=True)
CALLED = (AN, MIA, SOFIE, DIRK, OMER)


@dataclass(frozen=True)
class Street:
    """Our PBX with a trunk to a neighbourhood that hands its calls over at `address`."""

    pbx: RunningPbx
    address: Address
    recordings: Path


@pytest.fixture(scope="module")
def street(asterisk_root: Path, pbx_folder: Path) -> Iterator[Street]:
    folder = pbx_folder / "drawn"
    folder.mkdir()
    sip, address = f"{LOOPBACK}:{free_ports(3)}", Address(LOOPBACK, free_ports(1))
    neighbourhood = asyncio.run(
        start_neighbourhood(
            asterisk_root,
            folder / "neighbourhood",
            sip_bind=sip,
            rtp_ports=str(free_audio_ports()),
            recordings=folder / "recordings",
            hello=say("Hallo?", folder / "hello.wav"),
            greeting=say("Spreek in na de toon.", folder / "greeting.wav"),
            passwords=Passwords.made(),
            audiosocket=address,
            greetings={"23000001": say("Dag, met Lotte.", folder / "lotte.wav")},
        )
    )
    pbx = start_pbx_for_test(asterisk_root, folder / "pbx", pbx_settings(folder, Trunk(uri=f"sip:{sip}")))
    yield Street(pbx, address, folder / "recordings")
    asyncio.run(pbx.asterisk.stop())
    asyncio.run(neighbourhood.stop())


@pytest.fixture(scope="module")
def sent() -> Audio:
    return speech(MESSAGE)


@pytest.fixture(scope="module")
def calls(street: Street, sent: Audio, studio: Studio) -> dict[str, PhoneCall]:
    """Everyone is called at once and spoken to three times, to keep the wait short."""
    sound = street.pbx.sounds / "message"
    write_sound(sound, sent)
    address = (street.address.host, street.address.port)

    async def call_all() -> list[PhoneCall]:
        async with (
            answering(CALLED, recordings=street.recordings, address=address, studio=studio),
            Line(street.pbx) as line,
        ):
            called = await asyncio.gather(
                *(line.converse(each.number, str(sound), passes=3) for each in CALLED)
            )
            told = [street.recordings / f"{each.digits}-1.json" for each in CALLED]
            await eventually(lambda: all(file.exists() for file in told))
            return called

    return {call.number: call for call in asyncio.run(call_all())}


def heard(street: Street, who: Neighbour, what: str = "") -> Audio:
    return read(street.recordings / f"{who.digits}-1{what}.wav")


def told(street: Street, who: Neighbour) -> dict[str, object]:
    return dict(json.loads((street.recordings / f"{who.digits}-1.json").read_text()))


def test_a_drawn_box_greets_beeps_and_keeps_the_message(
    calls: dict[str, PhoneCall], street: Street, sent: Audio
) -> None:
    assert calls[AN.number].of("ChannelTalkingFinished")
    assert compare(sent, heard(street, AN, ".kept")).whole
    kept_from = float(str(told(street, AN)["kept_from_seconds"]))
    assert kept_from == pytest.approx(AN.greeting_seconds, abs=0.1)
    assert told(street, AN)["ended_by"] == "us"


def test_a_person_hears_the_message_whole_and_then_puts_the_phone_down(
    calls: dict[str, PhoneCall], street: Street, sent: Audio
) -> None:
    assert calls[MIA.number].of("ChannelTalkingStarted")
    assert compare(sent, heard(street, MIA)).whole
    assert told(street, MIA)["ended_by"] == "them"
    assert heard(street, MIA).seconds == pytest.approx(sent.seconds + 0.8 + 0.5, abs=0.4)


def test_a_person_presses_one_while_the_message_is_spoken(
    calls: dict[str, PhoneCall], street: Street
) -> None:
    assert calls[SOFIE.number].digits == "1"
    kinds = [event["type"] for event in calls[SOFIE.number].events]
    assert kinds.index("ChannelDtmfReceived") < kinds.index("PlaybackFinished")


def test_a_person_asks_for_the_message_again_and_then_presses_one(
    calls: dict[str, PhoneCall], street: Street, sent: Audio
) -> None:
    assert calls[DIRK.number].digits == "21"
    assert compare(sent, heard(street, DIRK)).whole


def test_a_phone_whose_network_is_silent_stays_as_long_as_it_wants(
    calls: dict[str, PhoneCall], street: Street, sent: Audio
) -> None:
    assert not calls[OMER.number].of("ChannelTalkingStarted")
    assert compare(sent, heard(street, OMER)).whole
    assert told(street, OMER)["ended_by"] == "them"


def test_the_first_word_is_heard_soon_after_the_answer(calls: dict[str, PhoneCall], street: Street) -> None:
    for who in CALLED:
        facts = told(street, who)
        waited = float(str(facts["answer_to_connection_seconds"])) + float(str(facts["first_sound_seconds"]))
        assert 0 < waited < 0.5


def test_a_mailbox_has_the_greeting_that_was_given_to_it(street: Street) -> None:
    mailboxes = street.recordings / "voicemail" / "default"
    lotte, other = (read(mailboxes / mailbox / "unavail.wav") for mailbox in ("23000001", "23000002"))
    assert lotte.seconds != other.seconds
