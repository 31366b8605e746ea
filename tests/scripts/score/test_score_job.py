"""The transform job that `make score` starts, joins and stops, on a recorded SageMaker."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from scripts.cost.prices import Prices
from scripts.score import ScoreError
from scripts.score.deployment import Deployment
from scripts.score.job import Job
from scripts.score.machines import Machines
from scripts.score.parts import Part
from scripts.score.plan import BYTES_A_SECOND, local_minutes, plan, processors
from scripts.synthesis import context
from sentiment.schema import SENTIMENTS
from stacks.settings.error import SettingsError
from stacks.settings.load import read_settings
from stacks.settings.scoring import ScoringSettings

PARTS = [Part("a", 10), Part("b", 20), Part("a", 10)]
SETTINGS = ScoringSettings(
    instance_count=3, max_concurrent_transforms=4, max_payload_mb=5, instance_type="ml.c5.xlarge"
)


def deployed(key: str | None = None) -> Deployment:
    return Deployment("e", SENTIMENTS, "model", "identity", "data", key, "sentiment-dev")


class Account:
    """S3 and SageMaker, whose job answers the listed parts at each look."""

    def __init__(self, *steps: tuple[str, list[str]]) -> None:
        """Take pairs of a status and of the parts answered by then."""
        self.steps = list(steps)
        self.objects: dict[str, bytes] = {}
        self.jobs: list[dict[str, Any]] = []
        self.stopped: list[str] = []
        self.no_metrics: Exception = EndpointConnectionError(endpoint_url="http://cloudwatch")

    def get_paginator(self, _name: str) -> "Account":
        return self

    def paginate(self, **wanted: str) -> list[dict[str, Any]]:
        if "Namespace" in wanted:  # of CloudWatch
            raise self.no_metrics
        found = [key for key in self.objects if key.startswith(wanted["Prefix"])]
        return [{"Contents": [{"Key": key} for key in found]}]

    def put_object(self, **given: Any) -> None:
        self.objects[given["Key"]] = given["Body"]

    def list_transform_jobs(self, **wanted: Any) -> dict[str, Any]:
        return {
            "TransformJobSummaries": [
                job for job in self.jobs if wanted["NameContains"] in job["TransformJobName"]
            ]
        }

    def create_transform_job(self, **given: Any) -> None:
        self.jobs.append({**given, "TransformJobStatus": "InProgress"})

    def describe_transform_job(self, **_wanted: str) -> dict[str, Any]:
        status, answered = self.steps.pop(0)
        if status == "unseen":
            error = {"Code": "ValidationException", "Message": "Could not find requested job"}
            raise ClientError({"Error": error}, "DescribeTransformJob")
        if status == "Ctrl-C":
            raise KeyboardInterrupt
        for name in answered:
            self.objects[f"scoring/out/identity/{name}.jsonl.out"] = b"{}"
        self.jobs[-1]["TransformJobStatus"] = status
        return {"TransformJobStatus": status, "FailureReason": "AlgorithmError: x"}

    def stop_transform_job(self, **given: str) -> None:
        self.stopped.append(given["TransformJobName"])


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.score.job.POLL_SECONDS", 0)


def job(account: Account, key: str | None = None) -> Job:
    return Job(lambda _service: account, deployed(key), SETTINGS, PARTS)


def test_job_has_the_settings_and_the_missing_parts() -> None:
    account = Account(("unseen", []), ("Completed", ["a", "b"]))
    reported: list[tuple[int, str]] = []
    job(account, "alias/key").run(lambda *given: reported.append(given))
    assert reported == [(0, ""), (30, ""), (30, "")]
    (made,) = account.jobs
    assert made["TransformJobName"].startswith("sentiment-dev-score-")
    assert made["ModelName"] == "model"
    assert (made["MaxConcurrentTransforms"], made["MaxPayloadInMB"]) == (4, 5)
    assert made["TransformResources"] == {
        "InstanceType": "ml.c5.xlarge", "InstanceCount": 3, "VolumeKmsKeyId": "alias/key",
    }  # fmt: skip
    assert made["TransformOutput"]["KmsKeyId"] == "alias/key"
    uri = made["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    manifest = json.loads(account.objects[uri.removeprefix("s3://data/")])
    assert manifest == [{"prefix": "s3://data/scoring/in/"}, "a.jsonl", "b.jsonl"]


def test_job_goes_without_metrics_that_the_caller_may_not_read() -> None:
    account = Account(("InProgress", ["a"]), ("Completed", ["b"]))
    account.no_metrics = ClientError({"Error": {"Code": "AccessDenied"}}, "ListMetrics")
    reported: list[tuple[int, str]] = []
    job(account).run(lambda *given: reported.append(given))
    assert reported == [(10, ""), (30, ""), (30, "")]


class Metrics:
    """CloudWatch, which has metrics from the third question on."""

    def __init__(self) -> None:
        """Count the questions."""
        self.asked = 0

    def get_paginator(self, _name: str) -> "Metrics":
        return self

    def paginate(self, **_wanted: str) -> list[dict[str, Any]]:
        self.asked += 1
        value = f"{'job' if self.asked > 2 else 'other'}/i-1"
        return [{"Metrics": [{"Dimensions": [{"Name": "Host", "Value": value}]}]}]

    def get_metric_data(self, **_wanted: Any) -> dict[str, Any]:
        return {"MetricDataResults": [{"Values": [90.0]}]}


def test_metrics_are_sought_until_they_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    metrics = Metrics()
    machines = Machines(metrics, "job")
    said = []
    for _ in range(12):
        said.append(machines.describe())
        now += 1.0
    assert said == [""] * 4 + ["1 machine, CPU 90%, memory 90%"] * 8
    assert metrics.asked == 3


def test_last_line_keeps_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machines, "describe", lambda _: "1 machine, CPU 90%")
    reported: list[tuple[int, str]] = []
    job(Account(("Completed", ["a", "b"]))).run(lambda *given: reported.append(given))
    assert reported == [(30, "1 machine, CPU 90%")] * 2


def test_second_run_sends_only_what_is_missing() -> None:
    account = Account(("Ctrl-C", []))
    with pytest.raises(KeyboardInterrupt):
        job(account).run(lambda *_: None)
    assert account.stopped == [account.jobs[0]["TransformJobName"]]
    account.jobs[0]["TransformJobStatus"] = "Stopped"
    account.put_object(Key="scoring/out/identity/a.jsonl.out", Body=b"{}")
    account.steps = [("Completed", ["b"])]
    job(account).run(lambda *_: None)
    assert len(account.jobs) == 2
    name = account.jobs[1]["TransformJobName"]
    assert json.loads(account.objects[f"scoring/in/{name}.manifest"])[1:] == ["b.jsonl"]


def test_interruption_of_the_request_stops_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    create = account.create_transform_job

    def interrupted(**given: Any) -> None:
        create(**given)
        raise KeyboardInterrupt

    monkeypatch.setattr(account, "create_transform_job", interrupted)
    with pytest.raises(KeyboardInterrupt):
        job(account).run(lambda *_: None)
    assert account.stopped == [account.jobs[0]["TransformJobName"]]


def test_running_job_is_joined_and_answered_parts_start_none() -> None:
    account = Account(("Ctrl-C", []))
    with pytest.raises(KeyboardInterrupt):
        job(account).run(lambda *_: None)
    account.steps = [("InProgress", ["a"]), ("Completed", ["b"])]
    job(account).run(lambda *_: None)
    job(account).run(lambda *_: None)
    assert len(account.jobs) == 1


def test_failed_job_is_one_line() -> None:
    with pytest.raises(ScoreError, match=r"is Failed \(AlgorithmError: x\)") as error:
        job(Account(("Failed", ["a"]))).run(lambda *_: None)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [("ml.m5.large", 2), ("ml.m5.xlarge", 4), ("ml.c5.18xlarge", 72), ("ml.t2.medium", 2)],
)
def test_processors_follow_from_the_size(instance_type: str, expected: int) -> None:
    assert processors(instance_type) == expected


def test_price_is_that_of_all_machines() -> None:
    one = plan(10**9, ScoringSettings(), Prices.read())
    many = plan(10**9, ScoringSettings(instance_count=16), Prices.read())
    assert one.dollars == pytest.approx(0.115 * one.minutes / 60)
    assert many.minutes < one.minutes
    assert many.dollars == pytest.approx(16 * 0.115 * many.minutes / 60)
    unknown = plan(1, ScoringSettings(instance_type="ml.m4.xlarge"), Prices.read())
    assert "price unknown" in str(unknown)


def test_local_time_follows_size_and_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    one = local_minutes(60 * BYTES_A_SECOND, 1)
    assert (one, local_minutes(60 * BYTES_A_SECOND, 4)) == (1, 0.5)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("instance_type", "ml.m5.largest", "instance types for transform"),
        ("instance_count", "0", "greater than or equal to 1"),
        ("instance_count", "101", "less than or equal to 100"),
        ("max_payload_mb", "7", "less than or equal to 6"),
    ],
)
def test_settings_that_aws_refuses_are_refused(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read_settings(context("dev", {f"scoring.{name}": value}))


def test_requests_in_flight_are_limited_together() -> None:
    both = {"scoring.max_payload_mb": "6", "scoring.max_concurrent_transforms": "17"}
    with pytest.raises(SettingsError, match="at most 5, since SageMaker limits it to 100 MB"):
        read_settings(context("dev", both))
