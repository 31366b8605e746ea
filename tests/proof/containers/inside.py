"""Training and serving in a network namespace that has only a loopback interface.

`test_network_isolation.py` prepares the folder, runs this module in the namespace and reads
`seen.json`.
"""

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from local_aws.environment import without_aws
from local_aws.sagemaker.overlay import make_overlay
from local_aws.sagemaker.training_command import TOOLKIT
from tests.proof.containers.servers import Server, embedded, torchserve

CONNECTED = "connected"
SECONDS = 5.0
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


def attempt(host: str, port: int) -> str:
    """Return the outcome of a connection: `connected` or an error name such as ENETUNREACH."""
    try:
        with socket.create_connection((host, port), timeout=SECONDS):
            return CONNECTED
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))


def train(base: Path) -> None:
    """Run the training toolkit on a folder laid out as /opt/ml, as the training image does."""
    python = make_overlay(base / "environment")
    environment = {
        **without_aws(os.environ),
        **json.loads((base / "environment.json").read_text("utf-8")),
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "SAGEMAKER_BASE_DIR": str(base),
        "SAGEMAKER_REGION": "us-east-1",
        "SAGEMAKER_TRAINING_MODULE": "sagemaker_pytorch_container.training:main",
        "SM_STUDIO_LOCAL_MODE": "true",  # the host name algo-1 does not resolve
    }
    command: list[str | Path] = [python, "-P", TOOLKIT]
    subprocess.run(command, cwd=base, env=environment, check=True)


def install(model: Path, folder: Path) -> Path:
    """Install the artifact's requirements; return the Python of the environment."""
    python = make_overlay(folder)
    code = model / "code"
    if (code / "requirements.txt").exists():
        requirements = ["--ignore-installed", "-r", "requirements.txt"]
        pip: list[str | Path] = [python, "-m", "pip", "install", *requirements]
        subprocess.run(pip, cwd=code, check=True)
    return python


def verdicts(server: Server, reviews: list[str]) -> list[dict[str, Any]]:
    """Return the verdicts on a list of reviews."""
    answer = server.ask(json.dumps({"reviews": reviews}).encode(), JSON)
    assert answer.status == 200, answer
    found: list[dict[str, Any]] = json.loads(answer.body)["predictions"]
    return found


def main(folder: Path) -> None:
    """Try to connect, train, serve, and write the observations to `seen.json`."""
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    seen: dict[str, Any] = {
        "interfaces": [name for _, name in socket.if_nameindex()],
        "attempts": {host: attempt(host, port) for host, port in plan["addresses"].items()},
        "verdicts": {},
    }
    train(folder / "ml")
    for name, model in {"ngrams": folder / "ml" / "model", "lstm": Path(plan["lstm"])}.items():
        python = install(model, folder / name / "environment")
        with embedded(python, model, folder / name / "embedded") as server:
            seen["verdicts"][name] = verdicts(server, plan["reviews"])
    if plan["torchserve"]:
        with torchserve(
            Path(plan["torchserve"]), folder / "ml" / "model", folder / "torchserve"
        ) as server:
            seen["verdicts"]["ngrams in TorchServe"] = verdicts(server, plan["reviews"])
    (folder / "seen.json").write_text(json.dumps(seen), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
