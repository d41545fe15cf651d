"""Backups that only the holder of a key can read: encryption by age (age-encryption.org), to public keys.

The machine that makes them needs no private key, so whoever takes it over cannot read the older ones.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO

import pyrage

from buurtbel.backup.errors import BackupError, Locked, Unusable

_BEGINS = b"age-encryption.org/"
_PIECE = 1 << 16


def new_key() -> tuple[str, str]:
    """A private key and the public one that belongs to it, as age writes them."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipients(written: str) -> Sequence[pyrage.x25519.Recipient]:
    """The public keys in a setting, with commas between them. Raises BackupError."""
    try:
        return [pyrage.x25519.Recipient.from_str(one.strip()) for one in written.split(",") if one.strip()]
    except pyrage.RecipientError as error:
        raise BackupError(
            "BUURTBEL_BACKUP_RECIPIENTS holds what is no public key of age (age1...); "
            "`buurtbel backup --new-key FILE` makes one."
        ) from error


def identities(written: str) -> Sequence[pyrage.x25519.Identity]:
    """The private keys in a key file. Raises Locked."""
    lines = (line.strip() for line in written.splitlines())
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError as error:
        raise Locked(
            "The key file holds no private key of age (AGE-SECRET-KEY-1...); name another."
        ) from error
    if not found:
        raise Locked("The key file holds no private key of age (AGE-SECRET-KEY-1...); name another.")
    return found


def is_sealed(begins: bytes) -> bool:
    """Whether a file that begins so is encrypted."""
    return begins.startswith(_BEGINS)


@contextmanager
def sealed(to: BinaryIO, keys: Sequence[pyrage.x25519.Recipient]) -> Iterator[BinaryIO]:
    """What is written here comes into `to`, encrypted if there are keys; complete once this is left."""
    if not keys:
        yield to
        return
    with _through(lambda source: pyrage.encrypt_io(source, to, keys)) as (target, done):
        yield target
        target.close()
        done()


@contextmanager
def opened(file: BinaryIO, keys: Sequence[pyrage.x25519.Identity]) -> Iterator[BinaryIO]:
    """The content of a backup's file from its beginning, decrypted if it is encrypted. Raises Locked."""
    file.seek(0)
    begins = file.read(len(_BEGINS))
    file.seek(0)
    if not is_sealed(begins):
        yield file
        return
    if not keys:
        raise Locked("This backup is encrypted; name the file with the private key with --key.")
    fault: list[BaseException] = []
    read, write = os.pipe()

    def decrypt() -> None:
        with os.fdopen(write, "wb", buffering=_PIECE) as target:
            try:
                pyrage.decrypt_io(file, target, keys)
            except BaseException as error:  # noqa: BLE001 - told to who reads
                fault.append(error)

    work = threading.Thread(target=decrypt, daemon=True)
    work.start()
    try:
        with os.fdopen(read, "rb", buffering=_PIECE) as source:
            try:
                yield source
            except Unusable:
                work.join(1.0)
                if any(isinstance(one, pyrage.DecryptError) for one in fault):
                    raise Locked(
                        "The key does not open this backup; name the one that belongs to it."
                    ) from None
                raise
    finally:
        work.join()


@contextmanager
def _through(work: Callable[[BinaryIO], None]) -> Iterator[tuple[BinaryIO, Callable[[], None]]]:
    """A pipe that `work` reads beside us, and what waits until it has: it raises BackupError if it failed."""
    fault: list[BaseException] = []
    read, write = os.pipe()

    def run() -> None:
        with os.fdopen(read, "rb", buffering=_PIECE) as source:
            try:
                work(source)
            except BaseException as error:  # noqa: BLE001 - told to who waits
                fault.append(error)

    beside = threading.Thread(target=run, daemon=True)
    beside.start()

    def done() -> None:
        beside.join()
        if fault:
            raise BackupError(f"The backup could not be encrypted ({type(fault[0]).__name__}).") from fault[0]

    target = os.fdopen(write, "wb", buffering=_PIECE)
    try:
        yield target, done
    finally:
        with suppress(OSError):
            target.close()
        beside.join()
