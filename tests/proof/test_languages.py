"""Reviews in other languages, deployed one after the other to the same endpoint."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.summary import summary
from tests.proof.table import ProofTable
from tests.support.corpora import LANGUAGES, corpus, write
from tests.support.deployment import Deployment, embedded_aws

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def multilingual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Run an embedded AWS whose deployment changes its language."""
    with embedded_aws(tmp_path_factory.mktemp("languages")) as deployed:
        yield deployed


@pytest.mark.parametrize("language", LANGUAGES)
def test_reviews_of_any_language_deploy_end_to_end(
    multilingual: Deployment, proof_table: ProofTable, tmp_path: Path, language: str
) -> None:
    rows = corpus(language, 400)
    write(rows, tmp_path / "reviews.jsonl")
    outputs = multilingual.deploy(f"dataset.training={tmp_path / 'reviews.jsonl'}")
    shown = summary(outputs)
    assert shown["Verdict"].startswith("positive, P(positive)")
    assert any(shown["Sample review"] == text[:160] + "…" * (len(text) > 160) for text, _ in rows)
    assert float(outputs["Accuracy"]) >= 0.9
    accuracy = f"deployed with a held-out accuracy of {outputs['Accuracy']}"
    proof_table.add("Languages", f"Made-up {language} reviews", accuracy)
