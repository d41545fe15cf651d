"""docs/softphone.md, step by step, with baresip as the softphone."""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from prompts.audio import Audio, read, read_laid
from prompts.catalogue import Key
from prompts.comparator import compare
from prompts.normalise.names import NO_NAMES
from tests.acceptance.softphone import ACCOUNT, REGISTERED, Device, switched_on
from tests.pbx_fixtures import eventually, is_closed
from tests.support.callers import MOST, alert
from tests.support.sentences import laid_at
from tests.support.server import Server
from tests.system.demo.typist import HOUSE, PIN, Typist, commands, first_terminal, fresh_checkout, shell

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(420)]

PAGE = "docs/softphone.md"
CALLED = "2. Be called, and press 1"
RINGS_WITHIN = 90.0


@pytest.fixture(scope="module")
def checkout(folders: Callable[[], Path]) -> Iterator[Path]:
    """With neighbourhood and server running, and everything ready for an alert."""
    folder = folders()
    folder.mkdir(mode=0o755)
    fresh_checkout(folder)
    _, second = commands("README.md", "Using it")
    with first_terminal(folder), shell(folder) as typist:
        for line in second[: 1 + next(at for at, line in enumerate(second) if "doctor" in line)]:
            typist.types(line)
        yield folder


@pytest.fixture(scope="module")
def you(checkout: Path) -> Iterator[Typist]:
    with shell(checkout) as typist:
        typist.types(". .venv/bin/activate")
        yield typist


@pytest.fixture(scope="module")
def send(you: Typist) -> str:
    """The line that sends the alert, once you are a member of your own network."""
    *enrol, send = commands(PAGE, CALLED)[0]
    for line in enrol:
        you.types(line)
    return send


@pytest.fixture
async def softphone(checkout: Path, you: Typist) -> AsyncIterator[Device]:
    """Registered with what the page says; in place of its port stands the one of this test."""
    [[where, find]] = commands(PAGE, "1. Register it")
    user = told(r"\| user, [^|]*\| `([^`]+)`")
    server = told(r"\| server, [^|]*\| `([^`]+)`")
    settings = (checkout / "buurtbel.env").read_text()
    assert server in (HOUSE / "examples" / "simulated.env").read_text()
    [there] = re.findall(r"(?m)^BUURTBEL_TRUNK_URI=sip:(.*)$", settings)
    await to_thread(you.types, where)
    [password] = re.findall(r'"softphone": "(.*)"', await to_thread(you.types, find))
    account = ACCOUNT.format(user=user, server=there, password=password)
    made = len(list(checkout.glob("softphone-*")))
    async with switched_on(checkout / f"softphone-{made}", account) as device:
        await device.until(REGISTERED)
        yield device


def told(pattern: str) -> str:
    """What the page says there."""
    found = re.search(pattern, (HOUSE / PAGE).read_text())
    assert found, pattern
    return found[1]


def says(checkout: Path, key: Key, **slots: str) -> Audio:
    return read_laid(laid_at(checkout / "data" / "sounds", key, "nl", NO_NAMES, **slots))


async def test_you_are_called_and_press_1_and_call_back_and_hear_it_again(
    checkout: Path, you: Typist, softphone: Device, send: str
) -> None:
    _, look = commands(PAGE, CALLED)
    await to_thread(you.types, send)
    message = alert(Server(checkout / "data", {}), 1)
    async with softphone.called(within=RINGS_WITHIN) as call:
        await call.tape.hears(message, share=MOST)
        call.presses("1")
        await call.tape.hears(says(checkout, "thank_you"), share=MOST)
    await to_thread(you.types, look[0])
    assert "confirmed" in (await to_thread(you.types, look[1])).split()
    [recorded] = (checkout / "data" / "neighbourhood" / "recordings").glob("99940000001-1.wav")
    await eventually(lambda: is_closed(recorded))
    assert compare(message, read(recorded)).whole

    async with softphone.calling(told(r"Dial `([^`]+)` \(or")) as call:
        await call.tape.hears(says(checkout, "line_urgent_help"), share=MOST)
        await call.tape.hears(says(checkout, "line_menu"), share=MOST)
        call.presses("1")
        await call.tape.hears(message, share=MOST)
        call.presses("1")
        await call.tape.hears(says(checkout, "thank_you"), share=MOST)


@pytest.mark.usefixtures("send")
async def test_you_sign_in_as_an_officer(checkout: Path, you: Typist, softphone: Device) -> None:
    [[add]] = commands(PAGE, "4. Be an officer")
    await to_thread(you.answers_a_pin, add)
    async with softphone.calling(told(r"\(or `([^`]+)`\)")) as call:
        await call.tape.hears(says(checkout, "line_menu"), share=MOST)
        call.presses(told(r"press\s`(.)`\sin\sthe\smenu"))
        await call.tape.hears(says(checkout, "police_number"), share=MOST)
        call.presses(told(r"then\s`(\d+#)`"))
        await call.tape.hears(says(checkout, "police_pin"), share=MOST)
        call.presses(f"{PIN}#")
        await call.tape.hears(says(checkout, "police_menu"), share=MOST)


async def test_who_dials_a_number_of_the_table_hears_what_is_behind_it(
    checkout: Path, softphone: Device
) -> None:
    async with softphone.calling(told(r"`([^`]+)` is a voicemail")) as call:
        await call.tape.hears(read(checkout / "data" / "neighbourhood" / "greeting.wav"), share=MOST)
