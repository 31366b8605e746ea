"""Fallen ratios are detected despite noise."""

from bench.compare import Ratios, best_of_attempts, best_of_rounds, fallen
from bench.figures import Figure, ratios


def test_ratios_divide_by_the_worse_figure() -> None:
    ours = {"cleaning": Figure(300.0), "p50": Figure(2.0), "artifact": Figure(1.0)}
    other = {"cleaning": Figure(100.0), "p50": Figure(10.0)}
    assert ratios(ours, other) == {"cleaning": 3.0, "p50": 5.0}
    assert ratios({"p50": Figure(0.0)}, other) == {}


def test_a_ratio_falls_by_more_than_a_third() -> None:
    assert fallen({"p50": 30.0}, {"p50": 20.0}) == []
    (fall,) = fallen({"p50": 30.0, "cleaning": 3.0}, {"p50": 19.9, "cleaning": 9.0})
    assert fall == "p50: the ratio fell from 30 to 19.9; it must be at least 20"


def test_an_unmeasured_row_counts_as_fallen() -> None:
    (fall,) = fallen({"p99": 30.0}, {"p50": 100.0})
    assert fall == "p99: has a committed ratio of 30 but was not measured"


class Series:
    """A measurement with known outcomes."""

    def __init__(self, *outcomes: Ratios) -> None:
        self.left = list(outcomes)

    def __call__(self) -> Ratios:
        return self.left.pop(0)


def test_one_good_attempt_is_enough() -> None:
    measure = Series({"p50": 29.0}, {"p50": 1.0})
    assert best_of_attempts({"p50": 30.0, "row of another stage": 5.0}, measure) == {"p50": 29.0}
    assert len(measure.left) == 1


def test_a_row_must_fall_in_every_attempt() -> None:
    measure = Series({"p50": 5.0, "p99": 30.0}, {"p50": 6.0, "p99": 1.0}, {"p50": 28.0, "p99": 1.0})
    committed = {"p50": 30.0, "p99": 30.0}
    assert fallen(committed, best_of_attempts(committed, measure)) == []


def test_a_real_fall_is_reported_after_three_attempts() -> None:
    measure = Series({"p50": 5.0}, {"p50": 7.0}, {"p50": 6.0}, {"p50": 100.0})
    assert best_of_attempts({"p50": 30.0}, measure) == {"p50": 7.0}
    assert len(measure.left) == 1


def test_the_best_round_of_each_row_counts() -> None:
    rounds = [
        {"p50": Figure(2.0), "cleaning": Figure(50.0)},
        {"p50": Figure(9.0), "cleaning": Figure(80.0)},
    ]
    assert best_of_rounds(rounds) == {"p50": Figure(2.0), "cleaning": Figure(80.0)}
