"""The examples in docs/api.md, run unchanged against the deployed API."""

import json
import os
import re
import shutil
import subprocess
from typing import Any
from urllib.parse import urlsplit

import pytest

from scripts import ROOT
from tests.support.deployment import Deployment

PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_examples(deployment: Deployment) -> None:
    api = deployment.outputs["ApiUrl"].rstrip("/")
    answers = [
        subprocess.run(
            ["sh", "-e", "-c", example], env={**os.environ, "API": api},
            capture_output=True, text=True, check=True, timeout=60,
        ).stdout
        for example in examples("bash")
    ]  # fmt: skip
    text, explained, batch, cards = answers
    assert text == "1"
    words = json.loads(explained)["explanation"]
    assert {"Dull, but well played."[word["start"] : word["end"]] for word in words} >= {"Dull"}
    predictions = json.loads(batch)["predictions"]
    assert [one.get("sentiment") for one in predictions] == ["positive", None, "negative"]
    assert predictions[1]["error"]["code"] == "empty_review"
    card, rest = json.JSONDecoder().raw_decode(cards)
    assert card["metrics"]["rows"] > 0
    assert json.loads(cards[rest:]) == {"status": "ok"}


def test_python_examples(
    deployment: Deployment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = urlsplit(deployment.outputs["ApiUrl"])
    client, use = examples("python")
    names: dict[str, Any] = {"API": f"http://127.0.0.1:{url.port}{url.path.rstrip('/')}"}
    exec(compile(client, "docs/api.md", "exec"), names)  # noqa: S102 - from this repository
    # The C library does not resolve the API's name.
    request = names["urllib"].request.Request
    monkeypatch.setattr(
        names["urllib"].request,
        "Request",
        lambda address, data, headers: request(address, data, {**headers, "Host": url.netloc}),
    )
    exec(compile(use, "docs/api.md", "exec"), names)  # noqa: S102 - from this repository
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("positive 0.")
    assert printed[1] == "['positive', 'negative']"
    with pytest.raises(names["ApiError"], match="The review is empty"):
        names["predict"](names["API"], " ")
