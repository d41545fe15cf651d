"""The simulated neighbourhood: a second Asterisk in which the dialled number decides what happens."""

import asyncio
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from embedded.account import PBX, Account, account_for, check_reachable
from embedded.asterisk import Asterisk, ListenAddresses
from embedded.errors import StartError
from embedded.folders import link_in, make_folder, make_folder_in, write_in
from embedded.network.ports import Address, PortRange

HANDSETS = "handsets"
"""The name under which a program leads the phones that call us."""
SOFTPHONE = "+99940000001"
"""The number of the account `softphone`, on which a person listens in."""
MAILBOXES = tuple(f"23{who:06d}" for who in range(1, 100))


@dataclass(frozen=True, slots=True)
class NeighbourhoodPorts:
    """Where the neighbourhood takes calls; three ports in a row from `sip_bind`."""

    trunk: Address
    tls: Address
    subscribers: Address

    @classmethod
    def from_bind(cls, sip_bind: str) -> "NeighbourhoodPorts":
        trunk = Address.parse(sip_bind)
        return cls(trunk, Address(trunk.host, trunk.port + 1), Address(trunk.host, trunk.port + 2))

    def listening(self, audio: PortRange, ari: Address | None) -> ListenAddresses:
        tcp = [self.trunk, self.tls, *([ari] if ari else [])]
        return ListenAddresses(udp=[self.trunk, self.subscribers], tcp=tcp, audio=audio)


@dataclass(frozen=True, slots=True)
class OurLine:
    """Our own number, and where our PBX takes the calls to it."""

    number: str
    address: Address

    @property
    def spellings(self) -> Sequence[str]:
        """How people dial it: as it is written, and in Belgium."""
        return (
            [self.number, "0" + self.number.removeprefix("+32")]
            if self.number.startswith("+32")
            else [self.number]
        )


@dataclass(frozen=True, slots=True)
class Passwords:
    """Of the two accounts that register with the neighbourhood, and of the program that leads handsets."""

    subscriber: str
    softphone: str
    handsets: str = ""

    @classmethod
    def made(cls) -> "Passwords":
        return cls(
            subscriber=secrets.token_urlsafe(18),
            softphone=secrets.token_urlsafe(9),
            handsets=secrets.token_urlsafe(30),
        )


async def start_neighbourhood(
    root: Path,
    run_dir: Path,
    *,
    sip_bind: str,
    rtp_ports: str,
    recordings: Path,
    hello: Path,
    greeting: Path,
    passwords: Passwords,
    codecs: str = "alaw,ulaw,g722,slin16",
    trunk_addresses: Sequence[str] = ("127.0.0.1",),
    audiosocket: Address | None = None,
    ari: Address | None = None,
    our_line: OurLine | None = None,
    greetings: Mapping[str, Path] = MappingProxyType({}),
) -> Asterisk:
    """A running neighbourhood, each phone that answers recorded afresh in `recordings`.

    What a mailbox kept lies in `recordings/voicemail/default/<number without +999>/INBOX`.

    `hello` is what number 12 says and `greeting` what a mailbox says that has none of its own in
    `greetings`: 8 kHz mono WAV files. At `audiosocket` the drawn neighbours (30 to 32) are answered; without
    it they do not exist. At `ari` a program leads the phones that call us, as user and application
    `HANDSETS`. The softphone reaches us by `our_line`. A running neighbourhood on `run_dir` is adopted.
    Raises as `Asterisk.start` does.
    """
    running = await asyncio.to_thread(Asterisk.adopt, root, run_dir)
    if running is not None:
        return running
    doors = NeighbourhoodPorts.from_bind(sip_bind)
    values = await asyncio.to_thread(
        _furnish, run_dir, recordings, hello, lambda mailbox: greetings.get(mailbox, greeting)
    )
    rtp = PortRange.parse(rtp_ports)
    values |= _accounts(passwords) | {
        "name": "neighbourhood",
        "sip": {"host": doors.trunk.host, "port": doors.trunk.port, "media_address": doors.trunk.host},
        "rtp": {"first": rtp.first, "last": rtp.last},
        "codecs": codecs,
        "trunk_addresses": trunk_addresses,
        "audiosocket": audiosocket,
        "ari": ari,
        "our_line": our_line,
        "mailboxes": MAILBOXES,
        "voicemail_pin": secrets.randbelow(10**8),
    }
    return await Asterisk.start(
        root, run_dir, template="neighbourhood", values=values, listening=doors.listening(rtp, ari)
    )


def _accounts(passwords: Passwords) -> dict[str, Any]:
    return {
        "handsets": {"app": HANDSETS, "user": HANDSETS, "password": passwords.handsets},
        "subscriber_password": passwords.subscriber,
        "softphone": SOFTPHONE,
        "softphone_password": passwords.softphone,
    }


def _furnish(
    run_dir: Path, recordings: Path, hello: Path, greeting_of: Callable[[str], Path]
) -> dict[str, Any]:
    """Empty the recordings, lay out what phones say, make a certificate.

    Some of it lies in folders of Asterisk's account: whoever we are, we go through them by descriptors.
    """
    run_dir, recordings = run_dir.absolute(), recordings.absolute()
    ours, theirs = Account.ours(), account_for(PBX)
    readable = Account(ours.uid, theirs.gid)
    with make_folder(run_dir, readable, 0o2750) as here:
        with make_folder_in(here, run_dir / "said", readable, 0o2750) as said:
            write_in(said, "hello.wav", hello.read_bytes(), readable, 0o640)
        with make_folder_in(here, run_dir / "spool", Account(theirs.uid, ours.gid), 0o2750) as spool:
            link_in(spool, "voicemail", recordings / "voicemail")
        with make_folder_in(here, run_dir / "tls", readable, 0o2750):
            tls = _certificate(run_dir / "tls")
        check_reachable(recordings / "any.wav", theirs)
        _lay_recordings(recordings, theirs, greeting_of)
    return {"recordings": recordings, "hello": run_dir / "said" / "hello", "tls": tls}


def _lay_recordings(recordings: Path, account: Account, greeting_of: Callable[[str], Path]) -> None:
    """Empty, but for what mailboxes say; what they keep is a recording too."""
    default = recordings / "voicemail" / "default"
    with (
        make_folder(recordings, account, 0o2755) as here,
        make_folder_in(here, default.parent, account, 0o755) as voicemail,
        make_folder_in(voicemail, default, account, 0o755) as boxes,
    ):
        # What is laid there for a phone to say is readable to it, whoever lays it.
        os.fchmod(here, 0o2755)
        for old in os.scandir(here):
            if old.name.endswith((".wav", ".json")):
                os.unlink(old.name, dir_fd=here)
        for mailbox in MAILBOXES:
            shutil.rmtree(mailbox, ignore_errors=True, dir_fd=boxes)
            with make_folder_in(boxes, default / mailbox, account, 0o755) as box:
                write_in(box, "unavail.wav", greeting_of(mailbox).read_bytes(), account, 0o644)


def _certificate(folder: Path) -> dict[str, Path]:
    """A certificate signed by itself, for the encrypted door; readable to whom the folder's group is."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    if not certificate.exists():
        subject = [
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-days",
            "3650",
        ]
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ]
        try:
            subprocess.run(
                [*command, *subject, "-keyout", key, "-out", certificate], check=True, capture_output=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise StartError(
                "openssl could not make a certificate: install it with `apt-get install openssl`."
            ) from error
    key.chmod(0o640)
    certificate.chmod(0o644)
    return {"certificate": certificate, "key": key}
