"""Callers behind a trusted trunk press 1: who is vouched for has confirmed, who may be anybody has not."""

import asyncio
from asyncio import to_thread
from pathlib import Path

import pytest

from tests.far_ends.call import Call
from tests.far_ends.forgers import called_back, our_number, press_1, send_to, settings_for
from tests.far_ends.peer import Peer
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]


async def is_never_there(call: Call) -> None:
    await call.ring()
    call.refuse(480)


async def test_a_trusted_trunk_tells_those_who_confirm_from_those_who_may_be_anybody(
    new_server: NewServer, asterisk_root: Path
) -> None:
    names = asserted, passed, failed, said = "asserted", "passed", "failed", "said"
    number = {name: f"+99976003{nth:03}" for nth, name in enumerate(names)}
    verstat = "verstat=TN-Validation-"
    headers = {
        asserted: (f"<sip:{number[said]}@127.0.0.1>", f"<sip:{number[asserted]}@carrier.test>"),
        passed: (f"<sip:{number[passed]};{verstat}Passed@127.0.0.1;user=phone>", ""),
        failed: (f"<sip:{number[failed]}@127.0.0.1>", f"<tel:{number[failed]};{verstat}Failed>"),
        said: (f"<sip:{number[said]}@127.0.0.1>", ""),
    }
    async with Peer({one[-3:]: is_never_there for one in number.values()}) as peer:
        server = new_server(settings_for(peer, asterisk_root, trusts_identity=True))
        await to_thread(server.start)
        broadcast = await send_to(server, {name: [number[name]] for name in names})
        to = our_number(server)
        await asyncio.gather(*(press_1(peer, to, *headers[name], until=lambda: False) for name in names))
        came = await to_thread(called_back, server, broadcast)
        await to_thread(server.until_closed, broadcast, seconds=120)
        results = {
            name: recipient.result
            for name, recipient in (await to_thread(server.recipients, broadcast)).items()
        }
        await to_thread(server.stop)
    confirms = {name: name in (asserted, passed) for name in names}
    made_of_it = {True: "confirmed_by_callback", False: "called_back"}
    assert came == {number[name]: made_of_it[confirms[name]] for name in names}
    assert results == {name: "confirmed" if confirms[name] else "called_back" for name in names}
