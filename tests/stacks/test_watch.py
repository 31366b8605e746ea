"""`cdk watch` deploys after a change of the application, and of nothing else."""

import json
import subprocess

from scripts import ROOT

APPLICATION = ("app.py", "stacks/", "model_code/", "lambda_fn/", "frontend/")
ELSEWHERE = (
    ".venv/lib/python3.11/site-packages/x.py", "node_modules/x/index.js", "cdk.out/manifest.json",
    ".local_aws/state.json", "tests/conftest.py", "docs/aws.md", "bench/data.py", "test-artifacts/x.png",
)  # fmt: skip
# Files that appear while an editor saves or a test runs
SAVING = [
    f"model_code/{name}"
    for name in (".DS_Store", ".x.py.swp", "x.py.swp", "x.py~", "#x.py#", ".#x.py", ".idea/x",
                 "__pycache__/x.pyc", "__MACOSX/x", ".ipynb_checkpoints/x.py", "x.py.orig")
]  # fmt: skip
CLI = ROOT / "node_modules" / "aws-cdk" / "lib" / "index.js"


def watched(paths: list[str]) -> set[str]:
    """Return the paths that the CLI watches."""
    settings = json.dumps(json.loads((ROOT / "cdk.json").read_text("utf-8"))["watch"])
    command = ["node", str(ROOT / "tests" / "support" / "watched.js"), str(CLI), settings]
    return set(
        subprocess.run(
            command, input="\n".join(paths), capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.splitlines()
    )


def test_only_the_application_is_watched() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    application = {path for path in tracked if path.startswith(APPLICATION)}
    assert len(application) > 100
    assert watched([*tracked, *ELSEWHERE, *SAVING]) == application
