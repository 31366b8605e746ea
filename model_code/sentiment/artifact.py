"""Model artifact: self-contained files without pickled objects."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.classifier import BLOCK, Classifier, Scores
from sentiment.evaluation.calibration import Calibration
from sentiment.evaluation.judged import verdicts
from sentiment.explanation import Explanation
from sentiment.labels import modelled
from sentiment.schema import SENTIMENTS
from sentiment.wheels import fetch_wheels

METADATA = "metadata.json"
SHOWN_CHARACTERS = 200
TINY = 1e-300  # keeps the sum of probabilities above 0
CODE = "code"
CODE_SUFFIXES = {".py", ".txt", ".j2"}
SERVING_CODE = ("predict.py", "predict_transform.py", "sentiment")
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")
# Class of each architecture, imported on demand: the others' packages may be missing.
CLASSIFIERS = {
    "ngrams": ("sentiment.ngrams.classifier", "NgramReviews"),
    "lstm": ("sentiment.lstm.classifier", "LSTMReviews"),
}
# Packages that serving needs besides torch and numpy, by architecture
SERVING_REQUIREMENTS = {"lstm": "requirements-lstm.txt"}


class ArtifactError(ValueError):
    """A model artifact that cannot be loaded."""


@dataclass(frozen=True)
class Judgements:
    """Calibrated verdicts on several reviews.

    Attributes:
        probabilities: probability of each label, shape (reviews, labels).
        words: number of words read, shape (reviews,).
        known_words: number of these that the model knows, shape (reviews,).
        explanations: parts of the calibrated log-odds of each review: of the second of two labels,
            or of the most probable of more against all others; empty unless requested.
    """

    probabilities: NDArray[np.float64]
    words: NDArray[np.int64]
    known_words: NDArray[np.int64]
    explanations: Sequence[Explanation]


@dataclass(frozen=True)
class Artifact:
    """A trained, calibrated model with its metadata.

    Attributes:
        classifier: the trained model.
        calibrations: one for each of the classifier's models.
        labels: names of the labels.
        metadata: content of metadata.json.
    """

    classifier: Classifier
    calibrations: Sequence[Calibration]
    labels: Sequence[str]
    metadata: dict[str, Any]

    @property
    def version(self) -> str:
        """Name of the training job that produced the model."""
        return str(self.metadata["model_version"])

    def judge(self, reviews: Sequence[str], *, explain: bool = False) -> Judgements:
        """Classify raw reviews; one without known words has the same probability of each label.

        Args:
            reviews: raw reviews.
            explain: True adds explanations.
        """
        starts = range(0, max(1, len(reviews)), BLOCK)
        blocks = [self._judge(reviews[at : at + BLOCK], explain=explain) for at in starts]
        if len(blocks) == 1:
            return blocks[0]
        return Judgements(
            probabilities=np.concatenate([block.probabilities for block in blocks]),
            words=np.concatenate([block.words for block in blocks]),
            known_words=np.concatenate([block.known_words for block in blocks]),
            explanations=[one for block in blocks for one in block.explanations],
        )

    def _judge(self, reviews: Sequence[str], *, explain: bool) -> Judgements:
        scores = self.classifier.score(reviews, explain=explain)
        known = scores.known_words > 0
        probabilities = self._probabilities(scores)
        probabilities[~known] = 1 / len(self.labels)
        return Judgements(
            probabilities=probabilities,
            words=scores.words,
            known_words=scores.known_words,
            explanations=self._explain(scores, verdicts(probabilities), known) if explain else [],
        )

    def _probabilities(self, scores: Scores) -> NDArray[np.float64]:
        """Return the probability of each label, shape (reviews, labels)."""
        columns = zip(self.calibrations, scores.logits.T, scores.evidence.T, strict=True)
        each = [line.probabilities(*column) for line, *column in columns]
        if len(each) == 1:
            return np.array([1 - each[0], each[0]]).T
        shares = np.maximum(np.array(each).T, TINY)
        found: NDArray[np.float64] = shares / shares.sum(axis=1, keepdims=True)
        return found

    def _explain(
        self, scores: Scores, verdicts: NDArray[np.int64], known: NDArray[np.bool_]
    ) -> list[Explanation]:
        models = verdicts if len(self.calibrations) > 1 else np.zeros_like(verdicts)
        explained = zip(scores.explain(models), models, scores.evidence, known, strict=True)
        return [
            parts.scaled(
                float(self.calibrations[model].slope(evidence[model])),
                self.calibrations[model].intercept,
            )
            if has_known
            else Explanation.empty()
            for parts, model, evidence, has_known in explained
        ]


def save(artifact: Artifact, folder: Path) -> None:
    """Write the model and its metadata, which includes the hashes of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    artifact.classifier.save(folder)
    hashes = {
        file.name: _sha256(file)
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name != METADATA
    }
    content = json.dumps({**artifact.metadata, "files": hashes}, ensure_ascii=False, indent=1)
    (folder / METADATA).write_text(content + "\n", "utf-8")


def load(folder: Path) -> Artifact:
    """Read what `save` wrote; nothing in the files can run code.

    Raises:
        ArtifactError: when a file is missing, damaged or not of a model.
    """
    try:
        metadata = json.loads((folder / METADATA).read_text("utf-8"))
        _check_files(folder, metadata["files"])
        module, name = CLASSIFIERS[metadata["hyperparameters"]["architecture"]]
        classifier: Classifier = getattr(import_module(module), name).load(folder)
        return Artifact(classifier, _calibrations(metadata), metadata["labels"], metadata)
    except Exception as error:  # torch raises many types for damaged files
        reason = (str(error).splitlines() or [""])[0]
        raise ArtifactError(
            f"The model cannot be loaded: {type(error).__name__}: {reason[:SHOWN_CHARACTERS]}"
        ) from error


def _calibrations(metadata: Mapping[str, Any]) -> list[Calibration]:
    """Return the calibrations of all models.

    Raises:
        ArtifactError: when the labels are no names, or need another number of models.
    """
    labels = metadata["labels"]
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise ArtifactError(f"labels in {METADATA} must be names")
    models = len(modelled(labels))
    if len(labels) < len(SENTIMENTS) or len(metadata["calibration"]) != models:
        raise ArtifactError(f"{len(labels)} labels in {METADATA} need {models} calibrations")
    return [Calibration(**one) for one in metadata["calibration"]]


def _check_files(folder: Path, hashes: Mapping[str, str]) -> None:
    """Refuse changed files, since torch loads some damaged files without an error.

    Raises:
        ArtifactError: naming the file that has changed.
        OSError: when one is missing.
    """
    for name, expected in hashes.items():
        if _sha256(folder / name) != expected:
            raise ArtifactError(f"{name} does not match its hash in {METADATA}")


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def code_sha256(source: Path) -> str:
    """Return a hash of the names and contents of the source files."""
    digest = hashlib.sha256()
    for file in sorted(source.rglob("*")):
        if file.is_file() and file.suffix in CODE_SUFFIXES and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(source).as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def add_serving_code(source: Path, folder: Path, architecture: str) -> None:
    """Copy the serving code into `code/`, with its packages as wheels.

    The toolkits load code from `code/` inside the artifact and install its requirements when the
    container starts. With the wheels in the artifact this needs no network, so that scaling out
    does not depend on a package index.

    Raises:
        WheelsError: when a package cannot be downloaded.
    """
    code = folder / CODE
    code.mkdir(parents=True, exist_ok=True)
    for name in SERVING_CODE:
        if (source / name).is_dir():
            shutil.copytree(source / name, code / name, ignore=IGNORED, dirs_exist_ok=True)
        else:
            shutil.copy(source / name, code / name)
    if architecture in SERVING_REQUIREMENTS:
        requirements = source / SERVING_REQUIREMENTS[architecture]
        fetch_wheels(requirements, code / "wheels")
        pins = requirements.read_text("utf-8")
        (code / "requirements.txt").write_text(f"--no-index\n--find-links wheels\n{pins}", "utf-8")
