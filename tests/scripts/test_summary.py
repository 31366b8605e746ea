"""End of `make deploy`: addresses, a verdict and the price of an hour."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scripts.evaluate import EvaluationError, targets
from scripts.summary import SAMPLE, main
from tests.stacks.assembly import Assembly

VERDICT = {
    "sentiment": "positive",
    "label": "positive",
    "probabilities": {"negative": 0.0124, "positive": 0.9876},
}


GERMAN = "Ein wunderbarer Film,\nvon der ersten Minute an. " * 10


class Endpoint:
    """An endpoint that describes its model."""

    card: dict[str, Any] | None = None

    def __init__(self, name: str) -> None:
        """Check the name."""
        assert name == "sentiment-prod"

    def model_card(self) -> dict[str, Any]:
        if self.card is None:
            raise EvaluationError("not authorized")
        return self.card


@pytest.fixture(autouse=True)
def endpoint(monkeypatch: pytest.MonkeyPatch) -> type[Endpoint]:
    """The deployed endpoint, which may not be invoked until it gets a card."""
    monkeypatch.setattr(Endpoint, "card", None)
    monkeypatch.setattr(targets, "Endpoint", Endpoint)
    return Endpoint


class Site(BaseHTTPRequestHandler):
    """A site that answers with the status in its path."""

    def do_POST(self) -> None:
        """Classify a review."""
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert sent in ({"review": SAMPLE}, {"review": GERMAN})
        status = int(self.path.split("/")[1])
        assert self.path == f"/{status}/api/predict"
        answer = json.dumps(VERDICT if status == 200 else {"code": "any"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the base class
        """Print nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The site's address, which is not the embedded AWS's."""
    server = ThreadingHTTPServer(("127.0.0.2", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.2:{server.server_port}"
    server.shutdown()
    server.server_close()


def end(assembly: Assembly, folder: Path, site: str) -> int:
    outputs = folder / "outputs.json"
    stacks = {
        "sentiment-prod-model": {
            "Accuracy": "0.93",
            "QualityGate": "balanced accuracy 0.93",
            "EndpointName": "sentiment-prod",
        },
        "sentiment-prod-web": {"SiteUrl": site, "ApiUrl": "https://api.example.com/api/"},
    }
    outputs.write_text(json.dumps(stacks))
    arguments = [f"--assembly={assembly.folder}", f"--outputs={outputs}"]
    return main(["--environment=prod", *arguments])


def test_a_deployment_ends_with_a_verdict_the_price_and_the_way_to_remove_it(
    prod: Assembly, tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(prod, tmp_path, f"{address}/200/") == 0
    shown = capsys.readouterr().out
    for line in (
        f"Site               {address}/200/",
        "API                https://api.example.com/api/",
        "Held-out accuracy  0.93",
        f"Sample review      {SAMPLE}",
        "Verdict            positive, P(positive) = 0.988",
        "Price at rest      $0.25 an hour (prices of us-east-1, ",
        "`make destroy ENV=prod` removes it; docs/aws.md says what it keeps.",
    ):
        assert line in shown


def test_the_sample_is_in_the_language_of_the_data(
    prod: Assembly,
    tmp_path: Path,
    address: str,
    capsys: pytest.CaptureFixture[str],
    endpoint: type[Endpoint],
) -> None:
    endpoint.card = {"known_reviews": [{"text": GERMAN, "sentiment": "positive"}]}
    assert end(prod, tmp_path, f"{address}/200/") == 0
    shown = capsys.readouterr().out
    assert "Sample review      Ein wunderbarer Film, von der ersten Minute an. Ein wun" in shown
    assert "…\nVerdict            positive, P(positive) = 0.988" in shown
    endpoint.card = {}  # of an earlier version of the training
    assert end(prod, tmp_path, f"{address}/200/") == 0
    assert f"Sample review      {SAMPLE}\n" in capsys.readouterr().out


def test_a_sample_that_is_longer_than_the_limit_is_not_an_error(
    prod: Assembly, tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(prod, tmp_path, f"{address}/413/") == 0
    assert "longer than api.max_review_characters" in capsys.readouterr().out


def test_an_api_for_signed_requests_is_not_tried(
    prod: Assembly, tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(prod, tmp_path, f"{address}/403/") == 0
    assert "none: the API answers signed requests only (api.access)" in capsys.readouterr().out


def test_a_site_that_does_not_classify_is_reported_in_one_line(
    prod: Assembly, tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for site, reason in (
        (f"{address}/503/", 'the deployed site answered 503: {"code": "any"}'),
        ("http://127.0.0.2:9/", "http://127.0.0.2:9/ cannot be reached: "),
    ):
        assert end(prod, tmp_path, site) == 1
        shown = capsys.readouterr().err
        assert shown.startswith(f"everything is deployed, but {reason}")
        assert shown.count("\n") == 1
