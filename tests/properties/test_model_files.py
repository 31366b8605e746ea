"""Model files: damaged or hostile files run no code and are refused."""

import hashlib
import io
import json
import pickle
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentiment import artifact
from sentiment.artifact import ArtifactError
from sentiment.ngrams.classifier import FILE, NgramReviews
from tests.properties.json_values import JSON
from tests.properties.tar_archives import damaged

METADATA: dict[str, Any] = {
    "hyperparameters": {"architecture": "ngrams"},
    "calibration": [{"evidence": [1.0], "slopes": [1.0], "intercept": 0.0}],
    "labels": ["negative", "positive"],
}
REVIEW = "A fine film"


def saved() -> bytes:
    """Return the file of a model that knows four words."""
    terms = np.arange(4, dtype=np.uint64)
    figures = np.linspace(-1, 1, 4, dtype=np.float32)
    with TemporaryDirectory() as folder:
        bias = np.full(1, 0.5)
        NgramReviews(1, terms, figures[np.newaxis], figures[np.newaxis], bias).save(Path(folder))
        return Path(folder, FILE).read_bytes()


GOOD = saved()


class Evil:
    """Creates a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        """Return the call that unpickling makes."""
        return Path.mkdir, (self._folder,)


def with_hash(model: bytes) -> dict[str, Any]:
    """Return metadata with the model's hash."""
    return {**METADATA, "files": {FILE: hashlib.sha256(model).hexdigest()}}


def load(model: bytes, metadata: Any) -> float | None:
    """Return the model's probability for a review, or None if the files are refused."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / FILE).write_bytes(model)
        (folder / "metadata.json").write_text(json.dumps(metadata))
        try:
            return float(artifact.load(folder).judge([REVIEW]).probabilities[0, 1])
        except ArtifactError as error:
            assert str(error).startswith("The model cannot be loaded: ")
            assert len(str(error).splitlines()) == 1
            return None


@given(st.data())
def test_a_damaged_model_is_refused(data: st.DataObject) -> None:
    model = data.draw(damaged(GOOD).filter(lambda one: one != GOOD))
    assert load(model, with_hash(GOOD)) is None


def test_an_undamaged_model_answers() -> None:
    assert load(GOOD, with_hash(GOOD)) is not None


def archived(content: Any) -> bytes:
    """Return a file of arrays; those that are not numbers are pickled."""
    buffer = io.BytesIO()
    arrays = content if isinstance(content, dict) else {"terms": content}
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, value in arrays.items():
            array = np.array(value, None if isinstance(value, int) else object)
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, array, allow_pickle=True)
    return buffer.getvalue()


NUMBERS: dict[str, Any] = {"order": 1, "terms": 1, "ratios": 1, "weights": 1, "bias": 1}


@given(JSON.map(pickle.dumps) | st.binary())
@example(archived({"order": 1}))
@example(archived(NUMBERS))
@example(archived({**NUMBERS, "terms": [1]}))
def test_other_models_are_refused(model: bytes) -> None:
    assert load(model, with_hash(model)) is None


@given(JSON | st.dictionaries(st.sampled_from(sorted(with_hash(GOOD))), JSON))
@example({"files": {}, "hyperparameters": {"architecture": []}})
@example({"files": {}, "hyperparameters": {"architecture": "ngrams"}, "calibration": {}})
@example({**METADATA, "files": {}, "labels": ["a"]})
@example({**METADATA, "files": {}, "labels": ["a", 1]})
@example({**METADATA, "files": {}, "labels": ["a", "b", "c"]})
@example({**METADATA, "files": {}, "calibration": []})
@example({"files": {"/etc/passwd": ""}, **METADATA})
def test_other_metadata_is_refused(metadata: Any) -> None:
    assert load(GOOD, metadata) is None


@pytest.mark.parametrize("write", [pickle.dumps, archived])
def test_nothing_in_a_model_file_runs(write: Any, tmp_path: Path) -> None:
    folder = tmp_path / "created by the model"
    model = write({**NUMBERS, "terms": Evil(folder)})
    assert load(model, with_hash(model)) is None
    assert not folder.exists()
    pickle.loads(pickle.dumps(Evil(folder)))  # noqa: S301 - proves that the pickle is hostile
    assert folder.exists()
