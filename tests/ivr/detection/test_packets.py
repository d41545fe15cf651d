"""Talk and quiet told from counts of packets, on lines that send nothing while nobody speaks."""

import pytest

from ivr.detection.packets import LOOK_EVERY, PacketCount, TalkStarted, TalkStopped


def count_by_count(*stretches: tuple[float, float], until: float, noise: float = 0.0) -> list[object]:
    """What is told of a line that sends in these stretches, and `noise` packets a second besides."""
    counter, told = PacketCount(), []
    looks = [1.0 + LOOK_EVERY * n for n in range(int((until - 1.0) / LOOK_EVERY))]
    for at in looks:
        seconds = sum(max(0.0, min(at, end) - min(at, start)) for start, end in stretches)
        told.append(counter.counted(int(seconds * 50 + noise * at), at))
    return [news for news in told if news is not None]


@pytest.mark.parametrize("end", [1.1, 2.0, 2.3, 5.55, 17.2])
def test_the_end_of_talk_is_told_soon_after_and_dated_well(end: float) -> None:
    [stopped] = count_by_count((0.2, end), until=end + 1.5)
    assert isinstance(stopped, TalkStopped)
    assert stopped.at == pytest.approx(end, abs=0.15)


@pytest.mark.parametrize("beep", [0.25, 0.5, 1.0])
def test_a_beep_after_the_greeting_starts_and_stops(beep: float) -> None:
    stopped, started, over = count_by_count((0.2, 4.0), (6.1, 6.1 + beep), until=9)
    assert isinstance(stopped, TalkStopped)
    assert isinstance(started, TalkStarted)
    assert isinstance(over, TalkStopped)
    assert started.at == pytest.approx(6.1, abs=LOOK_EVERY)
    assert over.at == pytest.approx(6.1 + beep, abs=LOOK_EVERY)


def test_a_pause_shorter_than_the_detectors_own_is_no_end() -> None:
    assert count_by_count((0.2, 3.0), (3.3, 6.0), until=6.3) == []


def test_keep_alives_and_descriptions_of_noise_are_no_talk() -> None:
    [stopped] = count_by_count((0.2, 3.0), until=9, noise=5)
    assert isinstance(stopped, TalkStopped)


def test_a_line_that_always_sends_is_never_quiet() -> None:
    assert count_by_count((0.0, 60.0), until=30) == []
