"""train.py from raw reviews to the artifact."""

import json
import re
from pathlib import Path

from tests.unit.model_code.conftest import run_training


def test_it_prints_metrics_as_the_job_defines_them(trained: tuple[Path, str]) -> None:
    _, printed = trained
    assert (
        len(re.findall(r"^epoch=\d+ train_loss=[0-9.]+ seconds=[0-9.]+$", printed, re.MULTILINE))
        == 2
    )
    assert re.fullmatch(r"test_accuracy=0\.\d{4}", printed.splitlines()[-1])


def test_the_artifact_is_complete_by_itself(trained: tuple[Path, str]) -> None:
    folder, printed = trained
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"model.pt", "vocabulary.json", "metadata.json", "code/predict.py"} <= names
    assert "code/sentiment/text.py" in names
    assert not any("__pycache__" in name for name in names)
    wheels = {path.name.split("-")[0] for path in (folder / "code" / "wheels").iterdir()}
    assert {"nltk", "beautifulsoup4", "regex", "joblib", "cloudpickle"} <= wheels
    requirements = (folder / "code" / "requirements.txt").read_text()
    assert requirements.startswith("--no-index\n--find-links wheels\n")

    metadata = json.loads((folder / "metadata.json").read_text())
    assert metadata["model_version"].startswith("local-")
    assert f"test_accuracy={metadata['metrics']['test_accuracy']:.4f}" in printed
    assert metadata["metrics"]["test_rows"] + metadata["metrics"]["training_rows"] == 300
    assert metadata["hyperparameters"]["hidden_dim"] == 16
    assert len(metadata["dataset_sha256"]["training"]) == len(metadata["code_sha256"]) == 64


def test_bad_data_fails_before_training_with_the_reason(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "x.jsonl").write_text(
        '{"text": "fine", "label": 1}\n{"text": "dull", "label": "meh"}\n'
    )
    done = run_training(data, tmp_path)
    assert done.returncode == 1
    assert "epoch" not in done.stdout
    reason = (tmp_path / "output" / "failure").read_text()
    assert reason.startswith("x.jsonl, line 2: label 'meh'; allowed are")
    assert "Traceback" not in done.stderr


def test_impossible_hyperparameters_fail_with_the_reason(tmp_path: Path) -> None:
    done = run_training(tmp_path, tmp_path, "--epochs", "0")
    assert done.returncode == 1
    assert (tmp_path / "output" / "failure").read_text() == "epochs=0: must be at least 1"
