"""Feedback on a verdict is stored in the data bucket, in the format that training reads."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local_aws.urls import send
from sentiment.datasets import read_feedback
from tests.support.deployment import Deployment
from tests.support.waiting import until

JSON = {"Content-Type": "application/json"}
REVIEW = "Not my kind of film \U0001f600 <b>at all</b>"


def test_feedback_is_stored_once_in_the_training_format(
    deployment: Deployment, tmp_path: Path
) -> None:
    site = deployment.outputs["SiteUrl"]
    body = json.dumps({"review": REVIEW}).encode()
    _, _, answer = send(f"{site}api/predict", body=body, headers=JSON)
    verdict = json.loads(answer)
    feedback = {
        "review": REVIEW,
        "predicted": verdict["sentiment"],
        "correct": "negative",
        "request_id": verdict["request_id"],
    }
    status, headers, answer = send(
        f"{site}api/feedback", body=json.dumps(feedback).encode(), headers=JSON
    )
    receipt = json.loads(answer)
    assert (status, receipt["status"]) == (201, "recorded")
    assert headers["x-request-id"] == receipt["request_id"]

    s3, bucket = deployment.client("s3"), deployment.outputs["DataBucketName"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="feedback/")
    (key,) = [
        item["Key"]
        for page in pages
        for item in page["Contents"]
        if receipt["request_id"] in item["Key"]
    ]
    kept = s3.get_object(Bucket=bucket, Key=key)
    (tmp_path / "kept.jsonl").write_bytes(kept["Body"].read())
    training = read_feedback(tmp_path)
    assert (training.texts, training.labels) == ([REVIEW], [0])


def test_feedback_counts_as_agreement_with_the_serving_version(deployment: Deployment) -> None:
    version = deployment.outputs["TrainingJobName"]

    def values() -> tuple[float, float]:
        (found,) = deployment.client("cloudwatch").get_metric_statistics(
            Namespace="sentiment-dev",
            MetricName="Agreement",
            Dimensions=[
                {"Name": "model_version", "Value": version},
                {"Name": "service", "Value": "predict_api"},
            ],
            StartTime=datetime.now(UTC) - timedelta(hours=1),
            EndTime=datetime.now(UTC) + timedelta(minutes=1),
            Period=86400,
            Statistics=["SampleCount", "Sum"],
        )["Datapoints"] or [{"SampleCount": 0, "Sum": 0}]
        return found["SampleCount"], found["Sum"]

    count, total = values()
    for correct in ("positive", "negative", "positive", "positive"):
        feedback = {
            "review": "Fine", "predicted": "positive", "correct": correct, "request_id": "a-1",
        }  # fmt: skip
        url = deployment.outputs["SiteUrl"] + "api/feedback"
        assert send(url, body=json.dumps(feedback).encode(), headers=JSON)[0] == 201
    until(lambda: values() == (count + 4, total + 300), explain=values)


def test_feedback_accepts_only_post(deployment: Deployment) -> None:
    status, headers, _ = send(deployment.outputs["ApiUrl"] + "feedback", method="GET")
    assert (status, headers["allow"]) == (405, "POST")
