"""A trunk whose name leads nowhere when Asterisk starts, then somewhere, then elsewhere: calls are taken."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import SecretStr

from buurtbel.pbx import Secrets, start_pbx
from buurtbel.serve import follow_trunk
from buurtbel.serve.follow_trunk import TrunkFollower
from buurtbel.serve.trunk_state import read_state, trunk_told
from buurtbel.settings.settings import Settings
from embedded.asterisk import Asterisk
from embedded.network.free_ports import LOOPBACK, free_ports
from embedded.network.networks import Network
from embedded.network.ports import Address
from embedded.network.whereabouts import Whereabouts
from ivr.pbx.trunk import Trunk
from tests.far_ends.outgoing import Outgoing, call
from tests.far_ends.peer import Peer
from tests.pbx_fixtures import pbx_settings

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(120)]

FIRST, SECOND = LOOPBACK, "127.0.0.5"
SECRETS = Secrets("q" * 40)


class Followed:
    """Our Asterisk, whose trunk's name leads to `leads_to`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.leads_to: Sequence[str] = ()
        self.trunk = Whereabouts(settings.trunk, self._look_up)
        self.watch = TrunkFollower(settings, SECRETS, self.trunk)
        sip = Address.parse(settings.pbx.sip_bind)
        self.at = (sip.host, sip.port)
        self.asterisk: Asterisk | None = None

    def _look_up(self, _host: str, _port: int | None) -> Sequence[Network]:
        return [ip_network(one) for one in self.leads_to]

    async def look(self) -> None:
        assert self.asterisk is not None
        await self.watch.look(self.asterisk)

    async def calls(self, carrier: Peer) -> Outgoing:
        return await call(carrier, f"sip:+3214539600@{self.at[0]}:{self.at[1]}")

    async def is_answered(self, carrier: Peer) -> int:
        """The status that a call from there gets; a caller hears whom to call when nobody leads the call."""
        placed = await self.calls(carrier)
        status = await placed.final()
        if status == 200:
            placed.bye()
        return status

    def told(self) -> list[tuple[bool, str]]:
        return [(one.ok, one.says) for one in trunk_told(self.settings) if one.what == "trunk name"]


async def test_a_name_that_comes_and_moves_is_followed_without_a_restart_and_calls_go_on(
    asterisk_root: Path, pbx_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_trunk, "ASK_AGAIN_AFTER", 0.0)
    port = free_ports(1)
    settings = pbx_settings(pbx_folder, Trunk(uri=f"sip:trunk.test:{port}", qualify=0))
    filtered = settings.pbx.model_copy(update={"filter": True})  # which only root lays, elsewhere
    it = Followed(settings.model_copy(update={"pbx": filtered}))
    it.asterisk = await start_pbx(
        asterisk_root, pbx_folder / "named", it.settings, SECRETS, whereabouts=it.trunk
    )
    try:
        async with (
            Peer({}, host=FIRST, port=port, side_door=False) as first,
            Peer({}, host=SECOND, port=port, side_door=False) as second,
        ):
            await it.look()
            assert [await it.is_answered(one) for one in (first, second)] == [403, 403]
            [(ok, says)] = it.told()
            assert not ok
            assert "trunk.test has led nowhere since" in says
            it.leads_to = [FIRST]
            await it.look()
            assert [await it.is_answered(one) for one in (first, second)] == [200, 403]
            assert it.told() == [(True, f"trunk.test leads to {FIRST}")]
            staying = await it.calls(first)
            assert await staying.final() == 200
            it.leads_to = [SECOND]
            await it.look()
            assert await it.is_answered(second) == 200
            [(ok, says)] = it.told()
            assert not ok
            assert f"leads to {SECOND} since" in says
            assert "the packet filter keeps out" in says
            assert not staying.ended.is_set()
            assert await staying.hung_up() == 200, "who was the trunk when the call began may end it"
            it.leads_to = []
            await it.look()
            assert await it.is_answered(second) == 200, "a DNS that is away takes nothing away"
            assert it.asterisk.is_running
    finally:
        await it.asterisk.stop()


async def test_registering_is_told_as_it_goes(asterisk_root: Path, pbx_folder: Path) -> None:
    port = free_ports(1)
    trunk = Trunk(
        uri=f"sip:{LOOPBACK}:{port}",
        user="politie-zk01",
        password=SecretStr("x"),
        register_with=True,
        qualify=0,
    )
    settings = pbx_settings(pbx_folder, trunk)
    it = Followed(settings)
    async with Peer({}, port=port) as carrier:
        it.asterisk = await start_pbx(
            asterisk_root, pbx_folder / "registers", settings, SECRETS, whereabouts=it.trunk
        )
        try:
            for status, words in {
                401: "refused to register us with 401 since",
                403: "refused to register us with 403 since",
                503: "refused to register us with 503 since",
                200: "registered until",
            }.items():
                carrier.desk.registers_with = status
                before = carrier.registrations
                await it.asterisk.console("pjsip send register trunk")
                async with asyncio.timeout(20):
                    while carrier.registrations == before or words not in said(settings):
                        await asyncio.sleep(0.1)
                        await it.look()
            state = read_state(settings.data_dir)
            assert state is not None
            assert state.registration is not None
            assert state.registration.until is not None
        finally:
            await it.asterisk.stop()


def said(settings: Settings) -> str:
    with suppress(StopIteration):
        return next(trunk_told(settings)).says
    return ""
