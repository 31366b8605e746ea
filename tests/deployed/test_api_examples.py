"""The examples in docs/api.md, run unchanged against the deployed API."""

import json
import math
import os
import re
import shutil
import subprocess
from typing import Any

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
            capture_output=True, text=True, check=True, timeout=300,
        ).stdout
        for example in examples("bash")
    ]  # fmt: skip
    text, explained, batch, cards = answers
    assert text == "1"
    reasons = json.loads(explained)
    words = reasons["explanation"]
    assert {"Dull, but well played."[word["start"] : word["end"]] for word in words} >= {"Dull"}
    total = reasons["bias"] + reasons["rest"] + sum(word["weight"] for word in words)
    odds = reasons["probability"] / (1 - reasons["probability"])
    assert total == pytest.approx(math.log(odds), abs=1e-5)
    predictions = json.loads(batch)["predictions"]
    assert [one.get("sentiment") for one in predictions] == ["positive", None, "negative"]
    assert predictions[1]["error"]["code"] == "empty_review"
    card, rest = json.JSONDecoder().raw_decode(cards)
    assert card["metrics"]["rows"] > 0
    assert json.loads(cards[rest:]) == {"status": "ok"}


def test_python_examples(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    client, use = examples("python")
    names: dict[str, Any] = {"API": deployment.outputs["ApiUrl"].rstrip("/")}
    exec(compile(client, "docs/api.md", "exec"), names)  # noqa: S102 - from this repository
    exec(compile(use, "docs/api.md", "exec"), names)  # noqa: S102 - from this repository
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("positive 0.")
    assert printed[1] == "['positive', 'negative']"
    with pytest.raises(names["ApiError"], match="The review is empty"):
        names["predict"](names["API"], " ")
