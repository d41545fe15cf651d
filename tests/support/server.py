"""`buurtbel serve` as its users have it: a process of its own, commands typed against it, files it leaves."""

import asyncio
import csv
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

from broadcast.results.results import RecipientResults, results_of
from buurtbel.database.address import database
from buurtbel.demo.judge import Verdict, judge, passes_sent
from buurtbel.settings.settings import Settings
from embedded.postgres import url_of_running
from prompts.audio import Audio
from tests.pbx_fixtures import is_closed
from tests.support.people import network_of
from tests.support.sentences import laid_at, lay_all

READY_WITHIN = 90.0
END_WITHIN = 60.0
EVENTS_FLOW = "Asterisk's events flow"
PATIENCE = 90.0
"""Seconds for what must come: on a loaded machine it takes 40 until a line that starts again calls."""
SECOND_OF_SOUND = 16_000
"""Bytes in a phone's recording."""
Values = Mapping[str, Mapping[str, str]]


class Server:
    """One node in one data folder. `values` are its settings by section, as the environment gets them."""

    def __init__(self, folder: Path, values: Values, node: str = "test") -> None:
        self.node = node
        self.folder = folder
        self.values = values
        self.log = folder.with_name(f"{folder.name}.out")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def program(self) -> list[str]:
        """What commands of people begin with."""
        return [sys.executable, "-m", "buurtbel"]

    @property
    def command(self) -> list[str]:
        return [*self.program, "serve"]

    @property
    def environment(self) -> dict[str, str]:
        told = {
            f"BUURTBEL_{section}_{name}".upper(): value
            for section, those in self.values.items()
            for name, value in those.items()
        }
        # Only who asks for the screen has one: it would be a process more for each of hundreds of servers.
        alone = {"BUURTBEL_CONSOLE_START": "false"}
        return os.environ | alone | told | {"BUURTBEL_DATA_DIR": str(self.folder), "BUURTBEL_NODE": self.node}

    @property
    def settings(self) -> Settings:
        return Settings.model_validate({**self.values, "data_dir": self.folder})

    def start(self, *, within: float = READY_WITHIN) -> None:
        """Begin to serve; over when it does. Fails when that takes longer than so many seconds."""
        before = self._times_it_served()
        self.launch()
        self.until(lambda: self._times_it_served() > before, seconds=within)

    def _times_it_served(self) -> int:
        return text_of(self.log).count("Buurtbel serves.")

    def launch(self) -> None:
        """Begin to serve; over before it does."""
        if not self.folder.exists() and self.settings.pbx.sounds is None:
            lay_all(self.settings.sounds_folder, self.settings.speech.zones)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=log,
                env=self.environment,
                cwd=self.folder.parent,
            )

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(END_WITHIN)
            self.process = None

    def until(self, condition: Callable[[], object], *, seconds: float = PATIENCE) -> None:
        """Return once `condition` holds; fail when it does not within `seconds` from now, or serve ends."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self._last_words()
            time.sleep(0.1)

    def until_it_answers(self) -> None:
        """Callers of this first start are talked to: it has its sentences, and its line leads calls."""
        laid = laid_at(self.settings.sounds_folder, "goodbye", "nl").with_suffix(".alaw")
        line = self.folder / "line.log"
        self.until(lambda: laid.exists() and EVENTS_FLOW in text_of(line), seconds=READY_WITHIN)

    def _last_words(self) -> str:
        files = [self.log, *self.folder.glob("line.log*")]
        logs = [f"{file}:\n{file.read_text(errors='replace')[-3000:]}" for file in files]
        return "This did not come true. " + "\n".join(logs)

    def pid_of(self, note: str) -> int:
        """The process id of a child, from the note that names it."""
        return int(json.loads((self.folder / note).read_text())["pid"])

    def kill(self, note: str) -> int:
        """End a child at once, by its own id, as a crash would; returns which one it was."""
        pid = self.pid_of(note)
        psutil.Process(pid).kill()
        return pid

    def die(self) -> None:
        """Everything on this machine ends at once, as when the power fails; its database is elsewhere."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None
        for note in ("line.json", "pbx/run/program.json"):
            self.kill(note)

    # What people type

    def type(self, *words: str) -> Any:
        """What a command answers in JSON."""
        done = self.try_to(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def try_to(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.started(*words).result()

    def started(self, *words: str) -> "Typed":
        return Typed([*self.program, *words], self.environment, self.folder.parent)

    def enrol(self, network: str, people: Mapping[str, Sequence[str]]) -> None:
        """A network with an approved charter and these people, by name, with their numbers."""

        async def work() -> None:
            async with database(self.settings) as engine:
                await network_of(engine, people, slug=network)

        asyncio.run(work())

    def send(self, network: str, text: str) -> int:
        return int(self.type("send", "--network", network, "--text", f"nl={text}", "--urgent")["broadcast"])

    # What came of it

    def ask(self, question: str, **values: object) -> list[tuple[Any, ...]]:
        """Rows of the node's own database; an instruction changes it."""
        url = self.values.get("database", {}).get("url") or url_of_running(self.folder)
        assert url
        with psycopg.connect(url) as connection:
            asked = connection.execute(question, values)
            return asked.fetchall() if asked.description else []

    def until_all_hear(self, people: Iterable[Sequence[str]], recordings: Path) -> None:
        """Each of these people's first phones is up and has recorded a second of what it hears."""
        files = [recordings / f"{numbers[0].removeprefix('+')}-1.wav" for numbers in people]
        self.until(lambda: all(file.exists() and file.stat().st_size > SECOND_OF_SOUND for file in files))

    def until_led_again(self, ended: int) -> None:
        """The line process after this one takes calls; what it says is kept apart from what that one said."""
        note, log = self.folder / "line.json", self.folder / "line.log"
        self.until(
            lambda: f'"pid": {ended},' not in note.read_text() and "events flow" in text_of(log),
        )

    @contextmanager
    def until_logged(self, words: str) -> Iterator[None]:
        """At the end, the line has said so since the beginning."""
        log = self.folder / "line.log"
        before = text_of(log).count(words)
        yield
        self.until(lambda: text_of(log).count(words) > before)

    def recorded(self, number: str, recordings: Path) -> list[Path]:
        """What this phone heard, call by call, once it has been put down for the last time."""
        files = sorted(recordings.glob(f"{number.removeprefix('+')}-*.wav"))
        self.until(lambda: all(is_closed(file) for file in files))
        return files

    def until_closed(self, broadcast: int, *, seconds: float = PATIENCE) -> None:
        """Everybody has a final result."""
        asked = "SELECT state FROM broadcast WHERE id = %(id)s"
        self.until(lambda: self.ask(asked, id=broadcast) == [("closed",)], seconds=seconds)

    def recipients(self, broadcast: int) -> dict[str, RecipientResults]:
        """The results, by name."""

        async def read() -> list[RecipientResults]:
            async with database(self.settings) as engine, engine.connect() as connection:
                return await results_of(connection, broadcast)

        return {recipient.name: recipient for recipient in asyncio.run(read())}

    def outcomes(self, broadcast: int) -> dict[str, list[str]]:
        """How each person's calls ended, by name."""
        return {
            n: [str(call.outcome) for call in recipient.calls]
            for n, recipient in self.recipients(broadcast).items()
        }

    def verdicts(self, broadcast: int, recordings: Path) -> list[Verdict]:
        """The results held against the script of the simulated phones."""

        for recipient in self.recipients(broadcast).values():
            for number in recipient.numbers:
                self.recorded(number, recordings)

        async def read() -> list[Verdict]:
            async with database(self.settings) as engine, engine.connect() as connection:
                recipients = await results_of(connection, broadcast)
                passes = await passes_sent(connection, broadcast)
            return await asyncio.to_thread(judge, recipients, passes, recordings, self.settings.retry)

        return asyncio.run(read())

    def sent_in(self, broadcast: int) -> Audio:
        """What it says to those who are called first."""

        async def look() -> Audio:
            async with database(self.settings) as engine, engine.connect() as connection:
                return next(iter((await passes_sent(connection, broadcast)).values()))

        return asyncio.run(look())

    def until_placed(self, broadcast: int, times: set[int]) -> None:
        """The PBX, which writes a call down after its end, says how often it has placed each attempt."""
        self.until(lambda: self._placed(broadcast) == times)

    def _placed(self, broadcast: int) -> set[int]:
        records = self.folder / "pbx" / "log" / "cdr-custom" / "calls.csv"
        ended = Counter(row[0] for row in csv.reader(records.read_text().splitlines()))
        asked = "SELECT id FROM attempt WHERE broadcast_id = %(id)s AND dialled_at IS NOT NULL"
        return {ended[str(attempt)] for [attempt] in self.ask(asked, id=broadcast)}


def text_of(log: Path) -> str:
    """What is in it; nothing while it is begun anew."""
    try:
        return log.read_text(errors="replace")
    except FileNotFoundError:
        return ""


class Typed:
    """A command that runs."""

    def __init__(self, words: list[str], environment: Mapping[str, str], folder: Path) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            words, stdout=pipe, stderr=pipe, env=dict(environment), cwd=folder, text=True
        )

    def result(self) -> subprocess.CompletedProcess[str]:
        try:
            out, err = self._process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()  # or it would do later what nobody expects any more
            self._process.wait()
            raise
        return subprocess.CompletedProcess([], self._process.returncode, out, err)
