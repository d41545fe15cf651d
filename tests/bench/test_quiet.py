"""What others have of the machine during a run is told apart from what is the benchmark's own."""

import subprocess
import sys
import time

import psutil

from bench.quiet import Quiet, watching

BUSY = "while True: pass"


def spun(seconds: float, process: subprocess.Popen[bytes]) -> None:
    """Return when it has used so much."""
    spinning = psutil.Process(process.pid)
    while spinning.cpu_times().user < seconds:
        time.sleep(0.02)


def test_a_child_is_the_benchmarks_own_and_the_far_end_is_told_by_itself() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY]) as phones:
        try:
            with watching(set(), phones.pid) as quiet:
                spun(0.3, phones)
        finally:
            phones.kill()
    assert quiet.far_end > 0.05


def test_a_program_of_nobody_here_disturbs() -> None:
    # Its parent has ended, so that it is no child of ours.
    started = (
        "import subprocess, sys; "
        f"print(subprocess.Popen([sys.executable, '-c', {BUSY!r}], stdout=subprocess.DEVNULL).pid)"
    )
    told = subprocess.run([sys.executable, "-c", started], stdout=subprocess.PIPE, text=True, check=True)
    stranger = psutil.Process(int(told.stdout))
    try:
        with watching(set(), psutil.Process().pid) as quiet:
            while stranger.cpu_times().user < 0.5:
                time.sleep(0.02)
    finally:
        stranger.kill()
    assert quiet.others > 0


def test_it_says_in_words_what_disturbed() -> None:
    assert not Quiet(steal=0.01, others=0.01, far_end=0.5).disturbed_by
    told = Quiet(steal=0.1, others=0.2, far_end=0.95).disturbed_by
    assert told == (
        "the host took 10% of the cores, other programs took 20% of the cores, "
        "the phones filled 95% of a core"
    )
