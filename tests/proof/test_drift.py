"""An hour of reviews unlike the test reviews raises an alarm; an hour of similar ones does not."""

import json
import random
from collections import Counter
from typing import Any

import pytest

from local_aws.emulator.metric_math import value_of
from predict_api.drift import PROPERTIES
from tests.proof.table import ProofTable
from tests.proof.use import ask
from tests.support.corpora import corpus
from tests.support.deployment import Deployment
from tests.support.waiting import until

pytestmark = pytest.mark.slow
REVIEWS = 200  # the least for which the alarm is raised
SECTION = "After the deployment"
HOTELS = (
    "The {} was {} and the receptionist {} our {} at check-in.",
    "We booked a {} for two nights; the {} smelt of {}, and housekeeping {}.",
    "Breakfast buffet with {}, {} towels, a {} minibar and a {} parking lot.",
    "Five minutes to the {} by shuttle, {} elevator, {} wifi, {} air conditioning.",
)
WORDS = (
    "suite", "twin room", "lobby", "balcony", "bathtub", "shower", "mattress", "concierge", "spacious",
    "mouldy", "upgraded", "overcharged", "stained", "refurbished", "croissants", "chlorine", "seaside",
    "airport", "courteous", "leaking", "all-inclusive", "duvet", "reimbursed", "noisy", "poolside",
)  # fmt: skip


def test_an_hour_of_other_reviews_raises_the_alarm(
    deployment: Deployment, proof_table: ProofTable
) -> None:
    deployment.deploy("operations.drift=true", "operations.alarms=true")
    kinds = {
        "films": [text for text, _ in deployment.held_back][:REVIEWS],
        "hotels": hotels(),
        "German": [text for text, _ in corpus("German", 300)][-REVIEWS:],
    }
    cloudwatch = deployment.client("cloudwatch")

    def alarm() -> dict[str, Any]:
        found = cloudwatch.describe_alarms()["MetricAlarms"]
        (watched,) = [one for one in found if one.get("Metrics")]
        return dict(watched)

    found = {kind: index(deployment, alarm(), texts) for kind, texts in kinds.items()}
    assert found["films"] < 0.15
    assert found["hotels"] > 2 * alarm()["Threshold"]
    assert found["German"] > 2 * alarm()["Threshold"]

    ask(deployment, "predict/batch", {"reviews": kinds["films"]})
    until(lambda: alarm()["StateValue"] == "OK")
    for _ in range(2):  # in the same hour, so they must outweigh the films
        ask(deployment, "predict/batch", {"reviews": kinds["hotels"]})
    until(lambda: alarm()["StateValue"] == "ALARM")
    shown = ", ".join(f"{kind} {value:.2f}" for kind, value in found.items())
    proof_table.add(
        SECTION,
        "An hour of 200 reviews of films that the model was not trained on, then one of hotels",
        f"quiet, then an alarm; population stability index: {shown}; the limit is 0.25",
    )
    deployment.deploy()


def index(deployment: Deployment, alarm: dict[str, Any], texts: list[str]) -> float:
    """Return the value of the alarm's formula for an hour of these reviews."""
    answer = deployment.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=deployment.outputs["EndpointName"],
        ContentType="application/json",
        Body=json.dumps({"reviews": texts}),
    )
    predictions = json.loads(answer["Body"].read())["predictions"]
    counted = Counter(
        f"{PROPERTIES[name]}{quarter}"
        for one in predictions
        for name, quarter in one["quarters"].items()
    )
    metrics = {
        one["Id"]: one["MetricStat"]["Metric"]["MetricName"]
        for one in alarm["Metrics"]
        if "MetricStat" in one
    }
    (formula,) = [one["Expression"] for one in alarm["Metrics"] if "Expression" in one]
    return value_of(formula, {key: counted[name] for key, name in metrics.items()})


def hotels() -> list[str]:
    """Return made-up reviews of hotels, the same at every call."""
    chance = random.Random(1)  # noqa: S311 - not a secret
    return [
        " ".join(
            sentence.format(*chance.sample(WORDS, sentence.count("{}")))
            for sentence in chance.sample(HOTELS, 3)
        )
        for _ in range(REVIEWS)
    ]
