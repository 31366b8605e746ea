"""The whole command against an API with known answers."""

import io
import json
import statistics
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Barrier, Lock
from typing import Any

import boto3
import pytest

from scripts.evaluate import __main__
from scripts.evaluate.__main__ import main
from scripts.evaluate.targets import Site
from tests.lambda_fn.fake_aws import client_error
from tests.lambda_fn.test_trial_comparison import output
from tests.scripts.evaluate.answers import shares
from tests.scripts.evaluate.printed import rows
from tests.scripts.evaluate.serving import Prepared, serving

COUNT = 1100
# Among every ten reviews, two are true positives, three false negatives, and so on.
LABELS = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
JUDGED = [1, 1, 0, 0, 0, 1, 0, 0, 0, 0]


def verdict(review: str) -> dict[str, dict[str, float]]:
    return {"probabilities": shares(0.25 + JUDGED[int(review.split()[1]) % 10] / 2)}


class Deployed:
    """An API that counts its requests."""

    def __init__(self) -> None:
        self.url = ""
        self.lists: list[int] = []
        self.singles: list[str] = []
        self.together = Barrier(1)
        self.most = 0
        self._now = 0
        self._lock = Lock()

    def answer(self, request: str, sent: Any) -> Prepared:
        match request:
            case "GET /health":
                return 200, {}, {"status": "ok"}
            case "GET /model":
                return 200, {}, {"model_version": "m1"}
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self.together.wait(timeout=60)
        if self.together.parties > 1:
            time.sleep(0.02)  # time for an excess request to arrive
        with self._lock:
            self._now -= 1
        return 200, {}, {**self._judge(request, sent), "model": {"version": "m1"}}

    def _judge(self, request: str, sent: Any) -> dict[str, Any]:
        if request == "POST /predict/batch":
            self.lists.append(len(sent["reviews"]))
            return {"predictions": [verdict(review) for review in sent["reviews"]]}
        assert request == "POST /predict"
        self.singles.append(sent["review"])
        return verdict(sent["review"])


@pytest.fixture
def deployed(quick: None) -> Iterator[Deployed]:  # noqa: ARG001
    api = Deployed()
    with serving(api.answer) as api.url:
        yield api


def evaluate(
    deployed: Deployed,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *arguments: str,
    site: bool = True,
) -> int:
    data = folder / "reviews.jsonl"
    reviews = ({"text": f"Review {i}", "label": LABELS[i % 10]} for i in range(COUNT))
    data.write_text("".join(json.dumps(review) + "\n" for review in reviews))
    where = [
        *(["--site", deployed.url] if site else []),
        "--data",
        str(data),
        "--output",
        str(folder / "out"),
    ]
    monkeypatch.setattr("sys.argv", ["evaluate", *where, *arguments])
    return main()


def test_reviews_are_sent_in_lists_of_512_and_500_of_them_singly(
    deployed: Deployed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert evaluate(deployed, tmp_path, monkeypatch) == 0
    assert sorted(deployed.lists) == [76, 512, 512]
    assert len(set(deployed.singles)) == len(deployed.singles) == 500
    output = capsys.readouterr().out
    assert f"accuracy=0.6000 of {COUNT} reviews" in output
    assert "500 sent both ways, 0 differ" in output
    table = rows(output)
    assert table[1:3] == [["is negative", "440", "110"], ["is positive", "330", "220"]]
    kept = (tmp_path / "out" / "last-replies.jsonl").read_text().splitlines()[1:]
    replies = [json.loads(line) for line in kept]
    for row in table[4:6]:
        times = [1000 * one["reply"]["seconds"] for one in replies if one["kind"] == row[0]]
        cuts = statistics.quantiles(times, n=100, method="inclusive")
        figures = [f"{cuts[percent - 1]:.1f}" for percent in (50, 90, 95, 99)]
        assert row[1:] == [str(len(times)), "0", *figures, f"{max(times):.1f}"]
    page = (tmp_path / "out" / "report.html").read_text()
    assert "60.00&nbsp;% of 1,100 test reviews judged correctly" in page


class Outputs:
    """S3 with the output of the training of the model m1."""

    def __init__(self, trained: list[str], refusal: str = "") -> None:
        """Hold the reviews that the model was trained on, or refuse with a code."""
        self._output, self._refusal = output(trained=trained), refusal

    def get_object(self, **request: str) -> dict[str, Any]:
        """Return the output."""
        assert request == {"Bucket": "data", "Key": "models/m1/output/output.tar.gz"}
        if self._refusal:
            raise client_error(self._refusal, "No.", "GetObject", 403)
        return {"Body": io.BytesIO(self._output)}


@pytest.mark.parametrize(
    ("trained", "refusal", "left"),
    [(range(1000), "", 100), ([], "", COUNT), ([5], "AccessDenied", COUNT)],
)
def test_reviews_that_the_model_was_trained_on_do_not_measure_it(
    deployed: Deployed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trained: Iterable[int],
    refusal: str,
    left: int,
) -> None:
    s3 = Outputs([f"Review {number}" for number in trained], refusal)
    monkeypatch.setattr(boto3, "client", lambda _: s3)
    measure_locally(deployed, monkeypatch)
    assert evaluate(deployed, tmp_path, monkeypatch, site=False) == 0
    done = capsys.readouterr()
    assert f" of {left} reviews (95 %" in done.out
    said = f"{COUNT - left} reviews left out: the model was trained on them\n"
    assert done.err == (said if left < COUNT else "")


def test_a_measurement_with_the_training_reviews_alone_is_refused(
    deployed: Deployed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    s3 = Outputs([f"Review {number}" for number in range(COUNT)])
    monkeypatch.setattr(boto3, "client", lambda _: s3)
    measure_locally(deployed, monkeypatch)
    assert evaluate(deployed, tmp_path, monkeypatch, site=False) == 1
    refusal = f"DATA={tmp_path}/reviews.jsonl: the model was trained on it; name other reviews\n"
    assert capsys.readouterr().err == refusal


def measure_locally(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the API for that of the local deployment, with a bucket named data."""
    outputs = {"ApiUrl": deployed.url, "DataBucketName": "data"}
    monkeypatch.setattr(__main__, "isolate", lambda _: None)
    monkeypatch.setattr(__main__, "_output", lambda _stack, key, _port: outputs[key])
    monkeypatch.setattr(__main__, "local_url", lambda url, _port: url)


@pytest.mark.parametrize("connections", [1, 3])
def test_the_number_of_concurrent_requests_equals_the_connections(
    deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connections: int
) -> None:
    deployed.together = Barrier(connections)  # answers wait until this many requests have arrived
    options = ("--singles", "9", "--connections", str(connections))
    assert evaluate(deployed, tmp_path, monkeypatch, *options) == 0
    assert deployed.most == connections
    assert (len(deployed.lists), len(deployed.singles)) == (3, 9)


def test_an_interrupted_run_continues_without_repeating_requests(
    deployed: Deployed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    send = Site.send

    def five(site: Site, content: dict[str, Any]) -> dict[str, Any]:
        if len(deployed.singles) == 5:
            raise KeyboardInterrupt
        return send(site, content)

    options = ("--singles", "20", "--connections", "1")
    with monkeypatch.context() as patched:
        patched.setattr(Site, "send", five)
        assert evaluate(deployed, tmp_path, patched, *options) == 130
    assert "interrupted; run the same command again to continue" in capsys.readouterr().err
    assert not (tmp_path / "out" / "report.html").exists()
    assert (len(deployed.lists), len(deployed.singles)) == (3, 5)

    assert evaluate(deployed, tmp_path, monkeypatch, *options) == 0
    done = capsys.readouterr()
    assert "continuing after 8 replies" in done.err
    assert "20 sent both ways, 0 differ" in done.out
    assert (len(deployed.lists), len(deployed.singles)) == (3, 20)
    assert len(set(deployed.singles)) == 20


@pytest.mark.parametrize(("option", "least"), [("--singles", 0), ("--connections", 1)])
def test_options_below_their_minimum_are_refused(
    deployed: Deployed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    option: str,
    least: int,
) -> None:
    assert evaluate(deployed, tmp_path, monkeypatch, option, str(least - 1)) == 1
    assert capsys.readouterr().err == f"{option}: must be at least {least}\n"
