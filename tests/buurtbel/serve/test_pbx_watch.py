"""What hangs is told apart from what is busy, slow, away or was stopped together with us."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest

from buurtbel.serve.pbx_watch import PATIENCE, Watch, end_when_it_hangs, watch_database, watch_pbx
from buurtbel.settings.settings import Settings
from embedded import postgres
from embedded.errors import KeeperGone
from ivr.ari.client import AriClient
from ivr.ari.errors import AriUnreachable
from ivr.ari.ping import ping
from tests.fakes.ari_server import FakeAri

QUICK = 0.02
"""Seconds that a question has here."""
WITHIN = 20.0


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN):
        while not condition():
            await asyncio.sleep(0.005)


class Asked:
    """Something that answers as it is told to."""

    def __init__(self) -> None:
        self.questions = 0
        self.answers = asyncio.Event()
        self.answers.set()
        self.is_there = True

    async def __call__(self) -> None:
        self.questions += 1
        if not self.is_there:
            raise AriUnreachable("Nobody listens.")
        await self.answers.wait()


class Program:
    """A program that somebody keeps."""

    def __init__(self) -> None:
        self.is_running = True
        self.kills = 0

    def running(self) -> int | None:
        return 1 if self.is_running else None

    def kill_program(self) -> None:
        self.kills += 1
        self.is_running = False


@asynccontextmanager
async def watched(asked: Callable[[], Awaitable[None]], program: Program) -> AsyncIterator[None]:
    watching = asyncio.create_task(end_when_it_hangs("It", Watch(asked, every=QUICK), program))
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def test_what_answers_no_ten_questions_in_a_row_is_killed_once_and_asked_again_when_it_is_back() -> (
    None
):
    asked, program = Asked(), Program()
    asked.answers.clear()
    async with watched(asked, program):
        await until(lambda: program.kills)
        assert asked.questions == PATIENCE
        asked.answers.set()
        for _ in range(PATIENCE):
            await asyncio.sleep(QUICK)
        assert (asked.questions, program.kills) == (PATIENCE, 1), "what does not run is not asked"
        program.is_running = True
        await until(lambda: asked.questions > 3 * PATIENCE)
    assert program.kills == 1


async def test_nine_questions_without_an_answer_and_then_one_with_it_are_no_reason() -> None:
    asked = Asked()
    watch = Watch(asked, every=QUICK)
    asked.answers.clear()
    for _ in range(PATIENCE - 1):
        await watch.look()
    assert (watch.silent, watch.unanswered, watch.hangs) == (PATIENCE - 1, PATIENCE - 1, False)
    asked.answers.set()
    await watch.look()
    assert (watch.silent, watch.unanswered) == (0, 0)
    watch.close()


async def test_what_answers_each_question_late_is_busy_and_not_hung() -> None:
    async def busy() -> None:
        await asyncio.sleep(5 * QUICK)

    watch = Watch(busy, every=QUICK)
    for _ in range(4 * PATIENCE):
        await watch.look()
        assert not watch.hangs
        assert not watch.is_mute
    watch.close()


async def test_what_refuses_is_not_killed_though_it_counts_as_not_answering() -> None:
    asked, program = Asked(), Program()
    asked.is_there = False
    async with watched(asked, program):
        await until(lambda: asked.questions > 3 * PATIENCE)
    assert program.kills == 0
    watch = Watch(asked, every=QUICK)
    for _ in range(PATIENCE):
        await watch.look()
    assert watch.is_mute
    assert not watch.hangs
    watch.close()


async def test_no_more_questions_wait_at_once_than_it_takes_to_know() -> None:
    waiting = 0

    async def asks() -> None:
        nonlocal waiting
        waiting += 1
        try:
            await asyncio.Event().wait()
        finally:
            waiting -= 1

    watch = Watch(asks, every=QUICK)
    for _ in range(3 * PATIENCE):
        await watch.look()
        assert waiting <= PATIENCE
    watch.close()
    await until(lambda: not waiting)


STOPPED_WATCHER = """
import asyncio, sys
from buurtbel.serve.pbx_watch import Watch
from ivr.ari.client import AriClient
from ivr.ari.ping import ping

async def main():
    async with AriClient(sys.argv[1], "buurtbel", "geheim", app="buurtbel", timeout=30) as client:
        watch = Watch(lambda: ping(client), every=0.1)
        while True:
            await watch.look()
            print(watch.silent, flush=True)

asyncio.run(main())
"""


async def test_a_watcher_that_was_stopped_for_longer_than_its_patience_has_missed_one_answer_at_most() -> (
    None
):
    """Counted are questions that had their time, not the seconds that went by."""
    async with FakeAri() as ari:
        watcher = await asyncio.create_subprocess_exec(
            sys.executable, "-c", STOPPED_WATCHER, ari.url, stdout=subprocess.PIPE
        )
        assert watcher.stdout is not None
        try:
            said = [int(await watcher.stdout.readline()) for _ in range(5)]
            for _ in range(3):
                watcher.send_signal(signal.SIGSTOP)
                await asyncio.sleep(0.1 * (PATIENCE + 5))  # the machine's time, not a wait for anything
                watcher.send_signal(signal.SIGCONT)
                said += [int(await watcher.stdout.readline()) for _ in range(5)]
        finally:
            watcher.kill()
            await watcher.wait()
    assert max(said) <= 1, said


async def test_a_pbx_that_answers_with_a_refusal_lives() -> None:
    async with FakeAri() as ari, AriClient(ari.url, ari.user, "wrong", app="buurtbel") as stranger:
        await ping(stranger)
        async with AriClient(ari.url, ari.user, ari.password, app="buurtbel") as client:
            await ping(client)
            await ari.shut()
            with pytest.raises(AriUnreachable):
                await ping(client)


def settings_of(folder: Path, **values: object) -> Settings:
    return Settings(data_dir=folder, **values)


async def test_what_was_there_before_us_is_never_ours_to_end(tmp_path: Path) -> None:
    theirs = settings_of(tmp_path)
    await watch_pbx(theirs, None)
    await watch_database(theirs, None)


@pytest.mark.parametrize("answers", [True, False])
async def test_what_is_asked_once_is_left_alone_when_it_answers_or_refuses_and_else_killed(
    answers: bool,
) -> None:
    asked, program = Asked(), Program()
    asked.is_there = answers
    await end_when_it_hangs("It", Watch(asked, every=QUICK), program, once=True)
    assert (asked.questions, program.kills) == (1, 0)
    asked.is_there = True
    asked.answers.clear()
    await end_when_it_hangs("It", Watch(asked, every=QUICK), program, once=True)
    assert program.kills == 1
    await end_when_it_hangs("It", Watch(asked, every=QUICK), program, once=True)
    assert (asked.questions, program.kills) == (1 + PATIENCE, 1), "what does not run is not asked"


async def test_a_keeper_that_is_lost_is_told_of() -> None:
    class Lost(Program):
        def running(self) -> int | None:
            raise KeeperGone("It has ended.")

    with pytest.raises(KeeperGone):
        await end_when_it_hangs("It", Watch(Asked(), every=QUICK), Lost())


# The database


@pytest.mark.postgres
@pytest.mark.thorough
@pytest.mark.parametrize("whole", [False, True], ids=["its postmaster alone", "all of it"])
async def test_a_database_that_is_frozen_is_killed_and_the_next_one_starts_on_its_data(
    around: Path, *, whole: bool
) -> None:
    keeper = await asyncio.to_thread(postgres.start_keeper, around)
    settings = settings_of(around)
    try:
        first = psutil.Process(await asyncio.to_thread(keeper.start_program))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1 * 3 * PATIENCE):
                await watch_database(settings, keeper, every=0.1)
        for process in (first, *first.children()) if whole else (first,):
            process.suspend()
        await watch_database(settings, keeper, once=True, every=0.1)
        second = psutil.Process(await asyncio.to_thread(keeper.start_program))
        assert second.pid != first.pid
        await watch_database(settings, keeper, once=True, every=0.1)
        assert second.is_running()
    finally:
        await asyncio.to_thread(keeper.stop_program)
        keeper.release()
