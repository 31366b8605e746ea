"""Training and serving without a network, as EnableNetworkIsolation requires of a container."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import ROOT
from scripts.snapshots import SNAPSHOTS
from tests.local_aws.conftest import processes_naming
from tests.proof.containers.conftest import ENVIRONMENT, Trained, hyperparameters
from tests.proof.containers.inside import CONNECTED, attempt, install, verdicts
from tests.proof.containers.pythons import ENVIRONMENTS
from tests.proof.containers.servers import embedded
from tests.proof.table import ProofTable
from training_job.request import TrainingRequest

SECTION = "Without a network"
ASKED = 200
# A new namespace has only a loopback interface, which is down.
WITHOUT_NETWORK = [
    "unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--net",
    "sh", "-c", 'ip link set lo up && exec "$@"', "sh",
]  # fmt: skip
NOWHERE = "192.0.2.1"  # reserved for documentation (RFC 5737), so nothing answers
CHANNEL = {
    "TrainingInputMode": "File",
    "S3DistributionType": "FullyReplicated",
    "RecordWrapperType": "None",
}
HOST = {
    "current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "lo",
    "current_instance_type": "ml.m5.large", "current_group_name": "homogeneousCluster",
    "instance_groups": [{
        "instance_group_name": "homogeneousCluster", "hosts": ["algo-1"],
        "instance_type": "ml.m5.large",
    }],
}  # fmt: skip
TEMPLATES = ROOT / SNAPSHOTS
SERVERLESS = "off for the model, because serverless inference does not support it"
MODEL, TRAINING = "AWS::SageMaker::Model", "Custom::TrainingJob"


@pytest.mark.slow
def test_training_and_serving_need_no_network(
    trained: dict[str, Trained], unseen: list[str], tmp_path: Path, proof_table: ProofTable
) -> None:
    if missing := _missing():
        proof_table.add(SECTION, "Training and serving without a network", f"untested: {missing}")
        pytest.skip(missing)
    reviews = unseen[:ASKED]
    base, ngrams = tmp_path / "ml", trained["ngrams"]
    _lay_out(base, ngrams)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert attempt("127.0.0.1", port) == CONNECTED
        seen = _inside(
            tmp_path,
            addresses={"127.0.0.1": port, NOWHERE: 443},
            reviews=reviews,
            lstm=str(trained["lstm"].model),
            torchserve=_torchserve(),
        )
    assert processes_naming(tmp_path) == {}
    assert seen["interfaces"] == ["lo"]
    assert seen["attempts"] == {"127.0.0.1": "ECONNREFUSED", NOWHERE: "ENETUNREACH"}
    assert (base / "model" / "ngrams.npz").read_bytes() == (
        ngrams.model / "ngrams.npz"
    ).read_bytes()
    due = {name: _outside(trained[name], reviews, tmp_path / "outside" / name) for name in trained}
    for name, found in seen["verdicts"].items():
        assert _probabilities(found) == _probabilities(due[name.partition(" ")[0]]), name
    proof_table.add(
        SECTION,
        "Connections from a network namespace with a separate loopback interface, to a server on the "
        "host and to an external address",
        "both fail: connection refused, network unreachable",
    )
    proof_table.add(
        SECTION,
        "Training by the toolkit inside the namespace, with code and data in channels and the packages "
        "of requirements.txt installed",
        "the model is identical, byte for byte, to that of the job in the embedded AWS",
    )
    proof_table.add(
        SECTION,
        f"Serving inside the namespace: {', '.join(seen['verdicts'])} (the LSTM installs the wheels in its artifact)",
        f"each gives the same answers to {ASKED} reviews as outside it",
    )


@pytest.mark.parametrize(("environment", "isolated"), [("dev", False), ("prod", True)])
def test_templates_isolate_the_real_time_model_only(
    environment: str,
    isolated: bool,  # noqa: FBT001 - a parameter of the test
    proof_table: ProofTable,
) -> None:
    template = json.loads((TEMPLATES / f"test_template[{environment}-model].json").read_text())
    properties = {kind: _properties(template, kind) for kind in (MODEL, TRAINING)}
    assert properties[MODEL].get("EnableNetworkIsolation", False) is isolated
    job = TrainingRequest.from_properties(_sent(properties[TRAINING])).job("name")
    assert "EnableNetworkIsolation" not in job
    proof_table.add(
        SECTION,
        f"EnableNetworkIsolation in {environment}'s template and training job",
        ("on for the model" if isolated else SERVERLESS)
        + "; off for the training job, because the toolkit downloads code and packages",
    )


def _missing() -> str | None:
    """Return the reason why no namespace can be created, or None."""
    for command in ("unshare", "ip"):
        if shutil.which(command) is None:
            return f"`{command}` is not installed"
    tried = subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True, text=True, check=False)
    return f"no network namespace: {tried.stderr.strip()}" if tried.returncode else None


def _torchserve() -> str | None:
    environment = ENVIRONMENTS["2.13"]
    return None if environment.missing() else str(environment.python)


def _lay_out(base: Path, training: Trained) -> None:
    """Write the files of /opt/ml. With network isolation, the code is also a channel."""
    for folder in (
        "input/config",
        "input/data/training",
        "input/data/code",
        "model",
        "output/data",
    ):
        (base / folder).mkdir(parents=True)
    source = base / "input" / "data" / "code" / "source.tar.gz"
    source.write_bytes(training.source)
    (base / "input" / "data" / "training" / "reviews.jsonl").write_bytes(training.dataset)
    for name, content in {
        "hyperparameters": hyperparameters("ngrams", str(source)),
        "inputdataconfig": {"code": CHANNEL, "training": CHANNEL},
        "resourceconfig": HOST,
    }.items():
        (base / "input" / "config" / f"{name}.json").write_text(json.dumps(content), "utf-8")
    (base / "environment.json").write_text(json.dumps(ENVIRONMENT), "utf-8")


def _inside(folder: Path, **plan: Any) -> dict[str, Any]:
    """Run `inside.py` in a network namespace and return its observations."""
    (folder / "plan.json").write_text(json.dumps(plan), "utf-8")
    module = "tests.proof.containers.inside"
    done = subprocess.run(
        [*WITHOUT_NETWORK, sys.executable, "-m", module, folder],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, Any] = json.loads((folder / "seen.json").read_text("utf-8"))
    return seen


def _outside(training: Trained, reviews: list[str], folder: Path) -> list[dict[str, Any]]:
    """Return the verdicts of the same server with a network."""
    python = install(training.model, folder / "environment")
    with embedded(python, training.model, folder / "server") as server:
        return verdicts(server, reviews)


def _probabilities(answers: list[dict[str, Any]]) -> list[float]:
    return [answer["probability"] for answer in answers]


def _properties(template: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the properties of the only resource of a type; of models, the endpoint's."""
    (found,) = [
        one["Properties"]
        for key, one in template["Resources"].items()
        if one["Type"] == kind and not key.startswith("Scoring")
    ]
    properties: dict[str, Any] = found
    return properties


def _sent(value: Any) -> Any:
    """Convert properties as CloudFormation sends them: functions resolved, numbers as strings."""
    if isinstance(value, dict):
        if any(key == "Ref" or key.startswith("Fn::") for key in value):
            return "resolved"
        return {key: _sent(one) for key, one in value.items()}
    return [_sent(one) for one in value] if isinstance(value, list) else str(value)
