"""Text cleaning and request bodies: any input is read or refused with a reason."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from predict_api.body import read_review, read_reviews
from predict_api.problem import Problem
from sentiment.request import MAX_CHARACTERS, MAX_REVIEWS, RequestError, read
from sentiment.tokens import is_blank, mask_markup, place_tokens, plain_text, tokenize

PIECES = ["<br />", "<", ">", "&amp;", "&#x41;", "&", "don't", "İ", "!?", ":-)", "\n", "\ud800"]
REVIEWS = st.one_of(
    st.text(st.characters()),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8))).map("".join),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | REVIEWS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
REQUESTS = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {}, optional={"review": JSON, "reviews": st.lists(REVIEWS) | JSON, "explain": JSON}
    ),
)
BODIES = st.one_of(
    st.binary(),
    REVIEWS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    REQUESTS.map(lambda content: json.dumps(content).encode()),
)
TYPES = st.one_of(
    st.sampled_from(["text/plain", "application/json", "application/json; charset=utf-8"]),
    st.text(max_size=20),
)


@given(REVIEWS)
def test_masking_keeps_the_length_and_all_other_characters(review: str) -> None:
    masked = mask_markup(review)
    assert is_blank(review) == (not plain_text(masked).strip())
    assert len(masked) == len(review)
    assert all(new in {old, " "} for old, new in zip(review, masked, strict=True))


@given(REVIEWS)
def test_offsets_locate_the_tokens(review: str) -> None:
    tokens, starts, ends = place_tokens(review)
    offsets = list(zip(starts, ends, strict=True))
    read = [plain_text(review[start:end]).lower() for start, end in offsets]
    assert read == tokens == tokenize(review)
    flat = [place for span in offsets for place in span]
    assert flat == sorted(flat)
    assert all(start < end for start, end in offsets)


@given(BODIES, st.none() | TYPES)
@example(b'{"reviews": [""]}', "application/json")  # a list of bad rows only
@example(b'{"card": true}', "application/json")
def test_the_endpoint_reads_or_refuses(body: bytes, content_type: str | None) -> None:
    try:
        request = read(body, content_type)
    except RequestError as error:
        answer: dict[str, Any] = json.loads(str(error.message))
        assert 400 <= error.status_code < 500
        assert set(answer) == {"code", "message"}
    else:
        asked = len(request.reviews) + len(request.refused)
        assert request.card or 1 <= asked <= MAX_REVIEWS
        assert all(0 < len(review) <= MAX_CHARACTERS for review in request.reviews)


@given(BODIES, TYPES, st.text(max_size=20), st.integers(1, 50))
def test_the_api_reads_or_refuses(body: bytes, content_type: str, accept: str, limit: int) -> None:
    try:
        review = read_review(body, content_type, accept, limit)
    except Problem as problem:
        assert 400 <= problem.status < 500
        json.dumps(problem.body("id")).encode()
    else:
        assert 0 < len(review.text) <= limit
        review.text.encode("utf-8")


@given(BODIES, TYPES)
def test_the_api_reads_or_refuses_lists(body: bytes, content_type: str) -> None:
    try:
        reviews = read_reviews(body, content_type)
    except Problem as problem:
        assert 400 <= problem.status < 500
    else:
        assert 1 <= len(reviews) <= MAX_REVIEWS
