"""Who is listened to, and that nothing of it stays on the PBX; what is heard is for drawn calls to show."""

from math import inf
from pathlib import Path
from uuid import uuid4

import pytest

from broadcast.states import Outcome
from ivr.ari.client import AriClient
from ivr.pbx import listener as listening
from ivr.pbx.listener import began_at
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.fakes.phone import Phone
from tests.ivr.conftest import SPEED, LineDesk, line_on, until
from tests.support.people import phone

INBOUND = "report/of-a-member"


def snoops(ari: FakeAri) -> list[str]:
    return [path for method, path in ari.requests if method == "POST" and "/snoop/" in path]


async def greets(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(1)
    await call.talk(2.5 * SPEED)
    await call.stay()


async def test_who_talks_is_listened_to_and_nothing_is_kept(line_desk: LineDesk) -> None:
    order = line_desk.order(phone(12))
    line_desk.ari.phones[order.number] = greets
    result = await line_desk.calls(order)
    assert result.outcome is Outcome.VOICEMAIL
    assert result.evidence is not None
    assert result.evidence["sounds"] is not None
    assert len(snoops(line_desk.ari)) == 1
    assert line_desk.ari.recordings == set()
    await until(lambda: not line_desk.ari.calls)


async def test_who_says_nothing_is_not_listened_to(line_desk: LineDesk) -> None:
    result = await line_desk.calls(line_desk.order(phone(15)))
    assert result.evidence is not None
    assert result.evidence["sounds"] is None
    assert snoops(line_desk.ari) == []


async def test_nobody_is_listened_to_when_that_is_not_wanted(tmp_path: Path) -> None:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, listens=False) as desk:
        order = desk.order(phone(12))
        ari.phones[order.number] = greets
        result = await desk.calls(order)
        assert result.outcome is Outcome.VOICEMAIL
        assert snoops(ari) == []


async def test_a_call_goes_on_when_it_cannot_be_listened_to(
    line_desk: LineDesk, caplog: pytest.LogCaptureFixture
) -> None:
    order = line_desk.order(phone(12))
    line_desk.ari.phones[order.number] = greets
    line_desk.ari.no_snooping = True
    result = await line_desk.calls(order)
    assert result.outcome is Outcome.VOICEMAIL
    assert result.evidence is not None
    assert result.evidence["sounds"] is None
    assert order.number not in caplog.text


async def test_a_recording_that_is_never_closed_is_told_in_words_and_removed(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "KEPT_WITHIN", 0.01)
    async with FakeAri() as ari, AriClient(ari.url, ari.user, ari.password, app="buurtbel") as client:
        ari.recordings.add("heard/a-call.0")
        await listening.TalkListener(client, Phone().call)._look_at(listening._Piece("heard/a-call.0"))
        assert ari.recordings == set()
    assert "is not known: its recording was not closed in time." in caplog.text


@pytest.mark.parametrize(
    ("told", "ended", "seconds", "began"),
    [
        (0.1, 10.1, 10.0, 0.1),
        (0.5, 10.1, 10.0, 0.1),
        (0.1, 10.5, 10.0, 0.1),
        (0.1, 10.1, 4.0, 0.1),
        (2.0, inf, 4.0, 2.0),
    ],
    ids=["in time", "told late", "its end told late", "packets are missing", "its end was not told"],
)
def test_when_a_recording_began_is_known_though_it_is_told_late(
    told: float, ended: float, seconds: float, began: float
) -> None:
    assert began_at(told, ended, seconds) == pytest.approx(began)


async def test_what_a_crash_left_is_removed_and_what_callers_said_is_not(tmp_path: Path) -> None:
    async with FakeAri(speed=SPEED) as ari:
        ari.recordings |= {f"heard/{uuid4()}", INBOUND, "heard/something-else"}
        async with line_on(ari, tmp_path):
            await until(lambda: ari.recordings == {INBOUND, "heard/something-else"})


async def test_a_recording_is_fetched_as_it_was_written(tmp_path: Path) -> None:
    async with FakeAri() as ari, AriClient(ari.url, ari.user, ari.password, app="buurtbel") as client:
        ari.recordings.add(INBOUND)
        assert await client.recordings.names() == [INBOUND]
        assert await client.recordings.audio(INBOUND) == b""
