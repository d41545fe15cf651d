"""The simulated neighbourhood: a second Asterisk in which the dialled number decides what happens."""

import asyncio
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from buurtbel.embedded.account import Account, account_for, check_reachable
from buurtbel.embedded.asterisk import ACCOUNT, Asterisk, Listening
from buurtbel.embedded.errors import StartError
from buurtbel.embedded.ports import Address, PortRange

HANDSETS = "handsets"
"""The name under which a program leads the phones that call us."""
MAILBOXES = tuple(f"23{who:06d}" for who in range(1, 100))


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the neighbourhood takes calls; three ports in a row from `sip_bind`."""

    trunk: Address
    tls: Address
    subscribers: Address

    @classmethod
    def from_bind(cls, sip_bind: str) -> "Doors":
        trunk = Address.parse(sip_bind)
        return cls(trunk, Address(trunk.host, trunk.port + 1), Address(trunk.host, trunk.port + 2))

    def listening(self, audio: PortRange, ari: Address | None) -> Listening:
        tcp = [self.trunk, self.tls, *([ari] if ari else [])]
        return Listening(udp=[self.trunk, self.subscribers], tcp=tcp, audio=audio)


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
    greetings: Mapping[str, Path] = MappingProxyType({}),
) -> Asterisk:
    """A running neighbourhood, each phone that answers recorded afresh in `recordings`.

    What a mailbox kept lies in `recordings/voicemail/default/<number without +999>/INBOX`.

    `hello` is what number 12 says and `greeting` what a mailbox says that has none of its own in
    `greetings`: 8 kHz mono WAV files. At `audiosocket` the drawn neighbours (30 to 32) are answered; without
    it they do not exist. At `ari` a program leads the phones that call us, as user and application
    `HANDSETS`. A running neighbourhood on `run_dir` is adopted. Raises as `Asterisk.start` does.
    """
    running = Asterisk.adopt(root, run_dir)
    if running is not None:
        return running
    doors = Doors.from_bind(sip_bind)
    account = account_for(ACCOUNT)
    values = await asyncio.to_thread(_furnish, run_dir, recordings, hello, account)
    await asyncio.to_thread(_lay_greetings, recordings, greeting, greetings, account)
    rtp = PortRange.parse(rtp_ports)
    values |= {
        "name": "neighbourhood",
        "sip": {"host": doors.trunk.host, "port": doors.trunk.port, "media_address": doors.trunk.host},
        "rtp": {"first": rtp.first, "last": rtp.last},
        "codecs": codecs,
        "trunk_addresses": trunk_addresses,
        "audiosocket": audiosocket,
        "ari": ari,
        "handsets": {"app": HANDSETS, "user": HANDSETS, "password": passwords.handsets},
        "mailboxes": MAILBOXES,
        "voicemail_pin": secrets.randbelow(10**8),
        "subscriber_password": passwords.subscriber,
        "softphone_password": passwords.softphone,
    }
    return await Asterisk.start(
        root, run_dir, template="neighbourhood", values=values, listening=doors.listening(rtp, ari)
    )


def _furnish(run_dir: Path, recordings: Path, hello: Path, account: Account) -> dict[str, Any]:
    """Empty the recordings, lay out what phones say, make a certificate."""
    run_dir, recordings = run_dir.absolute(), recordings.absolute()
    run_dir.mkdir(parents=True, exist_ok=True)
    account.share(run_dir, 0o750)
    check_reachable(recordings / "any.wav", account)
    _empty(recordings, account)
    sounds = run_dir / "said"
    _own_folder(sounds, account)
    shutil.copyfile(hello, sounds / "hello.wav")
    _own_folder(run_dir / "spool", account)
    # What mailboxes keep is a recording too: whoever may listen to the phones may listen to them.
    _own_folder(recordings / "voicemail", account)
    _own_folder(recordings / "voicemail" / "default", account)
    _link(run_dir / "spool" / "voicemail", recordings / "voicemail")
    return {
        "recordings": recordings,
        "hello": sounds / "hello",
        "tls": _certificate(run_dir / "tls", account),
    }


def _own_folder(folder: Path, account: Account) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    account.own(folder, 0o755)


def _link(link: Path, target: Path) -> None:
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _empty(recordings: Path, account: Account) -> None:
    _own_folder(recordings, account)
    for old in (*recordings.glob("*.wav"), *recordings.glob("*.json")):
        old.unlink()


def _lay_greetings(recordings: Path, greeting: Path, greetings: Mapping[str, Path], account: Account) -> None:
    for mailbox in MAILBOXES:
        folder = recordings / "voicemail" / "default" / mailbox
        _lay_greeting(folder, greetings.get(mailbox, greeting), account)


def _lay_greeting(mailbox: Path, greeting: Path, account: Account) -> None:
    shutil.rmtree(mailbox, ignore_errors=True)
    _own_folder(mailbox, account)
    shutil.copyfile(greeting, mailbox / "unavail.wav")


def _certificate(folder: Path, account: Account) -> dict[str, Path]:
    """A certificate signed by itself, for the encrypted door."""
    folder.mkdir(exist_ok=True)
    account.share(folder, 0o750)
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
    account.share(key, 0o640)
    account.share(certificate, 0o644)
    return {"certificate": certificate, "key": key}
