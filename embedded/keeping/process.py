"""The keeper itself: `python -m embedded.keeping.process KIND FOLDER ...`.

A keeper runs as the account of its program. It obeys the process at the other end of its door (`--door`), one
request at a time. When that process has gone, the keeper stays with the running program and reads its output,
until the program ends or another keeper takes its place. As a unit of a service manager it waits at a socket
in its program's folder instead (`--listen`), for one `serve` after the other.
"""

import argparse
import json
import os
import selectors
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from embedded.errors import EmbeddedError
from embedded.keeping.keeper import CONSOLE_SECONDS, DOOR, uid_behind
from embedded.keeping.kept import Kept
from embedded.keeping.kept_asterisk import KeptAsterisk
from embedded.keeping.kept_postgres import KeptPostgres
from embedded.keeping.program import Program, write_note

TIDY_EVERY = 5.0
"""Seconds between two looks at what the program has written."""
_NOTE = "keeper.json"
_SAYS_WITHIN = 10.0
_LONGEST_REQUEST = 1 << 16


def main() -> None:
    asked = _asked()
    door = None if asked.listen else socket.socket(fileno=asked.door)
    if door is not None and _is_closed(door):
        return  # late and wanted by nobody, it would only end the keeper that has come meanwhile
    os.umask(0o077)
    kept: Kept
    if asked.kind == "asterisk":
        kept = KeptAsterisk(asked.root, asked.folder)
    else:
        kept = KeptPostgres(asked.folder, asked.client, is_archived=asked.archived)
    take_over(kept.run)
    keeper = _Keeper(kept)
    if door is None:
        keeper.listen()
    # Who ends all processes at once means the programs: `serve` ends them in their order, and then us.
    signal.signal(signal.SIGTERM, lambda *_: None)
    keeper.obey(door)
    keeper.stay()


def take_over(run: Path) -> None:
    """Become the only keeper of this folder: an earlier keeper ends, its program goes on."""
    note = run / _NOTE
    if (earlier := Program.adopt(note)) is not None:
        earlier.end_alone()
    write_note(note, os.getpid())


def _is_closed(door: socket.socket) -> bool:
    """Whether the other end has gone without a request."""
    with suppress(BlockingIOError):
        return not door.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    return False


class _Keeper:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def listen(self) -> NoReturn:
        """Obey, for ever, root, our account and the owner of our folder when they come to the socket."""
        place = self._kept.run / DOOR
        unready = place.with_suffix(".new")
        unready.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(unready))
            unready.chmod(0o660)
            listening.listen()
            unready.rename(place)  # who finds the socket there is not refused
            listening.settimeout(TIDY_EVERY)
            while True:
                with suppress(TimeoutError):
                    door, _ = listening.accept()
                    door.settimeout(_SAYS_WITHIN)
                    if uid_behind(door) in {0, os.geteuid(), self._kept.run.parent.stat().st_uid}:
                        self.obey(door)
                    door.close()
                self._tidy()

    def obey(self, door: socket.socket) -> None:
        """Answer the requests at the door until its other end is closed."""
        with selectors.DefaultSelector() as ready, door, door.makefile("rb") as wire:
            ready.register(door, selectors.EVENT_READ)
            while True:
                if not ready.select(TIDY_EVERY):
                    self._tidy()
                    continue
                try:
                    request = wire.readline(_LONGEST_REQUEST)
                    if not request:
                        return
                    door.sendall(json.dumps(self._answer(json.loads(request))).encode() + b"\n")
                except (
                    OSError,
                    ValueError,
                ):  # it ended in the middle of a sentence, or speaks another language
                    return
                self._tidy()

    def stay(self) -> None:
        """Go on reading the output of the program for as long as it runs."""
        with selectors.DefaultSelector() as nothing:
            while self._kept.program is not None:
                nothing.select(TIDY_EVERY)
                self._tidy()

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        said = ""
        try:
            match request["do"]:
                case "start":
                    self._kept.start()
                case "stop":
                    self._kept.stop()
                case "kill":
                    self._kept.kill()
                case "ask":
                    within = float(request.get("within", CONSOLE_SECONDS))
                    said = self._kept.ask(str(request["words"]), within)
                case "told":
                    said = self._kept.told(str(request["words"]))
        except EmbeddedError as error:
            return {"error": str(error)}
        except Exception as error:  # noqa: BLE001 - whoever asked has to know, and this process goes on
            return {
                "error": f"The keeper failed through a fault of our own ({type(error).__name__}: {error})."
            }
        running = self._kept.program
        return {"pid": running.pid if running else None, "said": said}

    def _tidy(self) -> None:
        with suppress(OSError):
            self._kept.tidy()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("asterisk", "postgres"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--root", type=Path, help="root file system that holds Asterisk")
    parser.add_argument("--client", action="append", default=[], help="account that may use the database")
    way_in = parser.add_mutually_exclusive_group(required=True)
    parser.add_argument("--archived", action="store_true", help="clients may receive what is changed")
    way_in.add_argument("--door", type=int, help="descriptor of the socket it obeys")
    way_in.add_argument("--listen", action="store_true", help="wait at a socket in the program's folder")
    return parser.parse_args()


if __name__ == "__main__":
    main()
