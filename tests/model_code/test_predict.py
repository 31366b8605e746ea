"""predict.py as SageMaker's toolkits call it."""

import csv
import json
import math
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from sagemaker_inference.transformer import Transformer

import predict
import predict_transform
from local_aws.sagemaker.model_server import HandlerContext
from sentiment.artifact import Artifact
from sentiment.classifier import BLOCK
from sentiment.request import RequestError
from tests.model_code.conftest import ODD

BAD = {
    "empty": (b"", "text/plain", 400, "empty_review"),
    "whitespace": (b" \n", "text/plain", 400, "empty_review"),
    "only markup": (b"<br /><p></p>", "text/plain", 400, "empty_review"),
    "too long": (b"a" * 100_001, "text/plain", 413, "review_too_long"),
    "not UTF-8": (b"\xff\xfe", "text/plain", 400, "not_utf8"),
    "image": (b"x", "image/png", 415, "unsupported_media_type"),
    "malformed": (b'{"review": ', "application/json", 400, "invalid_json"),
    "deep": (b"[" * 100_000, "application/json", 400, "invalid_json"),
    "list": (b'["x"]', "application/json", 400, "invalid_request"),
    "number": (b'{"review": 1}', "application/json", 400, "invalid_request"),
    "explain": (b'{"review": "x", "explain": 1}', "application/json", 400, "invalid_request"),
    "no reviews": (b'{"reviews": []}', "application/json", 400, "invalid_request"),
    "10,000": (
        json.dumps({"reviews": ["x"] * 10_000}).encode(), "application/json", 413, "too_many_reviews",
    ),
    "reviews and a card": (b'{"reviews": ["x"], "card": true}', "application/json", 400, "invalid_request"),
}  # fmt: skip


@pytest.fixture(scope="session")
def model(trained: tuple[Path, str]) -> Artifact:
    """Return the model that model_fn loads."""
    return predict.model_fn(str(trained[0] / "model"))


def ask(model: Artifact, body: Any, content_type: str | None, accept: str | None = None) -> Any:
    """Call the handlers as a toolkit does."""
    request = predict.input_fn(body, content_type)
    return predict.output_fn(predict.predict_fn(request, model), accept)


@pytest.mark.parametrize("body", [b"A fine film", bytearray(b"A fine film"), "A fine film"])
@pytest.mark.parametrize("content_type", ["text/plain", "text/plain; charset=utf-8", None])
def test_plain_text(model: Artifact, body: Any, content_type: str | None) -> None:
    answer, kind = ask(model, body, content_type)
    assert answer in {"1", "0"}
    assert kind == "text/plain"


def test_an_explanation_adds_up_to_the_probability(model: Artifact) -> None:
    review = "A fine film<br /><br />with a DULL end."
    body = json.dumps({"review": review, "explain": True})
    answer = json.loads(ask(model, body, "application/json")[0])
    explanation = answer["explanation"]
    logit = explanation["bias"] + sum(word["weight"] for word in explanation["words"])
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(answer["probability"], abs=1e-4)
    assert {review[word["start"] : word["end"]] for word in explanation["words"]} >= {
        "film",
        "DULL",
    }
    many = json.dumps({"reviews": [review, "Dull"], "explain": True})
    predictions = json.loads(ask(model, many, "application/json")[0])["predictions"]
    assert predictions[0] == answer
    assert predictions[1]["explanation"]["words"]


def test_an_explained_verdict_equals_the_plain_one(model: Artifact) -> None:
    for review in ("A fine film", "Dull. " * 500, "\U0001f600"):
        plain, explained = (
            json.loads(ask(model, json.dumps({"review": review, **more}), "application/json")[0])
            for more in ({}, {"explain": True})
        )
        assert explained["probability"] == pytest.approx(plain["probability"], abs=1e-6)
        assert explained["sentiment"] == plain["sentiment"]


def test_there_is_no_explanation_unless_requested(model: Artifact) -> None:
    body = b'{"review": "A fine film", "explain": false}'
    assert "explanation" not in json.loads(ask(model, body, "application/json")[0])


def test_json(model: Artifact) -> None:
    one = json.loads(ask(model, b'{"review": "A fine film"}', "application/json")[0])
    many = json.loads(ask(model, '{"reviews": ["A fine film", "Dull"]}', "application/json")[0])
    assert one == many["predictions"][0]
    assert one["sentiment"] == ("positive" if one["probability"] >= 0.5 else "negative")
    assert one["model_version"] == model.version
    assert (one["words"], one["known_words"]) == (3, 3)


def test_a_review_without_known_words_is_neither_positive_nor_negative(model: Artifact) -> None:
    body = b'{"review": "xyzzy plugh, frobozz", "explain": true}'
    answer = json.loads(ask(model, body, "application/json")[0])
    assert (answer["probability"], answer["words"], answer["known_words"]) == (0.5, 3, 0)
    assert (answer["explanation"]["bias"], answer["explanation"]["words"]) == (0, [])


def test_typographic_apostrophes_are_apostrophes(model: Artifact) -> None:
    plain, fancy = (
        json.loads(ask(model, json.dumps({"review": review}), "application/json")[0])
        for review in ('I don\'t like "it"', "I don\u2019t like \u201cit\u201d")
    )
    assert plain == fancy


@pytest.mark.parametrize("review", ODD)
@pytest.mark.filterwarnings("error")
def test_any_text_gets_a_probability(model: Artifact, review: str) -> None:
    for explain in (False, True):
        body = json.dumps({"review": review, "explain": explain}).encode()
        assert 0 < json.loads(ask(model, body, "application/json")[0])["probability"] < 1


def test_an_invalid_review_of_a_list_gets_an_error_at_its_index(model: Artifact) -> None:
    sent = ["<br />", "A fine film", 7, "x" * 100_001, "Dull"]
    answers = json.loads(ask(model, json.dumps({"reviews": sent}), "application/json")[0])
    codes = [answer.get("error", {}).get("code") for answer in answers["predictions"]]
    assert codes == ["empty_review", None, "invalid_request", "review_too_long", None]
    alone = [
        json.loads(ask(model, json.dumps({"review": sent[i]}), "application/json")[0])
        for i in (1, 4)
    ]
    assert [answers["predictions"][1], answers["predictions"][4]] == alone
    nothing = ask(model, b'{"reviews": [" "]}', "application/json")[0]
    assert json.loads(nothing)["predictions"][0]["error"]["code"] == "empty_review"


def test_each_review_of_a_long_list_is_answered_as_alone(model: Artifact) -> None:
    words = ["great", "dull", "film", "not", "moving", "boring", "!"]
    texts = [" ".join(words[number % 7 :: 1 + number % 3]) + f" {number}" for number in range(300)]
    body = json.dumps({"reviews": texts, "explain": True})
    found = json.loads(ask(model, body, "application/json")[0])["predictions"]
    assert len(found) == len(texts)
    for place in (0, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, 299):
        alone = json.dumps({"review": texts[place], "explain": True})
        assert found[place] == json.loads(ask(model, alone, "application/json")[0])


def test_each_answer_names_its_model(model: Artifact) -> None:
    answer = json.loads(ask(model, b'{"review": "A fine film"}', "application/json")[0])
    card = json.loads(ask(model, b'{"card": true}', "application/json")[0])
    assert answer["model_version"] == card["model_version"] == model.version
    assert answer["trained_at"] == card["trained_at"]
    assert answer["accuracy"] == card["metrics"]["accuracy"]
    assert card["sha256"].keys() == {"training", "testing", "code"}
    assert card["hyperparameters"]["architecture"] == "ngrams"


@pytest.mark.parametrize("case", BAD)
def test_invalid_requests_are_refused(model: Artifact, case: str) -> None:
    body, content_type, status, code = BAD[case]
    with pytest.raises(RequestError) as refused:
        ask(model, body, content_type)
    assert refused.value.status_code == status
    content = json.loads(str(refused.value))
    assert content["code"] == code
    assert content["message"]


def test_an_unsupported_accept_header_is_refused(model: Artifact) -> None:
    with pytest.raises(RequestError, match="not_acceptable"):
        ask(model, b"A fine film", "text/plain", "image/png")


@pytest.mark.parametrize("case", BAD)
def test_the_scikit_learn_image_gets_the_status_of_a_refusal(model: Artifact, case: str) -> None:
    body, content_type, status, code = BAD[case]
    answer = predict_transform.transform_fn(model, body, content_type, "application/json")
    assert (answer.status_code, answer.content_type) == (status, "application/json")
    assert json.loads(answer.get_data())["code"] == code


def test_the_scikit_learn_image_gets_the_same_answers(model: Artifact) -> None:
    answer = predict_transform.transform_fn(model, b"A fine film", "text/plain", "application/json")
    expected = ask(model, b"A fine film", "text/plain")
    assert (answer.get_data(as_text=True), answer.content_type) == expected
    body = '{"review": "A fine film"}'
    answer = predict_transform.transform_fn(model, body, "application/json", "*/*")
    expected = ask(model, body, "application/json")
    assert (answer.get_data(as_text=True), answer.content_type) == expected


def test_the_scikit_learn_image_refuses_two_sets_of_functions() -> None:
    taken = {"input_fn", "predict_fn", "output_fn"} & vars(predict_transform).keys()
    assert taken == set()


def test_the_ngram_model_serves_without_torch(trained: tuple[Path, str]) -> None:
    code = "import sys; sys.modules['torch'] = None; import predict; predict.model_fn(sys.argv[1])"
    model = trained[0] / "model"
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, model],
        cwd=model / "code",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_under_the_pytorch_toolkit(
    trained: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAGEMAKER_PROGRAM", "predict.py")
    transformer = Transformer()

    def send(body: bytes, content_type: str) -> tuple[int, str, str]:
        context = HandlerContext(str(trained[0] / "model"), {"Content-Type": content_type})
        answer = transformer.transform([{"body": bytearray(body)}], context)[0]
        return context.request_processor[0].status, context.content_type, str(answer)

    status, kind, answer = send(b"A fine film", "text/plain")
    assert (status, kind) == (200, "text/plain")
    assert answer in {"1", "0"}
    status, kind, answer = send(b'{"review": "A fine film"}', "application/json")
    assert (status, kind) == (200, "application/json")
    assert json.loads(answer)["model_version"].startswith("local-")
    status, _, answer = send(b"", "text/plain")
    assert status == 400
    assert json.loads(answer.splitlines()[0])["code"] == "empty_review"
    assert send(b"A fine film", "text/plain")[0] == 200


LINES = [
    json.dumps({"review": "A fine film"}),
    json.dumps({"text": "Dull\u2028and slow", "id": 7}),
    json.dumps("A fine film"),
    json.dumps({"Comment": "A fine film"}),
    "",
    "{",
    json.dumps({"review": " "}),
    json.dumps({"review": 7}),
    json.dumps({"id": 7}),
    json.dumps([1]),
    json.dumps({"review": "x" * 100_001}),
    json.dumps({"review": "A fine film", "explain": True}),
    json.dumps({"review": "A fine film", "explain": "yes"}),
]  # fmt: skip
CODES = [
    None, None, None, None, "invalid_line", "invalid_line", "empty_review", "invalid_request",
    "invalid_line", "invalid_line", "review_too_long", None, "invalid_line",
]  # fmt: skip


def test_each_json_line_gets_a_line(model: Artifact) -> None:
    body = "\n".join(LINES).encode()
    answer, kind = ask(model, body, "application/jsonlines; charset=utf-8", "application/jsonlines")
    assert kind == "application/jsonlines"
    answers = [json.loads(line) for line in answer.split("\n")]
    assert [one.get("error", {}).get("code") for one in answers] == CODES
    assert answers[0] == answers[2] == answers[3]
    alone = json.loads(
        ask(model, b'{"review": "A fine film", "explain": true}', "application/json")[0]
    )
    assert answers[0] == {key: alone[key] for key in answers[0]}
    assert answers[11]["phrases"] == alone["explanation"]["phrases"]
    assert "phrases" not in answers[0]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_end_of_the_last_line_is_no_line(model: Artifact, end: str) -> None:
    body = f"{LINES[0]}{end}{LINES[0]}{end}"
    answer = ask(model, body, "application/jsonlines")[0]
    assert len(answer.split("\n")) == 2
    assert ask(model, "", "application/jsonlines")[0] == ""


def test_each_csv_row_gets_a_row(model: Artifact) -> None:
    rows = ['"A fine, ""fine"" film"', "Dull", "", "a,b", '"open']
    answer, kind = ask(model, "\n".join(rows), "text/csv", "text/csv")
    assert kind == "text/csv"
    found = list(csv.reader(answer.split("\n")))
    assert [row[4] for row in found] == ["", "", "empty_review", "invalid_line", "invalid_line"]
    plain = json.loads(ask(model, b'{"review": "Dull"}', "application/json")[0])
    names = ("sentiment", "probability", "words", "known_words")
    assert found[1][:4] == [str(plain[name]) for name in names]


def test_lines_are_answered_in_the_accepted_format(model: Artifact) -> None:
    for kind in ("application/jsonlines", "text/csv"):
        body = '"A fine film"'
        assert ask(model, body, kind, "*/*")[1] == kind
        assert ask(model, body, kind, "application/json")[1] == kind
        assert ask(model, body, kind, "text/csv")[1] == "text/csv"
        assert ask(model, body, kind, "application/jsonlines")[1] == "application/jsonlines"


def test_the_scikit_learn_image_answers_lines(model: Artifact) -> None:
    body = "\n".join(LINES)
    answer = predict_transform.transform_fn(model, body.encode(), "application/jsonlines", "*/*")
    expected = ask(model, body, "application/jsonlines")
    assert (answer.get_data(as_text=True), answer.content_type) == expected


def test_many_lines_need_little_memory(model: Artifact) -> None:
    """Only the body, the answer and one block are in memory."""
    body = "\n".join(['"Dull"'] * 50_000)
    tracemalloc.start()
    try:
        answer = ask(model, body, "text/csv")[0]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.count("\n") == 49_999
    assert peak < 2 * len(body) + 6 * len(answer)
