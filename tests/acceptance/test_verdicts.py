"""What `make lines` says of a conversation that goes otherwise."""

import asyncio
from typing import cast

import pytest

from tests.acceptance.__main__ import _play
from tests.acceptance.conversations.callers import Conversation
from tests.acceptance.stage import LineStage


class Stage:
    async def for_caller(self, _number: str) -> "Stage":
        return self


async def _is_not_told(_stage: LineStage, _number: str) -> None:
    raise TimeoutError("nothing was heard")


async def _ends_early(_stage: LineStage, _number: str) -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize(("conversation", "is_so"), [(_ends_early, True), (_is_not_told, False)])
async def test_one_conversation_fails_alone_and_the_line_that_failed_is_named(
    conversation: Conversation, is_so: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = cast("LineStage", Stage())
    done = await _play(stage, asyncio.Semaphore(1), "a call", conversation, "+3214000000")
    told = capsys.readouterr().out
    assert done is is_so
    assert told.startswith("as scripted: a call" if is_so else "NOT as scripted: a call")
    assert is_so or 'raise TimeoutError("nothing was heard")' in told
