"""train.py, from raw reviews to the artifact."""

import json
import re
from pathlib import Path

from sentiment.halves import read_halves
from sentiment.ngrams.training import FOLDS
from sentiment.schema import Schema
from tests.model_code.conftest import run_training, train_here
from training_job.request import METRICS


def test_it_prints_the_metrics_that_the_job_extracts(trained: tuple[Path, str]) -> None:
    _, printed = trained
    found = {metric["Name"]: re.findall(metric["Regex"], printed) for metric in METRICS}
    assert len(found["train:loss"]) == len(found["validation:accuracy"]) == 2 * FOLDS
    assert len(found["test:accuracy"]) == 1
    assert re.fullmatch(r"test_accuracy=0\.\d{4}", printed.splitlines()[-1])


def test_the_artifact_is_self_contained(trained: tuple[Path, str]) -> None:
    folder, printed = trained[0] / "model", trained[1]
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"ngrams.npz", "metadata.json", "code/predict.py"} <= names
    assert "code/sentiment/ngrams/classifier.py" in names
    assert "code/requirements.txt" not in names  # it only needs torch and numpy
    assert not any("__pycache__" in name for name in names)

    metadata = json.loads((folder / "metadata.json").read_text())
    assert metadata["model_version"].startswith("local-")
    assert f"test_accuracy={metadata['metrics']['accuracy']:.4f}" in printed
    assert metadata["metrics"]["rows"] + metadata["metrics"]["training_rows"] == 300
    assert metadata["hyperparameters"]["iterations"] == 20
    assert sum(part["rows"] for part in metadata["reliability"]) == metadata["metrics"]["rows"]
    assert all(len(value) == 64 for value in metadata["sha256"].values())
    assert min(metadata["calibration"][0]["slopes"]) > 0


def test_the_report_agrees_with_the_artifact(trained: tuple[Path, str]) -> None:
    output = trained[0] / "data-output"
    metrics = json.loads((output / "metrics.json").read_text())
    metadata = json.loads((trained[0] / "model" / "metadata.json").read_text())
    assert metrics["accuracy"] == metadata["metrics"]["accuracy"]
    assert metrics["sha256"] == metadata["sha256"]
    assert [look["step"] for look in metrics["learning_curve"]] == [10, 20] * (FOLDS + 1)
    assert metadata["model_version"] in (output / "report.html").read_text("utf-8")


def test_another_process_trains_the_same_weights_bit_for_bit(
    trained: tuple[Path, str], tmp_path: Path
) -> None:
    done = run_training(trained[0] / "data", tmp_path, "--iterations", "20", PYTHONHASHSEED="7")
    assert done.returncode == 0, done.stderr
    first, second = (folder / "model" / "ngrams.npz" for folder in (trained[0], tmp_path))
    assert first.read_bytes() == second.read_bytes()


def test_invalid_data_fails_before_training_with_the_reason(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "x.jsonl").write_text(
        '{"text": "fine", "label": 1}\n{"text": "dull", "label": "meh"}\n'
        '{"text": "x", "label": "y"}\n'
    )
    code, output, errors = train_here(data, tmp_path, "--architecture", "lstm")
    assert code == 1
    assert "step=" not in output
    reason = (tmp_path / "output" / "failure").read_text()
    assert reason.startswith("x.jsonl, line 3: label 'y' is refused; use two")
    assert "Traceback" not in errors


def test_columns_and_labels_reach_the_reader(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "x.csv").write_text("avis,note\nsuperbe,5\nmoyen,3\n")
    schema = Schema("avis", "note", {"1": "negative", "5": "positive"})
    assert train_here(data, tmp_path, "--schema", schema.encode())[0] == 1
    reason = (tmp_path / "output" / "failure").read_text()
    assert reason.startswith("x.csv, line 3: label '3' is not in dataset.labels; perhaps you mean")


def test_both_channels_have_the_same_columns_and_labels(tmp_path: Path) -> None:
    for channel in ("training", "testing"):
        (tmp_path / channel).mkdir()
        rows = (f"good {channel} {n},5\nbad {channel} {n},1\n" for n in range(10))
        (tmp_path / channel / "x.csv").write_text(f"avis,note\n{''.join(rows)}")
    schema = Schema("avis", "note", {"1": "negative", "5": "positive"})
    channels = tmp_path / "training", tmp_path / "testing"
    training, testing = read_halves(*channels, schema, test_fraction=0.2, seed=1)
    assert training.texts[:2] == ["good training 0", "bad training 0"]
    assert testing.texts[:2] == ["good testing 0", "bad testing 0"]
    assert training.labels == testing.labels == [1, 0] * 10


def test_impossible_hyperparameters_fail_with_the_reason(tmp_path: Path) -> None:
    assert train_here(tmp_path, tmp_path, "--epochs", "0")[0] == 1
    assert (tmp_path / "output" / "failure").read_text() == "epochs=0: must be at least 1"


def test_feedback_is_trained_on_and_never_tested_on(
    trained: tuple[Path, str], tmp_path: Path
) -> None:
    data = trained[0] / "data"
    said = tmp_path / "feedback"
    said.mkdir()
    known = json.loads((data / "sample.jsonl").read_text().splitlines()[0])
    rows = [{**known, "label": "positive"}, {"text": "Zzyzx was superb", "label": "positive"}]
    for number, row in enumerate(rows):
        (said / f"{number}.jsonl").write_text(json.dumps({**row, "request_id": "1"}) + "\n")
    code, _, errors = train_here(data, tmp_path, "--iterations", "20", "--feedback", str(said))
    assert code == 0, errors
    with_it = json.loads((tmp_path / "model" / "metadata.json").read_text())
    without = json.loads((trained[0] / "model" / "metadata.json").read_text())
    assert with_it["metrics"]["training_rows"] == without["metrics"]["training_rows"] + 1
    assert with_it["sha256"]["testing"] == without["sha256"]["testing"]
    assert with_it["sha256"]["training"] != without["sha256"]["training"]
