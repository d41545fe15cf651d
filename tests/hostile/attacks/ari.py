"""Whoever is on the machine can reach the port of ARI; without the password it is of no use to them."""

import base64
import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import psutil

from tests.hostile.attack import DURING, Trial, attack
from tests.hostile.intruder import NOBODY
from tests.support.processes import ASTERISK

GROWS_AT_MOST = 100 << 20
"""Bytes of memory that Asterisk may take on for all that it is sent without a password."""
HELD_FOR = 8.0
ANSWERS_WITHIN = 0.5
PATHS = (
    "/ari/asterisk/info",
    "/ari/channels",
    "/ari/events?app=buurtbel",
    "/ari/recordings/stored/..%2f..%2f..%2fetc%2fpasswd/file",
    "/ari/../../../../etc/passwd",
    "/static/../../../../etc/passwd",
    "/static/%2e%2e/%2e%2e/ari.conf",
    "/ari/sounds/..%00",
    "/ari//channels",
    "/ARI/channels",
    "/ari/api-docs/../../../etc/ari.conf",
    "/phoneprov/x",
    "/rawman?action=login",
    "/ari/channels?api_key=buurtbel:wrong",
)


@contextmanager
def door(at: Trial) -> Iterator[socket.socket]:
    address = at.site.ari
    with socket.create_connection((address.host, address.port), timeout=ANSWERS_WITHIN) as connection:
        yield connection


def status_of(at: Trial, request: bytes) -> int:
    """What is answered; 0 when nothing is."""
    try:
        with door(at) as connection:
            connection.sendall(request)
            head = connection.recv(200).split(b" ")
    except OSError:
        return 0
    return int(head[1]) if len(head) > 1 and head[1].isdigit() else 0


def get(path: str, headers: Sequence[str] = (), method: str = "GET") -> bytes:
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", "Host: x", *headers, "Connection: close", "", ""]
    ).encode()


def basic(word: str) -> str:
    return "Authorization: Basic " + base64.b64encode(word.encode()).decode()


@attack(by=NOBODY, when=DURING)
def ari_without_a_password(at: Trial) -> None:
    """No page is given to who names no password, by whatever path they come."""
    for path in PATHS:
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
            status = status_of(at, get(path, method=method))
            if 200 <= status < 300 and method != "OPTIONS":
                at.through(f"{method} {path} is answered with {status}")


@attack(by=NOBODY, when=DURING)
def ari_with_wrong_passwords(at: Trial) -> None:
    """Guesses, empty passwords and broken ones open nothing, and keep nobody out who knows it."""
    right = at.site.ari_password
    guesses = [
        "",
        "buurtbel",
        "r" * 40,
        right[:-1],
        right + "x",
        right.lower().swapcase(),
        "%s%n",
        "A" * 5000,
    ]
    for guess in [*guesses, *(os.urandom(30).hex() for _ in range(100))]:
        for header in (
            basic(f"buurtbel:{guess}"),
            f"Authorization: Bearer {guess}",
            f"Authorization: Basic {guess}",
        ):
            status = status_of(at, get("/ari/asterisk/info", [header]))
            if status == 200:
                at.through(f"a guess of {len(guess)} characters is right")
    if status_of(at, get("/ari/asterisk/info", [basic(f"{at.site.ari_user}:{right}")])) != 200:
        at.through("after the guesses the true password is refused")


@attack(by=NOBODY, when=DURING)
def ari_is_sent_very_much(at: Trial) -> None:
    """Bodies and headers without an end take no memory of Asterisk's."""
    memory = psutil.Process(at.site.pid(ASTERISK)).memory_info
    before = memory().rss
    for head in (
        get("/ari/channels", ["Content-Length: 99999999999"], "POST").removesuffix(b"\r\n\r\n") + b"\r\n\r\n",
        get("/ari/channels", ["Content-Length: -1"], "POST"),
        get("/ari/channels", ["Content-Length: 300000000", "Content-Type: application/json"], "POST"),
        get("/ari/channels", ["Transfer-Encoding: chunked"], "POST") + b"ffffffff\r\n",
        b"GET /" + b"a" * 100,
        b"GET / HTTP/1.1\r\n" + b"X: ",
    ):
        _pour(at, head, b"x" * 65536, 400)
    _pour(at, b"GET / HTTP/1.1\r\n", b"X-Header: more\r\n" * 4000, 100)
    grown = memory().rss - before
    if grown > GROWS_AT_MOST:
        at.through(f"Asterisk grew by {grown >> 20} MB")


def _pour(at: Trial, head: bytes, more: bytes, times: int) -> None:
    try:
        with door(at) as connection:
            connection.sendall(head)
            for _ in range(times):
                connection.sendall(more)
    except OSError:
        pass  # it was told to go away


@attack(by=NOBODY, when=DURING)
def ari_is_sent_rubbish(at: Trial) -> None:
    """What is no HTTP at all ends its own connection, and Asterisk lives."""
    pid = at.site.pid(ASTERISK)
    for rubbish in (
        b"\0" * 1000, b"\x16\x03\x01\x02\x00\x01\x00", b"GET", b"\r\n" * 500, b"GET /ari HTTP/9.9\r\n\r\n",
        b"GET /ari/%00%ff%n%s HTTP/1.1\r\nHost: \0\r\n\r\n",
        b"GET /ari HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nx",
        b"GET http://127.0.0.9/ HTTP/1.1\r\n\r\n", b"CONNECT 127.0.0.9:22 HTTP/1.1\r\n\r\n", os.urandom(5000),
    ):  # fmt: skip
        for _ in range(3):
            status_of(at, rubbish)
    if at.site.pid(ASTERISK) != pid:
        at.through("Asterisk died")


@attack(by=NOBODY, when=DURING)
def ari_is_asked_for_its_events(at: Trial) -> None:
    """No websocket is opened without the password, and none of ours is replaced."""
    upgrade = [
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]
    for number in range(300):
        word = [] if number % 2 else [basic(f"buurtbel:{number}")]
        request = get("/ari/events?app=buurtbel&subscribeAll=true", [*upgrade, *word])
        status = status_of(at, request.replace(b"Connection: close", b"Connection: Upgrade"))
        if status == 101:
            at.through("a websocket was opened")


@attack(by=NOBODY, when=DURING)
def ari_is_held_by_many(at: Trial) -> None:
    """More silent connections than ARI takes do not keep the line from leading its calls."""
    with ExitStack() as open_:
        for number in range(400):
            try:
                connection = open_.enter_context(door(at))
                connection.sendall(b"GET /ari/channels HTTP/1.1\r\nX: " + b"a" * (number % 7))
            except OSError:
                continue
        # Held while the alert goes on: it is judged by what people heard.
        time.sleep(HELD_FOR)
