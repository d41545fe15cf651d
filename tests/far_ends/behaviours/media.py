"""Codecs, ports and packets of sound that are unusual or spoilt."""

from tests.far_ends.behaviours.people import REACTION, confirms, hears_and_confirms, picks_up
from tests.far_ends.call import PLAIN, Call
from tests.far_ends.registry import (
    CONFIRMED,
    NO_SOUND,
    NOT_PROVED,
    SILENT,
    UNDERSTOOD_OR_NOT,
    Expected,
    Sound,
    add,
    far_end,
)
from tests.far_ends.rtp import COMFORT_NOISE, packet
from tests.far_ends.sdp import Description
from tests.far_ends.sip import SDP
from tests.far_ends.sounds import ULAW, hallo

NAMED = "127.0.0.3"
"""Where a description asks for sound, which comes from elsewhere."""


@far_end(201, NO_SOUND)
async def foreign_codec(call: Call) -> None:
    """Answers with G.729 only: nothing in common."""
    await call.ring()
    await call.answer(Description(codecs=(18,)), speaks=False)
    await call.until_over()


@far_end(202, NO_SOUND)
async def port_zero(call: Call) -> None:
    """Answers with port 0: no sound wanted."""
    await call.ring()
    await call.answer(Description(port=0), speaks=False)
    await call.until_over()


@far_end(203, NO_SOUND)
async def answers_without_description(call: Call) -> None:
    """200 without SDP."""
    await call.ring()
    await call.answer(Description(codecs=None), speaks=False)
    await call.until_over()


@far_end(204, NO_SOUND)
async def only_video(call: Call) -> None:
    """Answers with video and no audio."""
    await call.ring()
    body = (await call.describe()).replace("m=audio", "m=video")
    await call.answer(body=body, speaks=False)
    await call.until_over()


@far_end(205, CONFIRMED)
async def mu_law(call: Call) -> None:
    """Answers with mu-law only."""
    media = await call.hear()
    media.payload_type = ULAW
    await call.ring()
    await call.answer(Description(codecs=(0, 101)))
    await confirms(call)


@far_end(206, CONFIRMED)
async def changes_to_mu_law(call: Call) -> None:
    """Changes to mu-law two seconds after its hallo; a pass and 1."""
    await picks_up(call)
    await call.speak(hallo())
    await call.wait(2.0)
    media = await call.hear()
    media.payload_type = ULAW
    await call.reinvite(Description(codecs=(0, 101)))
    await hears_and_confirms(call)


@far_end(207, CONFIRMED)
async def offers_everything(call: Call) -> None:
    """Answers with six codecs, ours among them."""
    await call.ring()
    await call.answer(Description(codecs=(18, 111, 8, 0, 3, 101)))
    await confirms(call)


def _packets_of(number: int, milliseconds: int) -> None:
    async def play(call: Call) -> None:
        (await call.hear()).tick = milliseconds / 1000
        await call.ring()
        await call.answer(Description(ptime=milliseconds))
        await confirms(call)

    does = f"Sends {milliseconds} ms in a packet, and wants as much."
    add(number, does, CONFIRMED, play)


for number, length in ((208, 10), (209, 30), (210, 60)):
    _packets_of(number, length)


@far_end(211, SILENT.hearing(Sound.TWICE))
async def no_packet_ever(call: Call) -> None:
    """Answers and never sends a packet; stays."""
    await call.ring()
    await call.answer(speaks=False)
    await call.until_over()


@far_end(212, NOT_PROVED)
async def no_packet_and_leaves(call: Call) -> None:
    """Never sends a packet, and puts down after a pass."""
    await call.ring()
    await call.answer(speaks=False)
    await call.hears_a_pass()
    if await call.wait(REACTION):
        call.bye()


@far_end(213, CONFIRMED)
async def nothing_in_silence(call: Call) -> None:
    """Sends packets only while it speaks."""
    (await call.hear()).is_muted = True
    await picks_up(call)
    await confirms(call)


@far_end(214, CONFIRMED)
async def comfort_noise(call: Call) -> None:
    """Comfort noise instead of quiet (RFC 3389)."""
    media = await call.hear()
    media.is_muted = True
    await call.ring()
    await call.answer(Description(codecs=(8, COMFORT_NOISE, 101)))
    await call.speak(hallo())
    for _ in range(12):
        media.send(bytes([60]), kind=COMFORT_NOISE)
        await call.wait(0.2)
    await hears_and_confirms(call)


@far_end(215, SILENT.hearing(Sound.TWICE))
async def sends_from_another_port(call: Call) -> None:
    """Talks and presses 1 from another port than its SDP names: ours goes there, and it is a stranger."""
    await call.ring()
    body = await call.describe()
    await call.hear_elsewhere()
    await call.answer(body=body)
    await call.speak(hallo())
    await call.wait(3.0)
    await call.key("1")
    await call.until_over()


@far_end(217, CONFIRMED)
async def source_changes(call: Call) -> None:
    """Its sound gets another SSRC, sequence and clock in the middle."""
    await picks_up(call)
    await call.speak(hallo())
    media = await call.hear()
    media.ssrc, media.sequence, media.stamp = 0xBEEF, 60_000, 4_000_000_000
    await hears_and_confirms(call)


@far_end(218, CONFIRMED)
async def spoilt_packets(call: Call) -> None:
    """Between its sound: empty packets, unknown kinds, other versions, control words, noise."""
    await picks_up(call)
    await call.speak(hallo())
    media = await call.hear()
    for spoilt in (
        b"",
        b"\x80",
        b"\x00" * 40,
        b"\xff" * 1400,
        packet(72, 1, 1, 1, b"\x00"),
        packet(111, 9, 9, 9, b""),
    ):
        media.throw(spoilt)
        media.send(b"", kind=8)
        media.send(b"\x01" * 3000, kind=77)
        await call.wait(0.1)
    await hears_and_confirms(call)


@far_end(219, CONFIRMED)
async def shuffled_packets(call: Call) -> None:
    """Its packets come twice and out of order."""
    media = await call.hear()
    media.is_shuffled = True
    await picks_up(call)
    await confirms(call)


@far_end(220, CONFIRMED)
async def moves(call: Call) -> None:
    """Moves to another port three seconds after its answer; the message begins anew or goes on there."""
    await picks_up(call)
    await call.speak(hallo())
    await call.wait(2.0)
    await call.hear_elsewhere()
    call.speaks()
    await call.reinvite(PLAIN)
    await hears_and_confirms(call)


def _described(number: int, does: str, said: Description, expected: Expected = CONFIRMED) -> None:
    async def play(call: Call) -> None:
        await call.ring()
        await call.answer(said)
        await confirms(call)

    add(number, does, expected, play)


_described(221, "Answers with ICE candidates and a=rtcp-mux.", Description(
    session=("a=ice-lite",),
    more=(
        "a=ice-ufrag:F7gI",
        "a=ice-pwd:x9cml/YzichV2+XlhiMu8g",
        "a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host",
        "a=rtcp-mux",
    ),
))  # fmt: skip
_described(222, "Answers as RTP/AVPF with feedback lines.", Description(
    profile="RTP/AVPF", more=("a=rtcp-fb:* nack", "a=rtcp-fb:8 trr-int 100")
), UNDERSTOOD_OR_NOT)  # fmt: skip
_described(223, "Answers with b=, k=, i=, e= lines and attributes that nobody knows.", Description(
    session=("b=AS:80", "i=odd", "a=x-unknown:\u00eb\u00fc"),
    more=("b=TIAS:64000", "a=silenceSupp:off - - - -", "a=x-y"),
))  # fmt: skip
_described(
    224, "Answers with two hundred attributes.", Description(more=tuple(f"a=x-{n}:{n}" for n in range(200)))
)
_described(225, "Answers with a second stream that nobody offered.", Description(
    more=("m=video 0 RTP/AVP 31", "a=inactive")
))  # fmt: skip


@far_end(226, NO_SOUND)
async def other_family(call: Call) -> None:
    """Wants sound at an IPv6 address: there is no way to it."""
    await call.ring()
    await call.answer(Description(host="2001:db8::1"), speaks=False)
    await call.until_over()


@far_end(227, CONFIRMED)
async def many_parts(call: Call) -> None:
    """Its description is one of two parts of the body."""
    await call.ring()
    sdp = await call.describe()
    parts = (
        f"--x\r\nContent-Type: {kind}\r\n\r\n{part}\r\n" for kind, part in ((SDP, sdp), ("text/plain", "hi"))
    )
    await call.answer(body="".join([*parts, "--x--\r\n"]), kind="multipart/mixed;boundary=x")
    await confirms(call)


@far_end(228, NO_SOUND)
async def no_description_at_all(call: Call) -> None:
    """A body that says it is SDP, and is not."""
    await call.ring()
    await call.answer(body="v=1\r\nm=sound\r\n\x00\xff", speaks=False)
    await call.until_over()
