"""Metrics against a straightforward computation, one review at a time."""

import json
import math
from collections import defaultdict
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.evaluation.glossary import LABEL_NAMES, NAMES
from sentiment.evaluation.judged import Judged
from sentiment.evaluation.metrics import (
    LabelMetrics,
    Metrics,
    evaluate,
    mean_interval,
    reliability,
    roc_curve,
    wilson_interval,
)
from sentiment.schema import SENTIMENTS

# Few values, to include ties and bin bounds
PROBABILITIES = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 0.8, 1.0]), st.floats(0, 1))
ROWS = st.lists(st.tuples(st.integers(0, 1), PROBABILITIES), min_size=1, max_size=40)
Rows = list[tuple[int, float]]


def judged(rows: Rows) -> Judged:
    return Judged.of(SENTIMENTS, [label for label, _ in rows], [share for _, share in rows])


def evaluated(rows: Rows) -> Metrics:
    return evaluate(judged(rows))


@given(ROWS)
def test_counts_and_their_shares(rows: Rows) -> None:
    found = evaluated(rows)
    hits = sum(label == 1 and probability >= 0.5 for label, probability in rows)
    alarms = sum(label == 0 and probability >= 0.5 for label, probability in rows)
    missed = sum(label == 1 and probability < 0.5 for label, probability in rows)
    assert found.rows == len(rows)
    assert found.confusion == [[len(rows) - hits - alarms - missed, alarms], [missed, hits]]
    assert found.accuracy == (len(rows) - alarms - missed) / len(rows)
    positive = found.labels["positive"]
    assert positive.rows == hits + missed
    assert positive.precision == (hits / (hits + alarms) if hits + alarms else None)
    assert positive.recall == (hits / (hits + missed) if hits + missed else None)
    expected = 2 * hits / (2 * hits + alarms + missed) if hits else None
    assert positive.f1 == (expected if expected is None else pytest.approx(expected))


@given(ROWS)
def test_balanced_accuracy_is_the_mean_of_both_recalls(rows: Rows) -> None:
    found = evaluated(rows)
    recalls = [
        np.mean([(probability >= 0.5) == label for of, probability in rows if of == label])
        for label in {label for label, _ in rows}
    ]
    if len(recalls) == 1:
        assert found.balanced_accuracy is None
        return
    assert found.balanced_accuracy == pytest.approx(np.mean(recalls))
    low, high = found.balanced_accuracy_low, found.balanced_accuracy_high
    assert low is not None
    assert high is not None
    assert 0 <= low <= np.mean(recalls) <= high <= 1 + 1e-12


def test_an_imbalanced_test_does_not_flatter_a_constant_answer() -> None:
    found = evaluated([(1, 0.9)] * 95 + [(0, 0.9)] * 5)
    assert (found.accuracy, found.balanced_accuracy) == (0.95, 0.5)


def test_interval_of_a_mean_covers_it_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(1)
    shares, rows, covered = (0.9, 0.7), (200, 40), 0
    for _ in range(2000):
        low, high = mean_interval(
            [(int(chance.binomial(n, p)), n) for n, p in zip(rows, shares, strict=True)]
        )
        covered += low <= 0.8 <= high
    assert 0.935 < covered / 2000 < 0.965


@given(ROWS)
def test_roc_auc_is_the_probability_of_the_right_order(rows: Rows) -> None:
    positive = [probability for label, probability in rows if label == 1]
    negative = [probability for label, probability in rows if label == 0]
    wins = sum((up > down) + (up == down) / 2 for up in positive for down in negative)
    pairs = len(positive) * len(negative)
    assert evaluated(rows).roc_auc == (pytest.approx(wins / pairs) if pairs else None)


@given(ROWS)
def test_losses(rows: Rows) -> None:
    found = evaluated(rows)
    given_to_truth = [probability if label else 1 - probability for label, probability in rows]
    log_loss = -sum(math.log(max(share, 1e-15)) for share in given_to_truth) / len(rows)
    assert found.log_loss == pytest.approx(log_loss, abs=1e-12)
    assert found.brier == pytest.approx(
        sum((1 - share) ** 2 for share in given_to_truth) / len(rows)
    )


@given(ROWS)
def test_expected_calibration_error(rows: Rows) -> None:
    bins: dict[int, Rows] = defaultdict(list)
    for label, probability in rows:
        confidence = max(probability, 1 - probability)
        is_right = label == (probability >= 0.5)
        bins[min(14, math.floor(confidence * 15))].append((int(is_right), confidence))
    gaps = (abs(sum(right - confidence for right, confidence in part)) for part in bins.values())
    assert evaluated(rows).expected_calibration_error == pytest.approx(sum(gaps) / len(rows))
    found = reliability(judged(rows))
    assert [part.rows for part in found] == [len(bins[number]) for number in sorted(bins)]


def test_expected_calibration_error_of_a_confident_model() -> None:
    """Ten predictions of confidence 0.9, seven of them right."""
    metrics = evaluated([(1, 0.9)] * 7 + [(0, 0.9)] * 3)
    assert metrics.expected_calibration_error == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("right", "rows", "low", "high"),
    [
        (5, 10, 0.2366, 0.7634),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_known_wilson_intervals(right: int, rows: int, low: float, high: float) -> None:
    assert wilson_interval(right, rows) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 100_000).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows))))
def test_wilson_interval_ends_where_the_score_test_does(counts: tuple[int, int]) -> None:
    right, rows = counts
    low, high = wilson_interval(right, rows)
    assert 0 <= low <= right / rows <= high <= 1 or right in {0, rows}
    for end in (low, high):
        distance = abs(right / rows - end)
        assert distance == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / rows), abs=1e-6)


@given(ROWS)
def test_roc_curve_rises_from_none_to_all(rows: Rows) -> None:
    labels = [label for label, _ in rows]
    alarms, hits = roc_curve(*judged(rows).binary(1))
    assert (np.diff(alarms) >= 0).all()
    assert (np.diff(hits) >= 0).all()
    assert (alarms[0], hits[0]) == (0, 0)
    assert (alarms[-1], hits[-1]) == (float(0 in labels), float(1 in labels))


@given(ROWS)
def test_json(rows: Rows) -> None:
    content = evaluated(rows).as_dict()
    assert json.loads(json.dumps(content, allow_nan=False)) == content


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        ([], [], r"shape \(0,\)"),
        ([1, 0], [0.5], r"shape \(2,\) and probabilities of shape \(1, 2\)"),
        ([[1]], [[0.5]], "must be"),
        ([1, 2], [0.5, 0.5], "label 2: must be from 0 to 1"),
        ([1], [[0.5, 0.6]], "must sum to 1"),
        ([1, 0], [0.5, math.nan], "probability nan: must be between 0 and 1"),
        ([1, 0], [0.5, 1.5], "probability -0.5: must be between 0 and 1"),
    ],
)
def test_invalid_input_is_refused(
    labels: list[int], probabilities: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Judged.of(SENTIMENTS, labels, probabilities)


def test_every_metric_is_explained() -> None:
    own = {field.name for field in fields(Metrics)}
    intervals = {f"{name}accuracy_{end}" for name in ("", "balanced_") for end in ("low", "high")}
    assert set(NAMES) == own - intervals - {"rows", "labels", "confusion"}
    assert set(LABEL_NAMES) == {field.name for field in fields(LabelMetrics)}


THREE = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.floats(0.01, 1), min_size=3, max_size=3)),
    min_size=1,
    max_size=40,
)


@given(THREE)
def test_three_labels(rows: list[tuple[int, list[float]]]) -> None:
    shares = np.array([row for _, row in rows])
    shares /= shares.sum(axis=1, keepdims=True)
    labels = [label for label, _ in rows]
    found = evaluate(Judged.of("abc", labels, shares))
    verdicts = [max(range(3), key=lambda place: (row[place], place)) for row in shares.tolist()]
    pairs = list(zip(labels, verdicts, strict=True))
    assert found.confusion == [[pairs.count((i, j)) for j in range(3)] for i in range(3)]
    assert found.accuracy == sum(label == verdict for label, verdict in pairs) / len(rows)
    scores = []
    for place, name in enumerate("abc"):
        hits, rows_of, judged_as = (
            pairs.count((place, place)),
            labels.count(place),
            verdicts.count(place),
        )
        f1 = 2 * hits / (rows_of + judged_as) if hits else None
        scores.append(f1 or 0.0)
        assert found.labels[name].f1 == (f1 if f1 is None else pytest.approx(f1))
    assert found.macro_f1 == pytest.approx(sum(scores) / 3)
    assert found.log_loss == pytest.approx(
        -sum(math.log(share[label]) for label, share in zip(labels, shares, strict=True))
        / len(rows)
    )


def test_a_perfect_model_of_three_labels() -> None:
    found = evaluate(Judged.of("abc", [0, 1, 2], np.eye(3)))
    assert (found.balanced_accuracy, found.roc_auc, found.macro_f1, found.brier) == (1, 1, 1, 0)
