"""Ways to reach a trunk: with registration and digest, encrypted, and with the caller id in each header."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from buurtbel.pbx import Secrets, start_pbx
from ivr.pbx.trunk import Trunk
from prompts.audio import read, write_sound
from tests.embedded.pbx.line import Line
from tests.pbx_fixtures import RunningNeighbourhood, RunningPbx, eventually, is_closed, pbx_settings, speech

pytestmark = pytest.mark.pbx

StartPbx = Callable[[str, Trunk], AbstractAsyncContextManager[RunningPbx]]


@pytest.fixture
def pbx_with(asterisk_root: Path, pbx_folder: Path) -> StartPbx:
    @asynccontextmanager
    async def started(name: str, trunk: Trunk) -> AsyncIterator[RunningPbx]:
        settings = pbx_settings(pbx_folder, trunk)
        asterisk = await start_pbx(asterisk_root, pbx_folder / name, settings, Secrets("q" * 40))
        try:
            yield RunningPbx(asterisk, settings, "q" * 40)
        finally:
            await asterisk.stop()

    return started


async def console_says(pbx: RunningPbx, command: str, words: str, *, seconds: float = 20.0) -> bool:
    """Whether Asterisk's console comes to say `words`, asked again and again from now."""
    until = time.monotonic() + seconds
    while words not in await pbx.asterisk.console(command):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.1)
    return True


async def test_a_subscriber_registers_and_calls_with_its_password(
    pbx_with: StartPbx, neighbourhood: RunningNeighbourhood
) -> None:
    trunk = Trunk(
        uri=neighbourhood.subscriber_uri,
        user="subscriber",
        password=SecretStr(neighbourhood.passwords.subscriber),
        register_with=True,
    )
    async with pbx_with("subscriber", trunk) as pbx:
        assert await console_says(pbx, "pjsip show registrations", "Registered")
        async with Line(pbx) as line:
            busy = await line.dial("+99916000301")
            await busy.until("ChannelDestroyed")
            bram = await line.dial("+99914000302")
            await bram.until("ChannelDestroyed")
    assert (busy.cause, busy.sip_status) == (17, 486)
    assert (bram.answered, bram.cause) == (True, 16)


async def test_a_wrong_password_is_a_rejected_call(
    pbx_with: StartPbx, neighbourhood: RunningNeighbourhood
) -> None:
    trunk = Trunk(uri=neighbourhood.subscriber_uri, user="subscriber", password=SecretStr("wrong"))
    async with pbx_with("wrong", trunk) as pbx, Line(pbx) as line:
        call = await line.dial("+99914000303")
        await call.until("ChannelDestroyed")
    assert (call.answered, call.cause, call.sip_status) == (False, 21, 401)


async def test_an_encrypted_trunk_carries_the_message(
    pbx_with: StartPbx, neighbourhood: RunningNeighbourhood
) -> None:
    certificate = neighbourhood.asterisk.run_dir / "tls" / "certificate.pem"
    trunk = Trunk(uri=neighbourhood.tls_uri, srtp=True, ca_file=str(certificate))
    async with pbx_with("tls", trunk) as pbx, Line(pbx) as line:
        write_sound(pbx.sounds / "secret", speech("Dit hoort alleen de buurt. Er staat een verdachte auto."))
        call = await line.converse("+99911000304", str(pbx.sounds / "secret"))
        transports = await pbx.asterisk.console("pjsip show transports")
    assert "tls" in transports
    assert call.digits == "1"
    heard = neighbourhood.recordings / "99911000304-1.wav"
    await eventually(lambda: is_closed(heard))
    assert read(heard).seconds > 2


async def test_a_certificate_of_somebody_else_is_refused(
    pbx_with: StartPbx, neighbourhood: RunningNeighbourhood
) -> None:
    trunk = Trunk(uri=neighbourhood.tls_uri, srtp=True)
    async with pbx_with("stranger", trunk) as pbx, Line(pbx) as line:
        assert await console_says(pbx, "pjsip show contacts", "Unavail")
        call = await line.dial("+99914000305")
    assert call.refusal == "Allocation failed"
    assert not call.events


@pytest.mark.parametrize("header", ["pai", "rpid"])
async def test_the_caller_id_can_go_in_another_header(
    pbx_with: StartPbx, neighbourhood: RunningNeighbourhood, header: str
) -> None:
    trunk = Trunk(uri=neighbourhood.uri, caller_id_header=header)
    async with pbx_with(header, trunk) as pbx, Line(pbx) as line:
        shown = await pbx.asterisk.console("pjsip show endpoint trunk")
        call = await line.dial("+99916000306")
        await call.until("ChannelDestroyed")
    assert [row.split(":")[1].strip() for row in shown.splitlines() if f" send_{header} " in row] == ["true"]
    assert call.sip_status == 486
