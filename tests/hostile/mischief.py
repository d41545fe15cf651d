# ruff: noqa: PTH104, PTH108, PTH112, PTH114, PTH118, PTH123, PTH208, PTH211
"""What an attacker does on the machine, in a process of their own; this text itself is what that process
runs, as short as can be.

It needs nothing but Python, so that an account that can read none of our files can run it. It is told
a list of steps in JSON, as argument or on stdin, each a verb with its arguments; it says what came of each.
"""

import ctypes
import fcntl
import json
import os
import shutil
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import Any, BinaryIO

DONE = "done"
ASIDE = ".aside"
SEIZE = 0x4206


def aside(path: str) -> str:
    """Put it away, to plant something else in its place."""
    os.rename(path, path + ASIDE)
    return DONE


def link(path: str, target: str) -> str:
    os.symlink(target, path)
    return DONE


def hard(path: str, target: str) -> str:
    os.link(target, path)
    return DONE


def fifo(path: str) -> str:
    os.mkfifo(path, 0o666)
    return DONE


def write(path: str, text: str) -> str:
    with open(path, "w") as file:
        file.write(text)
    return DONE


def huge(path: str, size: int) -> str:
    """A file without a block on the disk that reads as so many bytes."""
    with open(path, "wb") as file:
        file.truncate(size)
    return DONE


def back(path: str) -> str:
    """Take away what was planted, and put what was there in its place unless somebody made it anew."""
    if os.path.islink(path) or (os.path.lexists(path) and not os.path.isdir(path)):
        os.unlink(path)
    if os.path.lexists(path + ASIDE):
        if os.path.lexists(path):
            shutil.rmtree(path)
        os.rename(path + ASIDE, path)
    return DONE


def drop(path: str) -> str:
    """What was put away is not wanted any more: there is something new in its place."""
    aside_of = path + ASIDE
    if os.path.isdir(aside_of) and not os.path.islink(aside_of):
        shutil.rmtree(aside_of)
    elif os.path.lexists(aside_of):
        os.unlink(aside_of)
    return DONE


def read(path: str) -> str:
    """As a person would who wants to know what is in it; a fifo is not waited for."""
    if os.path.isdir(path):
        os.listdir(path)
        return DONE
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        os.read(descriptor, 1)
    finally:
        os.close(descriptor)
    return DONE


def find(path: str, word: str) -> str:
    """Whether this file holds a word."""
    with open(path, "rb") as file:
        return DONE if word.encode() in file.read() else "not there"


def change(path: str) -> str:
    """Open it for writing; nothing is written."""
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    return DONE


def make(folder: str) -> str:
    """A new file in this folder, taken away again."""
    path = os.path.join(folder, ".mischief")
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    os.unlink(path)
    return DONE


def writable(path: str) -> str:
    """What may be changed in a tree: the first thing found, nothing when it is closed."""
    for folder, folders, files in os.walk(path):
        for name in [*folders, *files]:
            one = os.path.join(folder, name)
            if not os.path.islink(one) and os.access(one, os.W_OK):
                return one
    return path if os.access(path, os.W_OK) else ""


def signal(pid: int) -> str:
    """Whether a signal would be let through; none is sent."""
    os.kill(pid, 0)
    return DONE


def stop(pid: int) -> str:
    os.kill(pid, SIGSTOP)
    return DONE


def go_on(pid: int) -> str:
    os.kill(pid, SIGCONT)
    return DONE


def end(pid: int) -> str:
    os.kill(pid, SIGKILL)
    return DONE


def attach(pid: int) -> str:
    """Take a process over, as a debugger does, without stopping it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(SEIZE, pid, None, None) == 0:
        return DONE
    return os.strerror(ctypes.get_errno())


def connect(path: str) -> str:
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(5)
        door.connect(path)
    return DONE


def ask(folder: str, role: str, questions: list[str]) -> list[str]:
    """What a PostgreSQL answers to this role: to the greeting, then to each question. Spoken by hand."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(10)
        door.connect(os.path.join(folder, ".s.PGSQL.5432"))
        hello = b"user\0" + role.encode() + b"\0database\0postgres\0\0"
        door.sendall(struct.pack("!ii", len(hello) + 8, 196608) + hello)
        stream = door.makefile("rb")
        answers = [_answer(stream)]
        for question in questions if answers[0] == DONE else []:
            words = question.encode() + b"\0"
            door.sendall(b"Q" + struct.pack("!i", len(words) + 4) + words)
            answers.append(_answer(stream))
        return answers


def _answer(stream: BinaryIO) -> str:
    said = DONE
    while True:
        head = stream.read(5)
        if len(head) < 5:
            return said if said != DONE else "closed"
        body = stream.read(struct.unpack("!i", head[1:])[0] - 4)
        if head[:1] == b"E":
            fields = {part[:1]: part[1:] for part in body.split(b"\0") if part}
            said = "refused: " + fields.get(b"M", b"").decode()
        elif head[:1] == b"R" and struct.unpack("!i", body[:4])[0]:
            return "refused: asks for a password"
        elif head[:1] == b"D":
            said = body[6:].decode(errors="replace")
        elif head[:1] == b"G":  # it waits for what COPY would bring
            return "copies"
        elif head[:1] == b"Z":
            return said


def swap(pairs: list[list[str]]) -> int:
    """These places and links to other ones by turns, until nobody listens to us any more."""
    os.set_blocking(0, False)
    _begun()
    turns = 0
    while sys.stdin.buffer.read(1) is None:
        for path, target in pairs:
            with suppress(OSError):
                os.rename(path, path + ASIDE)
                os.symlink(target, path)
            with suppress(OSError):
                os.unlink(path)
            with suppress(OSError):
                if not os.path.lexists(path):
                    os.rename(path + ASIDE, path)
        turns += 1
    for path, _target in pairs:
        with suppress(OSError):
            back(path)
    return turns


def lock(paths: list[str]) -> list[str]:
    """Hold every one of these that can be opened, until nobody listens to us any more."""
    held = []
    for path in paths:
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held.append(path)
    _begun()
    sys.stdin.read()
    return held


def _begun() -> None:
    sys.stdout.write("begun\n")
    sys.stdout.flush()


VERBS: dict[str, Callable[..., object]] = {
    verb.__name__: verb
    for verb in (
        aside, link, hard, fifo, write, huge, back, drop, read, find, change, make, writable,
        signal, stop, go_on, end, attach,
        connect, ask, swap, lock,
    )
}  # fmt: skip


def main(steps: list[list[Any]]) -> list[object]:
    answers: list[object] = []
    for verb, *arguments in steps:
        try:
            answers.append(VERBS[verb](*arguments))
        except OSError as why:
            answers.append(why.strerror or type(why).__name__)
    return answers


if __name__ == "__main__":
    sys.stdout.write(
        json.dumps(main(json.loads(sys.argv[1] if len(sys.argv) > 1 else sys.stdin.read()))) + "\n"
    )
