"""Calls from a carrier that we register with: whom it may ask for, and what it tells of who calls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from buurtbel.pbx import Secrets, start_pbx
from directory.possible_numbers import PossibleNumbers
from embedded.network.free_ports import LOOPBACK, free_ports
from embedded.network.ports import Address
from ivr.ari.client import AriClient
from ivr.ari.events import ReportedChannel
from ivr.pbx.identity import CallerId, caller_of
from ivr.pbx.trunk import Trunk
from tests.embedded.pbx.line import APP, Line
from tests.embedded.pbx.told import told_by
from tests.far_ends.outgoing import call
from tests.far_ends.peer import Peer
from tests.pbx_fixtures import RunningPbx, eventually, pbx_settings

pytestmark = pytest.mark.pbx

ACCOUNT = "politie-zk01"
AN, BO = "+32475000001", "+32475000002"
ASSERTS_BO = f"P-Asserted-Identity: <sip:{BO}@carrier.test>"
HUGE = 10_000


class Exchange:
    """Our PBX and its carrier, which calls; whoever calls is answered at once."""

    def __init__(self, pbx: RunningPbx, carrier: Peer, client: AriClient) -> None:
        self.pbx, self.carrier, self._client = pbx, carrier, client
        self.at = Address.parse(pbx.settings.pbx.sip_bind)

    async def called(self, target: str, *headers: str, caller: str = f"<sip:{AN}@carrier.test>") -> int:
        """The status of the answer."""
        status, _ = await self.heard_of(target, *headers, caller=caller)
        return status

    async def heard_of(
        self, target: str, *headers: str, caller: str = f"<sip:{AN}@carrier.test>"
    ) -> tuple[int, CallerId | None]:
        """The status of the answer, and who has called as we know it, if we know of the call at all."""
        answering = asyncio.create_task(self._answer())
        try:
            told = [(name, value) for name, _, value in (one.partition(": ") for one in headers)]
            door = (self.at.host, self.at.port)
            placed = await call(self.carrier, target, caller, *told, door=door)
            status = await placed.final()
            if status != 200:
                return status, None
            placed.bye()
            channel = await answering
        finally:
            answering.cancel()
        await eventually_gone(self._client)
        return status, caller_of(channel, self.pbx.settings.trunk)

    async def _answer(self) -> ReportedChannel:
        while True:
            for channel in await self._client.channels.list():
                if channel.is_in_stasis:
                    await self._client.channels.answer(channel.id)
                    return channel
            await asyncio.sleep(0.02)


async def eventually_gone(client: AriClient) -> None:
    async with asyncio.timeout(10):
        while await client.channels.list():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def exchange(root: Path, folder: Path, *, trusts: bool) -> AsyncIterator[Exchange]:
    port = free_ports(1)
    trunk = Trunk(
        uri=f"sip:{LOOPBACK}:{port}",
        user=ACCOUNT,
        password=SecretStr("x"),
        register_with=True,
        trusts_identity=trusts,
    )
    settings = pbx_settings(folder, trunk)
    async with Peer({}, port=port) as carrier:
        asterisk = await start_pbx(root, folder / f"inbound-{port}", settings, Secrets("q" * 40))
        pbx = RunningPbx(asterisk, settings, "q" * 40)
        try:
            async with Line(pbx), AriClient(pbx.ari_url, pbx.ari_user, pbx.ari_password, app=APP) as client:
                yield Exchange(pbx, carrier, client)
        finally:
            await asterisk.stop()


@pytest.mark.timeout(120)
async def test_the_carrier_s_calls_are_answered_whomever_they_ask_for(
    asterisk_root: Path, pbx_folder: Path
) -> None:
    async with exchange(asterisk_root, pbx_folder, trusts=False) as it:
        await eventually(lambda: bool(it.carrier.registered))
        contact = it.carrier.registered[-1].contact
        assert contact.startswith(f"sip:{ACCOUNT}@")
        here = it.at
        for target in (
            contact,
            f"sip:{ACCOUNT}@{here}",
            f"sip:+3214539600@{here}",
            f"sip:014539600@{here};user=phone",
            f"sip:%2B3214539600@{here}",
            f"sip:+3214539600;npdi=yes@{here};user=phone",
            "tel:+3214539600",
            f"sip:{here}",
            # These are names in our own dialplan, or would be something in another one.
            *(f"sip:{name}@{here}" for name in ("line", "away", "known", "call", "fallback", "hint")),
            f"sip:$%7BSHELL(id)%7D@{here}",
            f"sip:Local&x,1)@{here}",
            f"sip:{'a' * HUGE}@{here}",
        ):
            assert await it.called(target) == 200, target[:60]
        for name in ("h", "i", "t", "T", "e"):
            assert await it.called(f"sip:{name}@{here}") in {404, 484}, "nobody's account, and Asterisk's own"
        # Asserted, but nobody said that this trunk may be trusted with it.
        assert await it.heard_of(contact, ASSERTS_BO) == (200, CallerId(PossibleNumbers((AN,))))
        assert await it.heard_of(contact, ASSERTS_BO, "Privacy: id") == (200, CallerId())


@pytest.mark.timeout(120)
async def test_what_a_trusted_carrier_asserts_is_known_apart_from_what_callers_say(
    asterisk_root: Path, pbx_folder: Path
) -> None:
    vouched, said = CallerId(PossibleNumbers((BO,)), is_vouched=True), CallerId(PossibleNumbers((AN,)))
    not_passed, passed = CallerId(PossibleNumbers((BO,))), CallerId(PossibleNumbers((AN,)), is_vouched=True)
    async with exchange(asterisk_root, pbx_folder, trusts=True) as it:
        target = f"sip:{ACCOUNT}@{it.at}"
        for headers, known in (
            ((), said),
            ((ASSERTS_BO,), vouched),
            ((f"P-Asserted-Identity: <tel:{BO}>, <sip:0475000002@carrier.test>",), vouched),
            ((ASSERTS_BO, f"P-Asserted-Identity: <tel:{BO}>"), vouched),
            ((ASSERTS_BO, f"P-Asserted-Identity: <tel:{AN}>"), said),
            ((ASSERTS_BO, "Privacy: none"), vouched),
            ((ASSERTS_BO, "Privacy: none", "Privacy: id"), CallerId()),
            ((f"P-Asserted-Identity: {'x' * HUGE}",), said),
            ((f"P-Asserted-Identity: \udcff\udcfe,{BO}",), said),
            ((ASSERTS_BO, f"Privacy: {';' * HUGE}", "Privacy: id"), CallerId()),
            ((ASSERTS_BO, "privacy: id"), CallerId()),
            ((ASSERTS_BO, "Privacy-Of-Another: id"), vouched),
            ((f"P-Asserted-Identity: <sip:{BO};verstat=TN-Validation-Passed@carrier.test>",), vouched),
            ((f"P-Asserted-Identity: <sip:{BO}@carrier.test;verstat=TN-Validation-Failed>",), not_passed),
            ((f"P-Asserted-Identity: <tel:{BO};verstat=TN-Validation-Failed>",), not_passed),
        ):
            assert await it.heard_of(target, *headers) == (200, known), headers
        for caller, known in (
            (f"<tel:{AN}>", said),
            (f'"Zo\u00eb, \\"x\\" ${{CHANNEL}} <sip:{BO}@x>" <sip:0475000001;npdi@x;user=phone>', said),
            ("<sip:32475000001@x>", said),
            (f"<sip:{AN};verstat=TN-Validation-Passed@x;user=phone>", passed),
            (f"<tel:{AN};verstat=TN-Validation-Passed>", passed),
            (f"<sip:{AN}@x;verstat=TN-Validation-Passed>", passed),
            (f"<tel:{AN};verstat=TN-Validation-Failed>", said),
            ('"Anonymous" <sip:anonymous@anonymous.invalid>', CallerId()),
            (f'"{"x" * HUGE}" <sip:{AN}@x>', CallerId()),
        ):
            assert await it.heard_of(target, caller=caller) == (200, known), caller[:80]
        anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>'
        assert await it.heard_of(target, ASSERTS_BO, caller=anonymous) == (200, CallerId())
        log = "\n".join(told_by(it.pbx.asterisk))
        assert "475000001" not in log
        assert "475000002" not in log


SIGNS = (
    ")",
    "(",
    ":)",
    "):0:1",
    "1)): :2",
    "}",
    "${",
    "${EXTEN",
    "${CHANNEL(name)}",
    "$[1/0]",
    "%",
    "%29",
    "%3A:",
    "a,b;c=d",
    "&|^",
    "'",
    r"\"",
    r"\\",
    "\u00eb",
)
"""What means something to a dialplan, or to those who read addresses."""


@pytest.mark.timeout(120)
async def test_no_sign_in_what_a_caller_says_hides_them_or_is_run(
    asterisk_root: Path, pbx_folder: Path
) -> None:
    vouched, said = CallerId(PossibleNumbers((BO,)), is_vouched=True), CallerId(PossibleNumbers((AN,)))
    odd: dict[tuple[str, str], object] = {}
    async with exchange(asterisk_root, pbx_folder, trusts=True) as it:
        target = f"sip:{ACCOUNT}@{it.at}"
        for sign in SIGNS:
            shown = f'"An {sign} Peeters" <sip:{AN}@x>'
            asserted = f'P-Asserted-Identity: "Bo {sign} Maes" <sip:{BO}@x>'
            odd |= {
                (sign, where): got
                for where, wanted, got in (
                    ("From", said, await it.heard_of(target, caller=shown)),
                    ("both", vouched, await it.heard_of(target, asserted, caller=shown)),
                    ("Privacy", CallerId(), await it.heard_of(target, f"Privacy: {sign};id")),
                )
                if got != (200, wanted)
            }
    assert odd == {}
