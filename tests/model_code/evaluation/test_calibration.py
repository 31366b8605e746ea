"""Platt scaling: the best line, or a sensible one where none exists."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.evaluation.calibration import Calibration, fit_calibration
from sentiment.evaluation.judged import Judged
from sentiment.evaluation.metrics import evaluate
from sentiment.schema import SENTIMENTS

LOGITS = st.floats(-50, 50)
ROWS = st.lists(st.tuples(LOGITS, st.integers(0, 1)), min_size=1, max_size=30)
Rows = list[tuple[float, int]]


EVIDENCE = 60.0


def fitted(rows: Rows) -> Calibration:
    """Fit on texts with the same evidence."""
    logits, labels = [logit for logit, _ in rows], [label for _, label in rows]
    return fit_calibration(logits, [EVIDENCE] * len(rows), labels)


def platt_loss(line: tuple[float, float], rows: Rows) -> float:
    """Cross-entropy with Platt's targets, one review at a time."""
    positive = sum(label for _, label in rows)
    negative = len(rows) - positive
    total = 0.0
    for logit, label in rows:
        target = (positive + 1) / (positive + 2) if label else 1 / (negative + 2)
        score = line[0] * logit + line[1]
        total += max(score, 0) + math.log1p(math.exp(-abs(score))) - target * score
    return total


@given(ROWS)
def test_every_line_is_finite_and_rises(rows: Rows) -> None:
    line = fitted(rows)
    assert all(0 < slope < math.inf for slope in line.slopes)
    assert math.isfinite(line.intercept)
    probabilities = line.probabilities(sorted(logit for logit, _ in rows), EVIDENCE)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert (np.diff(probabilities) >= 0).all()
    assert fitted(rows) == line


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_no_other_line_is_better(seed: int, unit: float) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(1, 3, 200)
    labels = random.random(200) < 1 / (1 + np.exp(-logits / 2))
    rows = list(zip((logits * unit).tolist(), labels.astype(int).tolist(), strict=True))
    line = fitted(rows)
    slope = float(line.slope(EVIDENCE))
    best = platt_loss((slope, line.intercept), rows)
    for turn in np.linspace(0, 2 * math.pi, 16, endpoint=False):
        other = slope + 1e-3 * math.cos(turn) / unit, line.intercept + 1e-3 * math.sin(turn)
        assert platt_loss(other, rows) > best


def test_an_overconfident_model_is_calibrated() -> None:
    random = np.random.default_rng(1)
    truth = random.normal(0, 2, 20_000)
    labels = (random.random(20_000) < 1 / (1 + np.exp(-truth))).astype(int)
    logits = 3 * truth + 1
    line = fit_calibration(logits[:10_000], [EVIDENCE] * 10_000, labels[:10_000])
    assert (line.slope(EVIDENCE), line.intercept) == pytest.approx((1 / 3, -1 / 3), abs=0.03)
    identity = Calibration.identity()
    before, after = (
        evaluate(
            Judged.of(SENTIMENTS, labels[10_000:], one.probabilities(logits[10_000:], EVIDENCE))
        )
        for one in (identity, line)
    )
    assert before.expected_calibration_error > 0.05
    assert after.expected_calibration_error < 0.02
    assert after.roc_auc == before.roc_auc


def test_little_evidence_has_its_own_slope() -> None:
    random = np.random.default_rng(2)
    logits, evidence = random.normal(0, 3, 40_000), np.repeat([5, 540], 20_000)
    slopes = np.repeat([0.2, 1.0], 20_000)
    labels = (random.random(40_000) < 1 / (1 + np.exp(-slopes * logits))).astype(int)
    line = fit_calibration(logits, evidence, labels)
    assert line.slope([1, 5, 540, 9_999]) == pytest.approx([0.2, 0.2, 1.0, 1.0], abs=0.03)
    assert (np.diff(line.slope(np.arange(1, 600))) >= 0).all()


def test_weights_count_like_copies() -> None:
    logits, evidence = [1.0, 2.0, -1.0, -3.0], [9, 90, 9, 90]
    labels, weights = [1, 0, 0, 1], [1, 2, 3, 1]
    copies = [np.repeat(column, weights) for column in (logits, evidence, labels)]
    weighted = fit_calibration(logits, evidence, labels, weights)
    # Both scale the log-odds by their spread, which differs.
    assert weighted.probabilities(logits, evidence) == pytest.approx(
        fit_calibration(*copies).probabilities(logits, evidence), abs=0.05
    )


@pytest.mark.parametrize("rows", [[(2.0, 1), (2.0, 0)], [(1.0, 1), (5.0, 1)], [(1.0, 0)]])
def test_uninformative_log_odds_give_the_identity(rows: Rows) -> None:
    assert fitted(rows) == Calibration.identity()


def test_separated_classes_are_not_certain() -> None:
    line = fitted([(-3.0, 0), (-2.0, 0), (2.0, 1), (3.0, 1)])
    assert line.probabilities([2.0, 3.0], EVIDENCE) == pytest.approx([0.70, 0.78], abs=0.01)


def test_log_odds_that_fall_with_the_labels_give_an_almost_flat_line() -> None:
    line = fitted([(-3.0, 1), (-2.0, 1), (-1.0, 1), (3.0, 0)])
    assert line.probabilities([-3.0, 3.0], EVIDENCE) == pytest.approx([2 / 3, 2 / 3], abs=0.001)


def test_extreme_log_odds_do_not_overflow() -> None:
    with np.errstate(all="raise"):
        found = Calibration.identity().probabilities([-700.0, 0.0, 700.0], [0, 1, 10**9])
        assert found == pytest.approx([0, 0.5, 1])


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_log_odds_must_be_finite(wrong: float) -> None:
    with pytest.raises(ValueError, match=f"log-odds {wrong}: must be finite"):
        fit_calibration([0.0, wrong], [9, 9], [0, 1])
