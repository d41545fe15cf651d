"""The figures of `make steer` hold their bounds, or the run fails."""

from tests.acceptance.steering.figures import Figure, Figures


def test_a_figure_is_what_95_of_100_stay_below() -> None:
    figure = Figure(bound=2.0)
    for nth in range(100):
        figure.add(nth / 100)
    assert figure.p95 == 0.94
    assert figure.holds
    for _ in range(10):
        figure.add(5.0)
    assert not figure.holds


def test_what_came_before_its_time_counts_as_at_once_and_what_was_not_measured_misses_nothing() -> None:
    figure = Figure(bound=1.0)
    assert figure.holds
    figure.add(-0.2)
    assert figure.p95 == 0.0


def test_one_figure_that_misses_its_bound_is_enough() -> None:
    figures = Figures()
    assert figures.hold
    figures.pause_to_quiet.add(1.2)
    assert not figures.hold
    assert "pause_to_quiet_s_p95=1.20" in str(figures)
