"""Comparison of a new model with the one that serves."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable
from typing import Any
from unittest.mock import Mock

import pytest
from boto3 import Session
from botocore.awsrequest import AWSResponse

from resource_properties import FailedTestError
from tests.lambda_fn.fake_aws import check, client_error
from trial import handler
from trial.challenger import Artifacts, Rule, challenge
from trial.comparison import Comparison
from trial.held_out import read_output

LABELS = ["negative", "positive"]
BUCKET, FOLDER = "data", "models"
OLD, NEW = "sentiment-prod-1", "sentiment-prod-2"
TESTED = [f"review {number}" for number in range(1000)]
TRAINED = [f"training {number}" for number in range(3000)]
NOT_WORSE, BETTER = Rule("not_worse", "pass"), Rule("better", "pass")


def truth(text: str) -> str:
    """Return the true label of a test review."""
    return LABELS[int(text.rpartition(" ")[2]) % 2]


def output(
    tested: Iterable[str] = TESTED,
    trained: Iterable[str] = TRAINED,
    labels: list[str] = LABELS,
) -> bytes:
    """Return the output archive of a training job."""
    lines = [{"labels": labels}, *({"text": text, "label": truth(text)} for text in tested)]
    hashes = sorted(hashlib.sha256(_encoded(text)).digest()[:8] for text in trained)
    files = {
        "held_out.jsonl": "".join(json.dumps(line) + "\n" for line in lines).encode(),
        "trained_on.bin": b"".join(hashes),
        "report.html": b"<html>",
    }
    return packed(files)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def packed(files: dict[str, bytes]) -> bytes:
    """Return a tar.gz of files."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return content.getvalue()


class S3:
    """Objects by key."""

    def __init__(self, **outputs: bytes) -> None:
        """Hold the outputs of the `old` and the `new` job."""
        names = {"old": OLD, "new": NEW}
        self.objects = {
            f"{FOLDER}/{names[name]}/output/output.tar.gz": content
            for name, content in outputs.items()
        }

    def get_object(self, **request: Any) -> dict[str, Any]:
        """Return an object."""
        check("s3", "GetObject", request)
        if request["Key"] not in self.objects:
            raise client_error("NoSuchKey", "The specified key does not exist.", "GetObject", 404)
        return {"Body": io.BytesIO(self.objects[request["Key"]])}

    def put_object(self, **request: Any) -> None:
        """Store an object."""
        check("s3", "PutObject", request)
        self.objects[request["Key"]] = request["Body"]

    @property
    def record(self) -> dict[str, Any]:
        """The recorded decision on the new model."""
        found: dict[str, Any] = json.loads(self.objects[f"{FOLDER}/{NEW}/output/comparison.json"])
        return found


class Model:
    """A model that is wrong about some reviews."""

    def __init__(
        self, version: str, wrong: Iterable[str] = (), answer: Callable[..., Any] | None = None
    ) -> None:
        """Answer wrongly about the reviews in `wrong`."""
        self.version, self.wrong, self.asked = version, set(wrong), list[str]()
        self._answer = answer or self.sentiment

    def __call__(self, content: dict[str, Any]) -> dict[str, Any]:
        """Answer a request."""
        if content == {"card": True}:
            return {"model_version": self.version}
        self.asked += content["reviews"]
        assert len(content["reviews"]) <= 64
        return {"predictions": [self._answer(self, text) for text in content["reviews"]]}

    def share(self, text: str) -> float:
        """Return the probability of positive, which is more certain about higher numbers."""
        certainty = 0.51 + int(text.rpartition(" ")[2]) / 10_000
        positive = (truth(text) == "positive") != (text in self.wrong)
        return certainty if positive else 1 - certainty

    @staticmethod
    def sentiment(model: "Model", text: str) -> dict[str, Any]:
        """Answer as models of two sentiments did at first."""
        share = model.share(text)
        return {"sentiment": LABELS[share >= 0.5], "probability": share}

    @staticmethod
    def labelled(model: "Model", text: str) -> dict[str, Any]:
        """Answer with a label and the probability of each."""
        share = model.share(text)
        return {
            "label": LABELS[share >= 0.5],
            "probabilities": dict(zip(LABELS, (1 - share, share), strict=True)),
        }


def decide(old: Model, new: Model, rule: Rule = NOT_WORSE, s3: S3 | None = None) -> str:
    """Compare two models."""
    artifacts = Artifacts(s3 or S3(old=output(), new=output()), BUCKET, FOLDER)
    return challenge(artifacts, rule, old, new)


# Values of R's exact2x2::mcnemar.exact and of the binomial distribution
@pytest.mark.parametrize(
    ("champion_only", "challenger_only", "p_value"),
    [(0, 0, 1.0), (5, 5, 1.0), (1, 9, 0.021484375), (9, 1, 0.021484375), (10, 3, 0.09228515625)],
)
def test_the_test_is_exact(champion_only: int, challenger_only: int, p_value: float) -> None:
    found = Comparison(1000, 900, champion_only, challenger_only)
    assert found.p_value == pytest.approx(p_value, abs=1e-12)
    assert found.is_worse == (p_value < 0.05 and champion_only > challenger_only)
    assert found.is_better == (p_value < 0.05 and champion_only < challenger_only)


def test_the_interval_contains_the_difference_and_excludes_0_when_it_is_clear() -> None:
    low, high = Comparison(2000, 1700, 100, 40).interval
    assert low < (40 - 100) / 2000 < high < 0
    low, high = Comparison(2000, 1700, 50, 50).interval
    assert low == pytest.approx(-high)
    # A difference of -0.03 with a standard error of 0.0058
    assert Comparison(2000, 1700, 100, 40).interval == pytest.approx((-0.0416, -0.0183), abs=2e-4)


def test_a_model_that_is_as_good_passes() -> None:
    s3 = S3(old=output(), new=output())
    old, new = Model(OLD, TESTED[:50]), Model(NEW, TESTED[10:60])
    sentence = decide(old, new, s3=s3)
    assert sentence.startswith("neither better nor worse: accuracy 0.9500 against 0.9500 on 1000 ")
    assert old.asked == new.asked == TESTED
    assert s3.record["passed"]
    assert s3.record["rows"] == 1000
    assert (s3.record["champion"], s3.record["challenger"]) == (OLD, NEW)
    assert decide(Model(OLD, TESTED[:50]), Model(NEW, TESTED[10:60])) == sentence


@pytest.mark.parametrize("old_answer", [Model.sentiment, Model.labelled])
def test_a_worse_model_is_refused_with_the_reviews_that_speak_most_against_it(
    old_answer: Callable[..., Any],
) -> None:
    s3 = S3(old=output(), new=output())
    old, new = Model(OLD, answer=old_answer), Model(NEW, TESTED[:40], answer=Model.labelled)
    with pytest.raises(FailedTestError) as refused:
        decide(old, new, s3=s3)
    message = str(refused.value)
    assert message.startswith(f"The new model {NEW} does not replace {OLD} ")
    assert "rollout.challenger=off" in message
    assert "worse: accuracy 0.9600 against 1.0000 on 1000 reviews" in message
    assert "(95 % interval -0.0" in message
    assert message.endswith(
        "Classified correctly by the old model only: positive “review 39”, negative “review 38”, positive “review 37”"
    )
    assert not s3.record["passed"]
    assert [one["text"] for one in s3.record["right_only_before"]] == [
        "review 39", "review 38", "review 37",
    ]  # fmt: skip


def test_a_model_must_be_better_if_the_rule_says_so() -> None:
    assert decide(Model(OLD, TESTED[:40]), Model(NEW), BETTER).startswith("better: ")
    with pytest.raises(FailedTestError, match=r"challenger=better.*neither better nor worse"):
        decide(Model(OLD, TESTED[:40]), Model(NEW, TESTED[:39]), BETTER)


def test_reviews_that_the_serving_model_was_trained_on_are_not_asked_about() -> None:
    s3 = S3(old=output(trained=[*TRAINED, *TESTED[:300]]), new=output())
    old = Model(OLD)
    decide(old, Model(NEW), s3=s3)
    assert old.asked == TESTED[300:]


def test_at_most_2000_reviews_are_asked_about() -> None:
    many = [f"review {number}" for number in range(5000)]
    old = Model(OLD)
    decide(old, Model(NEW), s3=S3(old=output(), new=output(many)))
    assert old.asked == many[:2000]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            output(labels=["bad", "good"]),
            output(),
            "the serving model's labels are “bad, good”, the new model's “negative, positive”",
        ),
        (
            output(trained=[f"other {number}" for number in range(3000)]),
            output(),
            "they were trained on different data",
        ),
        (
            output(trained=[*TRAINED, *TESTED[499:]]),
            output(),
            "only 499 test reviews are new to both, and 500 are needed",
        ),
        (packed({"report.html": b""}), output(), f"the training of “{OLD}” left no held-out reviews"),
        (None, output(), f"the training of “{OLD}” left no held-out reviews"),
    ],
)  # fmt: skip
def test_models_that_cannot_be_compared_pass_or_fail_by_a_setting(
    old: bytes | None, new: bytes, reason: str
) -> None:
    s3 = S3(new=new, **({"old": old} if old else {}))
    assert decide(Model(OLD), Model(NEW), s3=s3) == f"not comparable: {reason}"
    assert s3.record["passed"]
    with pytest.raises(FailedTestError, match="not comparable: "):
        decide(Model(OLD), Model(NEW), Rule("not_worse", "fail"), s3)
    assert not s3.record["passed"]


def test_the_same_model_with_other_machines_is_not_compared() -> None:
    new = Model(OLD)
    assert decide(Model(OLD), new, BETTER) == f"not compared: {OLD} already serves"
    assert new.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"code": "empty_review"}},
        None,
        {"label": ["positive"], "probabilities": {"positive": "high"}},
        {"label": "positive", "probabilities": []},
        {"sentiment": "positive", "probability": None},
    ],
)
def test_a_missing_or_malformed_answer_is_wrong(answer: Any) -> None:
    broken = Model(NEW, answer=lambda _model, _text: answer)
    with pytest.raises(FailedTestError, match=r"accuracy 0\.0000 against 1\.0000"):
        decide(Model(OLD), broken)


def test_a_serving_model_that_does_not_answer_can_be_replaced() -> None:
    class Broken(Model):
        def __call__(self, content: dict[str, Any]) -> dict[str, Any]:
            if content == {"card": True} or len(self.asked) < 64:
                return super().__call__(content)
            raise FailedTestError("Endpoint sentiment-prod does not answer: 500")

    class Dead(Model):
        def __call__(self, _content: dict[str, Any]) -> dict[str, Any]:
            raise FailedTestError("Endpoint sentiment-prod does not answer: 500")

    for broken in (Broken(OLD), Dead(OLD)):
        s3 = S3(old=output(), new=output())
        sentence = decide(broken, Model(NEW), s3=s3)
        assert sentence.startswith("not comparable: the serving model does not answer; the log ")
        assert s3.record["passed"]
        # Callers of the API read the result, and see nothing internal.
        assert "sentiment-prod does" not in json.dumps(s3.record)
    with pytest.raises(FailedTestError, match="does not answer"):
        decide(Model(OLD), Dead(NEW))


def test_an_output_that_cannot_be_read_cannot_be_compared() -> None:
    class Locked(S3):
        def get_object(self, **request: Any) -> dict[str, Any]:
            if OLD in request["Key"]:
                message = "The ciphertext refers to a key in account 123456789012"
                raise client_error("AccessDenied", message, "GetObject", 403)
            return super().get_object(**request)

    s3 = Locked(new=output())
    result = f"not comparable: the output of the training “{OLD}” cannot be read (AccessDenied)"
    assert decide(Model(OLD), Model(NEW), s3=s3) == result
    with pytest.raises(FailedTestError, match="cannot be read"):
        decide(Model(OLD), Model(NEW), Rule("not_worse", "fail"), s3)


def test_a_refusal_in_any_script_fits_into_cloudformations_response() -> None:
    texts = [f"{'映画は素晴らしい' * 20} {number}" for number in range(1000)]
    s3 = S3(old=output(texts), new=output(texts))
    with pytest.raises(FailedTestError) as refused:
        decide(Model(OLD), Model(NEW, texts), s3=s3)
    assert str(refused.value).count("映画は") > 3
    assert len(str(FailedTestError("映" * 2000)).encode()) <= 2000
    assert len(str(FailedTestError("\ud800" * 2000)).encode()) <= 2000


def test_a_version_that_names_no_job_is_not_looked_for() -> None:
    assert read_output(S3(), BUCKET, FOLDER, "../secrets") is None


@pytest.mark.parametrize(
    ("status", "serves", "comparison"),
    [
        ("UPDATE_IN_PROGRESS", True, "worse: …"),
        ("UPDATE_IN_PROGRESS", False, handler.FIRST),
        ("UPDATE_ROLLBACK_IN_PROGRESS", True, handler.NOT_COMPARED),
    ],
)
def test_neither_a_rollback_nor_the_first_model_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    serves: bool,  # noqa: FBT001 - a parameter
    comparison: str,
) -> None:
    class Account:
        def describe_endpoint(self, **request: Any) -> dict[str, Any]:
            check("sagemaker", "DescribeEndpoint", request)
            if not serves:
                raise client_error("ValidationException", "Could not find", "DescribeEndpoint")
            return {}

        def describe_stacks(self, **request: Any) -> dict[str, Any]:
            check("cloudformation", "DescribeStacks", request)
            assert request["StackName"] == "arn:stack"
            return {"Stacks": [{"StackStatus": status}]}

    def settle(_sagemaker: Any, _candidate: Any, test: Callable[[], None], _clock: Any) -> bool:
        test()
        return True

    monkeypatch.setattr(handler, "_client", lambda *_: Account())
    monkeypatch.setattr(handler, "settle", settle)
    monkeypatch.setattr(handler, "_check", lambda *_: None)
    monkeypatch.setattr(handler, "challenge", lambda *_: "worse: …")
    event = {
        "RequestType": "Update",
        "ResourceType": "Custom::Candidate",
        "StackId": "arn:stack",
        "ResourceProperties": {
            "EndpointName": "candidate", "EndpointConfigName": "config-2",
            "ServingEndpointName": "serving", "PatienceSeconds": "60",
            "Challenger": "not_worse", "Incomparable": "pass",
            "ArtifactBucket": BUCKET, "ArtifactFolder": FOLDER,
        },
    }  # fmt: skip
    assert handler.is_complete(event, None)["Data"]["Comparison"] == comparison


def test_a_throttled_request_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    # A failure during a rollback leaves the stack in UPDATE_ROLLBACK_FAILED.
    for name in ("DEFAULT_REGION", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "us-east-1")
    monkeypatch.setattr("time.sleep", lambda _: None)
    sent: list[str] = []

    def busy(request: Any, **_: Any) -> AWSResponse:
        sent.append(request.headers["X-Amz-Target"].decode())
        code = "ThrottlingException" if len(sent) < 3 else "ValidationException"
        content = json.dumps({"__type": code, "message": "Could not find endpoint"}).encode()
        return AWSResponse(request.url, 400, {}, Mock(stream=lambda: iter([content])))

    def connect(service: str, **settings: Any) -> Any:
        client = Session().client(service, **settings)
        client.meta.events.register("before-send", busy)
        return client

    monkeypatch.setattr("boto3.client", connect)
    uncached = handler._client.__wrapped__  # noqa: SLF001 - no other test gets this client
    monkeypatch.setattr(handler, "_client", uncached)
    event = {
        "RequestType": "Delete",
        "ResourceType": "Custom::Candidate",
        "ResourceProperties": {"EndpointName": "candidate"},
    }
    assert handler.is_complete(event, None) == {"IsComplete": True}
    assert sent == ["SageMaker.DescribeEndpoint"] * 3
