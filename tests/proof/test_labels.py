"""Messages to a parcel service under three labels, from a table to a page's API, and back."""

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest

from local_aws.urls import send
from tests.deployed.test_evaluate import evaluate
from tests.deployed.test_score import csv_file, read_csv, score
from tests.proof.table import ProofTable
from tests.support.deployment import Deployment

JSON = {"Content-Type": "application/json"}
# The subjects of messages, under labels that need care in CSV, HTML, URLs and metrics
TOPICS = {
    "Late & slow": "came_three_days_late took_ages was_delayed_again still_has_not_arrived",
    "broken": "arrived_damaged has_a_crack was_crushed leaks_everywhere",
    "größe": "is_too_small does_not_fit was_the_wrong_size is_far_too_large",
}
THINGS = "parcel vase shirt lamp book jacket chair kettle mirror shoe"
OPENINGS = "hello sorry_but good_morning once_again to_whom_it_may_concern"


def messages(count: int, seed: int) -> list[tuple[str, str]]:
    """Return messages and their labels, of which a tenth is about something else."""
    chance = random.Random(seed)  # noqa: S311 - not a secret

    def one(words: str) -> str:
        return chance.choice(words.split()).replace("_", " ")

    rows = []
    for number in range(count):
        label = list(TOPICS)[number % len(TOPICS)]
        topic = TOPICS[label if chance.random() > 0.1 else chance.choice(list(TOPICS))]
        text = f"{one(OPENINGS)}, the {one(THINGS)} {one(topic)} and the {one(THINGS)} {one(topic)}"
        rows.append((f"{text}, order {chance.randrange(10**6)}.", label))
    return rows


def write_messages(folder: Path) -> Path:
    """Write the messages to train on as a table."""
    table = folder / "messages.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("message", "category"), *messages(900, 1)])
    return table


def asked(deployment: Deployment, path: str, content: Any, **headers: str) -> Any:
    status, _, body = send(
        f"{deployment.outputs['SiteUrl']}api/{path}",
        body=content if isinstance(content, bytes) else json.dumps(content).encode(),
        headers=headers or JSON,
    )
    assert status in {200, 201}, body
    return json.loads(body) if not headers else body.decode()


@pytest.mark.slow
def test_three_labels_deploy_end_to_end(
    deployment: Deployment, proof_table: ProofTable, tmp_path: Path
) -> None:
    table = write_messages(tmp_path)
    mapping = json.dumps({"late & slow": "Late & slow"})
    settings = (f"dataset.training={table}", f"dataset.labels={mapping}")
    outputs = deployment.deploy(*settings)
    assert float(outputs["Accuracy"]) >= 0.75

    held_back = messages(60, 2)
    answers = asked(deployment, "predict/batch", {"reviews": [text for text, _ in held_back]})
    verdicts = answers["predictions"]
    right = sum(one["label"] == label for one, (_, label) in zip(verdicts, held_back, strict=True))
    assert right / len(held_back) >= 0.75
    for one in verdicts:
        assert set(one["probabilities"]) == set(TOPICS)
        assert sum(one["probabilities"].values()) == pytest.approx(1)
        assert one["label"] == max(one["probabilities"], key=one["probabilities"].__getitem__)
        assert "sentiment" not in one

    text = "The lamp has a crack and arrived damaged."
    assert asked(deployment, "predict", text.encode(), **{"Content-Type": "text/plain"}) == "broken"
    verdict = asked(deployment, "predict", {"review": text, "explain": True})
    strongest = verdict["phrases"][0]
    assert strongest["weight"] > 0
    assert "crack" in text[strongest["start"] : strongest["end"]] or "damaged" in text
    nothing = asked(deployment, "predict", {"review": "xyzzy"})
    assert list(nothing["probabilities"].values()) == pytest.approx([1 / 3] * 3)

    feedback = {
        "review": text, "predicted": "broken", "correct": "größe",
        "request_id": verdict["request_id"],
    }  # fmt: skip
    assert asked(deployment, "feedback", feedback)["status"] == "recorded"
    status, _, body = send(
        f"{outputs['SiteUrl']}api/feedback",
        body=json.dumps({**feedback, "correct": "positive"}).encode(),
        headers=JSON,
    )
    assert (status, json.loads(body)["code"]) == (409, "unknown_label")

    rows = [(text, label) for text, label in held_back]
    data = csv_file(tmp_path / "more.csv", rows)
    done = score(deployment, data, tmp_path / "scored.csv", "--all", *_options(settings))
    assert done.returncode == 0, done.stderr
    scored = read_csv(tmp_path / "scored.csv")
    assert [row["label"] for row in scored] == [one["label"] for one in verdicts]
    assert {f"probability_{label}" for label in TOPICS} <= scored[0].keys()
    measured = f"accuracy={right / len(rows):.4f} of {len(rows)} reviews"
    assert measured in done.stdout

    site = ["--site", outputs["SiteUrl"]]
    unseen = tmp_path / "unseen.jsonl"
    unseen.write_text("".join(json.dumps({"text": t, "label": k}) + "\n" for t, k in rows))
    done = evaluate(deployment, tmp_path, "--data", str(unseen), *site, *_options(settings))
    assert done.returncode == 0, done.stderr
    assert measured in done.stdout
    proof_table.add("Own data", "Messages under three labels, scored and evaluated", measured)
    deployment.deploy()


def _options(settings: tuple[str, ...]) -> list[str]:
    return [part for setting in settings for part in ("-c", setting)]
