"""Tricks over SIP and sound that have a name, beside the flood that only makes noise."""

import re
import socket
import time
from contextlib import suppress
from random import Random

from embedded.network.free_ports import LOOPBACK
from tests.hostile.attack import DURING, LAST, Trial, attack
from tests.hostile.intruder import NOBODY
from tests.hostile.media import Media
from tests.hostile.packets import POISON, USERS, Packets
from tests.hostile.sending import FOREIGN

SPRAYS_FOR = 10.0
STATUS = re.compile(rb"SIP/2\.0 (\d{3})")
LISTENS_FOR = 1.0


def packets(at: Trial) -> Packets:
    return at.site.packets(at.attack.name)


def answers_to(at: Trial, source: str, some: list[bytes]) -> set[int]:
    """Every status that comes back to this address."""
    found = set()
    address = at.site.sip
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door_:
        door_.bind((source, 0))
        door_.settimeout(LISTENS_FOR)
        for packet in some:
            door_.sendto(packet, (address.host, address.port))
            time.sleep(0.01)
        try:
            while True:
                said = STATUS.match(door_.recv(65536))
                found.add(int(said[1]) if said else 0)
        except OSError:
            return found


@attack(by=NOBODY, when=DURING)
def sound_is_drawn_elsewhere(at: Trial) -> None:
    """Who sends sound to all ports before the member does is sent nothing of the alert."""
    media, first, last = iter(Media(Random(at.attack.name))), at.site.audio.first, at.site.audio.last
    until, got = time.monotonic() + SPRAYS_FOR, 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door_:
        door_.bind((FOREIGN[3], 0))
        door_.setblocking(False)
        while time.monotonic() < until:
            for port in range(first, last + 1):
                _send(door_, next(media), port)
            time.sleep(0.1)
            got += _received(door_)
    if got:
        at.through(f"{got} packets of sound came back")


@attack(by=NOBODY, when=DURING)
def keys_are_pressed_from_elsewhere(at: Trial) -> None:
    """Who sprays key presses over all ports for sound confirms no alert in a member's name."""
    media, first, last = Media(Random(at.attack.name)), at.site.audio.first, at.site.audio.last
    until, stamp = time.monotonic() + SPRAYS_FOR, 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door_:
        door_.bind((FOREIGN[2], 0))
        while time.monotonic() < until:
            stamp += 1600
            for packet in media.key("1", stamp):
                for port in range(first, last + 1, 2):
                    _send(door_, packet, port)
            time.sleep(0.2)


@attack(by=NOBODY, when=DURING)
def a_foreign_address_calls_us(at: Trial) -> None:
    """Who is not the trunk gets no call, to whatever name: none is rung, answered or charged to anybody."""
    invites = [packets(at).call(user) for user in (*USERS, *sorted(at.site.numbers)[:5])]
    statuses = answers_to(at, FOREIGN[0], invites)
    if any(100 < status < 400 for status in statuses):
        at.through(f"it is answered with {sorted(statuses)}")


@attack(by=NOBODY, when=DURING)
def a_foreign_address_guesses_passwords(at: Trial) -> None:
    """No registration is taken, whatever digest it shows."""
    guesses = [
        f'Digest username="{user}",realm="asterisk",nonce="{n:x}",uri="sip:x",response="{n:032x}"'
        for n in range(100)
        for user in ("trunk", "zone", "buurtbel")
    ]
    statuses = answers_to(at, FOREIGN[1], [packets(at).registration(guess) for guess in guesses])
    if any(200 <= status < 300 for status in statuses):
        at.through(f"it is answered with {sorted(statuses)}")


@attack(by=NOBODY, when=DURING)
def the_trunk_registers_with_us(at: Trial) -> None:
    """Not even the trunk's address can register: calls are all it has to do with us."""
    made = packets(at)
    some = [made.registration("Digest x")] * 20
    statuses = answers_to(at, LOOPBACK, some)
    if any(200 <= status < 300 for status in statuses):
        at.through(f"it is answered with {sorted(statuses)}")


@attack(by=NOBODY, when=DURING)
def functions_of_the_dialplan_in_names(at: Trial) -> None:
    """What a caller is called, and whom they call, is never run: no file appears, nobody is rung."""
    made = packets(at)
    tricks = [poison.replace("{mark}", str(at.site.mark)) for poison in POISON if "{mark}" in poison]
    some = [made.call(user="s", name=trick, sender=trick.replace(" ", "")) for trick in tricks]
    some += [made.call(user=trick.replace(" ", "")) for trick in tricks]
    answers_to(at, LOOPBACK, some)


@attack(by=NOBODY, when=LAST)
def nothing_of_it_was_run(at: Trial) -> None:
    """No function, shell or file of any packet did anything."""
    for path in at.site.mark.parent.glob(f"{at.site.mark.name}*"):
        at.through(f"{path} was made")


@attack(by=NOBODY, when=LAST)
def nobody_else_was_rung(at: Trial) -> None:
    """At the far end of the trunk only those were rung whom an alert was meant for."""
    meant = set(at.site.members)
    for recording in at.site.recordings.glob("*.wav"):
        if recording.name.rpartition("-")[0] not in meant:
            at.through("somebody was rung who is in no list")


def _send(door_: socket.socket, packet: bytes, port: int) -> None:
    with suppress(OSError):  # a packet filter may say no
        door_.sendto(packet, (LOOPBACK, port))


def _received(door_: socket.socket) -> int:
    count = 0
    while True:
        try:
            # What a port answers to STUN is no sound of anybody's.
            count += door_.recv(65536)[:1] == b"\x80"
        except OSError:
            return count
