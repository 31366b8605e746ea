"""The notebook's checks, through the public URLs of the deployment."""

import json

import pytest

from local_aws.urls import send
from tests.support.deployment import Deployment

PRAISE = "One of the best films I have ever seen. Wonderful acting, a superb story, I loved it."
DAMNATION = (
    "Terrible. The worst film of the year: boring, badly acted and a complete waste of time."
)
TEXT = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(params=["site", "api"])
def predict_url(request: pytest.FixtureRequest, deployment: Deployment) -> str:
    """Return the URL of POST /predict, through CloudFront and directly."""
    if request.param == "site":
        return deployment.outputs["SiteUrl"] + "api/predict"
    return deployment.outputs["ApiUrl"] + "predict"


@pytest.mark.parametrize(("review", "verdict"), [(PRAISE, b"1"), (DAMNATION, b"0")])
def test_plain_text_answers_one_or_zero(predict_url: str, review: str, verdict: bytes) -> None:
    status, headers, body = send(predict_url, body=review.encode(), headers=TEXT)
    assert (status, body) == (200, verdict)
    assert headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(("review", "sentiment"), [(PRAISE, "positive"), (DAMNATION, "negative")])
def test_json_answers_sentiment_probability_and_model(
    predict_url: str, deployment: Deployment, review: str, sentiment: str
) -> None:
    status, _, body = send(predict_url, body=json.dumps({"review": review}).encode(), headers=JSON)
    answer = json.loads(body)
    assert status == 200
    assert answer["sentiment"] == sentiment
    assert (answer["probability"] > 0.5) == (sentiment == "positive")
    assert answer["model"]["version"] == deployment.outputs["TrainingJobName"]
    assert answer["request_id"]


def test_accuracy_on_unseen_reviews(deployment: Deployment) -> None:
    """Sends single reviews as text/plain, like the notebook's test_reviews."""
    url = deployment.outputs["ApiUrl"] + "predict"
    correct = 0
    for text, label in deployment.held_back:
        status, _, body = send(url, body=text.encode(), headers=TEXT)
        assert status == 200
        correct += body == str(label).encode()
    assert correct / len(deployment.held_back) >= 0.7


def test_accuracy_output_is_the_metric_of_the_training_job(deployment: Deployment) -> None:
    job = deployment.client("sagemaker").describe_training_job(
        TrainingJobName=deployment.outputs["TrainingJobName"]
    )
    metrics = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert float(deployment.outputs["Accuracy"]) == pytest.approx(metrics["test:accuracy"])
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == deployment.outputs["ModelArtifact"]
