"""Trained n-gram model: log-odds of any text, and explanations that add up."""

import json
import warnings
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.classifier import BLOCK, Fitted, Scores, log_odds
from sentiment.explanation import Explanation, Spans
from sentiment.ngrams.classifier import NgramReviews
from sentiment.ngrams.emphasis import emphasis
from sentiment.tokens import place_tokens
from tests.model_code.conftest import explain

ODD = ["ok", "the", "\U0001f600\U0001f600", "映画は最高", "<b>fine", "a\0b", "great " * 10_000, "____", "İ"]  # fmt: skip


@pytest.mark.parametrize("review", ODD)
def test_any_text_gets_log_odds_without_a_warning(fitted: Fitted, review: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(fitted.model.score([review]).logits).all()
        explanation = explain(fitted.model, review)
    total = explanation.bias + explanation.words.weights.sum()
    assert total == pytest.approx(float(fitted.model.score([review]).logits[0, 0]), abs=1e-5)


def test_no_reviews_have_no_scores(fitted: Fitted) -> None:
    for explain_them in (False, True):
        scores = fitted.model.score([], explain=explain_them)
        assert (scores.logits.shape, scores.explain(np.zeros(0, np.int64))) == ((0, 1), [])


@pytest.mark.parametrize("explain", [True, False])
def test_the_batch_changes_no_bit_of_a_review(fitted: Fitted, *, explain: bool) -> None:
    reviews = [*ODD, "great great fun, not bad, dull great"]
    together = fitted.model.score(reviews, explain=explain)
    for row, review in enumerate(reviews):
        alone = fitted.model.score([review], explain=explain)
        assert alone.logits[0] == together.logits[row]
        assert alone.evidence[0] == together.evidence[row]


def test_the_log_odds_of_many_texts_need_no_more_memory_than_a_block(fitted: Fitted) -> None:
    texts = [f"great {number}" for number in range(3 * BLOCK + 1)]
    kept: list[weakref.ref[Scores]] = []

    class Watched:
        save = fitted.model.save

        def score(self, reviews: Sequence[str], *, explain: bool = False) -> Scores:
            assert sum(one() is not None for one in kept) <= 1
            scores = fitted.model.score(reviews, explain=explain)
            kept.append(weakref.ref(scores))
            return scores

    logits, evidence = log_odds(Watched(), texts)
    assert len(kept) == 4
    together = fitted.model.score(texts)
    np.testing.assert_array_equal(logits, together.logits)
    np.testing.assert_array_equal(evidence, together.evidence)


PIECES = ["great", "Dull", "not good", "not bad", "<br />", " ", "&amp;", "<i>", ".", "joy"]


@given(st.lists(st.sampled_from([*PIECES, "of", "not"]), max_size=30).map(" ".join))
def test_phrases_are_runs_of_words_with_one_sign(fitted: Fitted, review: str) -> None:
    explanation = explain(fitted.model, review)
    words, phrases = explanation.words, explanation.phrases(review)
    for start, end, weight in zip(phrases.starts, phrases.ends, phrases.weights, strict=True):
        inside = words.weights[(words.starts >= start) & (words.ends <= end)]
        assert (np.sign(inside) == np.sign(weight)).all()
        assert weight == pytest.approx(inside.sum(), abs=1e-6)
        first, *rest = f"{review[start:end]} {review[start:end]}".split()
        assert "of" not in {first, rest[-1]}
        assert "." not in rest
    telling = [weight for weight in words.weights if weight]
    assert bool(len(phrases.weights)) <= bool(telling)


@pytest.mark.parametrize(
    ("review", "phrases"),
    [
        ("They're great and that&#39;s it", ["great"]),
        ("I\u2019m glad you don't", ["glad you don't"]),
        ("The film's fine", ["film's fine"]),
    ],
)
def test_a_phrase_does_not_begin_or_end_with_a_contraction(review: str, phrases: list[str]) -> None:
    tokens, starts, ends = place_tokens(review)
    spans = Spans(np.array(starts), np.array(ends), np.ones(len(tokens)))
    assert list(_weights(review, Explanation(0.0, spans).phrases(review))) == phrases


def test_a_negated_word_is_another_word(fitted: Fitted) -> None:
    plain, negated = fitted.model.score(["dull", "nothing is dull"]).logits[:, 0]
    assert plain < negated


def test_known_words_are_counted(fitted: Fitted) -> None:
    scores = fitted.model.score(["The GREAT xyzzy, not dull!", "", "xyzzy"])
    assert scores.words.tolist() == [5, 0, 1]
    assert scores.known_words.tolist() == [4, 0, 0]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
def test_words_add_up_to_the_log_odds(fitted: Fitted, review: str) -> None:
    explanation = explain(fitted.model, review)
    total = explanation.bias + explanation.words.weights.sum()
    assert total == pytest.approx(float(fitted.model.score([review]).logits[0, 0]), abs=1e-5)
    words = explanation.words
    assert ((words.starts >= 0) & (words.starts < words.ends) & (words.ends <= len(review))).all()


def test_offsets_refer_to_the_raw_review(fitted: Fitted) -> None:
    review = "<p>The film is<br /><br />GREAT &quot;not good&quot;</p>"
    explanation = explain(fitted.model, review)
    weights = _weights(review, explanation.words)
    assert list(weights) == ["The", "film", "is", "GREAT", "&quot;", "not", "good"]
    assert weights["GREAT"] > 0 > weights["not"] + weights["good"]
    phrases = _weights(review, explanation.phrases(review))
    assert phrases["GREAT"] > 0 > phrases["not good"]


def test_an_answer_contains_the_strongest_phrases(fitted: Fitted) -> None:
    review = "A great, not good but not bad, joy of a dull film"
    answer = explain(fitted.model, review).as_dict(review)
    strengths = [abs(phrase["weight"]) for phrase in answer["phrases"]]
    assert strengths == sorted(strengths, reverse=True)
    assert 0 < len(strengths) <= 20


def test_a_long_answer_contains_the_strongest_words(fitted: Fitted) -> None:
    review = "great x " * 10_000 + "dull"
    explanation = explain(fitted.model, review).as_dict(review)
    words = explanation["words"]
    assert len(words) == 10_000
    total = explanation["bias"] + explanation["rest"] + sum(word["weight"] for word in words)
    assert total == pytest.approx(float(fitted.model.score([review]).logits[0, 0]), abs=1e-4)
    assert {"great", "dull"} <= {review[word["start"] : word["end"]] for word in words}
    starts = [word["start"] for word in words]
    assert starts == sorted(starts)
    assert len(json.dumps(words)) < 1_000_000


def _weights(review: str, spans: Spans) -> dict[str, float]:
    columns = zip(spans.starts, spans.ends, spans.weights, strict=True)
    return {review[start:end]: weight for start, end, weight in columns}


def test_occurrences_share_a_weight_by_emphasis(fitted: Fitted) -> None:
    once = explain(fitted.model, "dull x")
    twice = explain(fitted.model, "dull x dull")
    first, _, last = twice.words.weights
    assert first + last == pytest.approx(once.words.weights[0])
    stress = emphasis(np.array([0, 2]), 1, 3)
    assert first / last == pytest.approx(stress[0] / stress[1])


def test_the_end_has_more_weight(fitted: Fitted) -> None:
    rest = " the film" * 50
    ends_well, ends_badly = fitted.model.score([f"dull{rest} great", f"great{rest} dull"]).logits[
        :, 0
    ]
    assert ends_well > ends_badly


def test_a_loaded_model_gives_the_same_log_odds(fitted: Fitted, tmp_path: Path) -> None:
    fitted.model.save(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["ngrams.npz"]
    loaded = NgramReviews.load(tmp_path)
    np.testing.assert_array_equal(loaded.score(ODD).logits, fitted.model.score(ODD).logits)


@pytest.mark.parametrize("review", ["great great fun, not bad", "great " * 10_000])
def test_the_calibrated_explanation_in_an_answer_adds_up(fitted: Fitted, review: str) -> None:
    explanation = explain(fitted.model, review).scaled(0.5, 0.25)
    content = json.loads(json.dumps(explanation.as_dict(review)))
    total = content["bias"] + sum(word["weight"] for word in content["words"])
    expected = 0.5 * float(fitted.model.score([review]).logits[0, 0]) + 0.25
    assert total == pytest.approx(expected, abs=1e-5)
