"""Generated clients in Python and TypeScript make every call of the deployed API."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from scripts import ROOT
from tests.support.deployment import Deployment

DOCUMENT = ROOT / "docs" / "openapi.json"
BIN = ROOT / "node_modules" / ".bin"
TYPES = (
    "--noEmit", "--strict", "--module", "esnext", "--target", "esnext", "--skipLibCheck",
    "--moduleResolution", "bundler", "--allowImportingTsExtensions",
)  # fmt: skip


def run(*command: str | Path, folder: Path) -> str:
    """Run a command in a folder and return what it prints."""
    done = subprocess.run(
        [*map(str, command)], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_client_of_openapi_python_client(
    deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = Path(sys.executable).with_name("openapi-python-client")
    output = tmp_path / "generated_client"
    run(generator, "generate", "--path", DOCUMENT, "--meta", "none", "--output-path", output,
        folder=tmp_path)  # fmt: skip
    monkeypatch.syspath_prepend(tmp_path)

    def module(name: str) -> Any:
        return import_module(f"generated_client.{name}")

    models = module("models")
    base = deployment.outputs["ApiUrl"].rstrip("/")
    with module("client").Client(base_url=base, timeout=300) as client:

        def call(name: str, **arguments: Any) -> Any:
            return module(f"api.{name}").sync_detailed(client=client, **arguments)

        request = models.ReviewRequest(review="A superb film.", explain=True)
        verdict = call("predictions.predict", body=request).parsed
        assert verdict.sentiment == "positive"
        assert verdict.phrases[0].weight > 0
        batch = models.BatchRequest(reviews=["A superb film.", " "])
        judged, refused = call("predictions.predict_batch", body=batch).parsed.predictions
        assert judged.probability > 0.5
        assert refused.error.code == "empty_review"
        feedback = models.FeedbackRequest(
            review="A superb film.",
            predicted="positive",
            correct="positive",
            request_id=verdict.request_id,
        )
        assert call("predictions.give_feedback", body=feedback).status_code == 201
        assert call("service.describe_model").parsed.model_version == verdict.model.version
        deep = models.CheckHealthDeep("true")
        assert call("service.check_health", deep=deep).parsed.model == "ok"
        assert call("service.describe_api").parsed["openapi"] == "3.1.0"
        problem = call("predictions.predict", body=models.ReviewRequest(review=" ")).parsed
        assert problem.code == "empty_review"
        for name in ("describe_model", "check_health", "describe_api"):
            assert call(f"service.{name}_headers").status_code == 200


def test_a_client_of_openapi_typescript(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    script = tmp_path / "every_call.ts"
    script.write_text(Path(__file__).with_name("every_call.ts").read_text("utf-8"))
    run(BIN / "openapi-typescript", DOCUMENT, "--output", "api.d.ts", folder=tmp_path)
    run(BIN / "tsc", *TYPES, script.name, folder=tmp_path)
    printed = run("node", script.name, deployment.outputs["ApiUrl"].rstrip("/"), folder=tmp_path)
    answers = json.loads(printed)
    assert answers.pop("first") > 0.5
    assert answers.pop("phrases") > 0
    assert answers.pop("version")
    assert "paths" in answers.pop("operations")
    assert answers == {
        "sentiment": "positive",
        "health": "ok",
        "feedback": "recorded",
        "refused": "empty_review",
        "heads": [200, 200, 200],
    }
