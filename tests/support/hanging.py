"""Programs of a server that are stopped and go on, or hang for ever."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import psutil

from tests.support.people import phone
from tests.support.server import Server
from tests.support.wires import SipTap

TEXT = "Brand in de Kerkstraat. Sluit de ramen en blijf binnen."
PBX_NOTE = "pbx/run/program.json"
RUNG_AGAIN_WITHIN = 40.0
People = Mapping[str, Sequence[str]]


def listeners(first: int, count: int = 5) -> People:
    return {f"Listener {n} presses 1 after the message": [phone(11, n)] for n in range(first, first + count)}


@contextmanager
def stopped(*processes: psutil.Process) -> Iterator[None]:
    """Those of them that live stand still, whatever comes of it meanwhile."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.suspend()
    try:
        yield
    finally:
        for process in reversed(processes):
            with suppress(psutil.NoSuchProcess):
                process.resume()


def has_ended(process: psutil.Process) -> bool:
    """One that nobody has waited for yet (a zombie) has ended too."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def asterisk_of(server: Server) -> psutil.Process:
    return psutil.Process(server.pid_of(PBX_NOTE))


def database_of(server: Server) -> list[psutil.Process]:
    noted = (server.folder / "postgres" / "postmaster.pid").read_text().splitlines()
    postmaster = psutil.Process(int(noted[0]))
    return [postmaster, *postmaster.children()]


def children_of(server: Server) -> set[int]:
    return {server.pid_of("line.json"), server.pid_of(PBX_NOTE), database_of(server)[0].pid}


def until_rung_again(server: Server, tap: SipTap, people: People, before: int) -> None:
    """Somebody of them is called again."""
    numbers = {number for [number] in people.values()}
    server.until(
        lambda: any(number in invite for invite in tap.invites[before:] for number in numbers),
        seconds=RUNG_AGAIN_WITHIN,
    )
