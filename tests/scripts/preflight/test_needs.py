"""Needs of each environment, from its templates."""

from pathlib import Path

import pytest

from scripts.preflight.assembly import Account, Assembly, read
from scripts.preflight.needs import needs
from scripts.preflight.sources import images, outside_data
from tests.stacks.assembly import synthesize


def needed(assembly: Assembly) -> dict[str, int]:
    return {need.what: need.amount for need in needs(assembly)}


def test_dev_fits_a_new_account_except_for_its_training(dev_assembly: Assembly) -> None:
    assert needed(dev_assembly) == {
        "concurrency of serverless endpoints": 10,  # 5, and 5 of the candidate
        "ml.m5.xlarge for training job usage": 1,
        "Number of instances across all training jobs": 1,
        "concurrent executions": 10,
        "buckets": 3,
        "distributions": 1,
        "response headers policies": 1,
        "requests a second": 20,
    }


def test_prod_is_counted_at_its_peak(prod_assembly: Assembly) -> None:
    assert needed(prod_assembly) == {
        "ml.m5.large for endpoint usage": 12,  # scaled to 6, and replaced by 6
        "Number of instances across active endpoints": 12,
        "ml.m5.xlarge for training job usage": 1,
        "Number of instances across all training jobs": 1,
        "concurrent executions": 200,  # 100 reserved, 100 kept unreserved
        "buckets": 3,
        "distributions": 1,
        "response headers policies": 1,
        "requests a second": 100,
    }


@pytest.mark.parametrize(
    ("environment", "overrides", "expected"),
    [
        (
            "dev",
            {
                "endpoint.max_concurrency": "7",
                "training.instance_count": "3",
                "training.instance_type": "ml.c5.2xlarge",
                "training.use_spot": "true",
            },
            {
                "concurrency of serverless endpoints": 14,
                "ml.c5.2xlarge for spot training job usage": 3,
                "Number of instances across all spot training jobs": 3,
            },
        ),
        (
            "prod",
            {
                "api.reserved_concurrency": "",
                "endpoint.instance_type": "ml.c5.large",
                "scaling.max_instances": "",
            },
            {"concurrent executions": 10, "ml.c5.large for endpoint usage": 4},
        ),
    ],
)
def test_needs_follow_the_settings(
    environment: str, overrides: dict[str, str], expected: dict[str, int], tmp_path: Path
) -> None:
    synthesize(environment, tmp_path, overrides)
    amounts = needed(read(environment, tmp_path))
    assert amounts | expected == amounts


def test_a_served_model_from_elsewhere_needs_no_training(elsewhere: Assembly) -> None:
    assert not any("training" in what for what in needed(elsewhere))


def test_a_schedule_needs_machines_while_the_model_of_a_training_serves(tmp_path: Path) -> None:
    settings = {
        "dataset.training": "s3://reviews/all/", "operations.alarms": "true",
        "retraining.schedule": "cron(0 4 2 * ? *)", "training.use_spot": "true",
    }  # fmt: skip
    synthesize("dev", tmp_path / "trained", settings)
    trained = read("dev", tmp_path / "trained")
    served = {**settings, "training.model_data": "s3://reviews/models/a/output/model.tar.gz"}
    synthesize("dev", tmp_path / "served", served)
    scheduled = read("dev", tmp_path / "served")
    assert needed(scheduled) == needed(trained)
    assert images(scheduled) == images(trained)
    account = Account("1" * 12, "us-east-1", "aws")
    assert outside_data(scheduled, account) == {
        "dataset.training": "s3://reviews/all/",
        "training.model_data": "s3://reviews/models/a/output/model.tar.gz",
    }


def test_a_month_of_feedback_is_data_that_must_exist(tmp_path: Path) -> None:
    settings = {"dataset.feedback": "2026-10", "feedback.enabled": "true"}
    synthesize("dev", tmp_path, settings)
    found = outside_data(read("dev", tmp_path), Account("1" * 12, "us-east-1", "aws"))
    bucket = f"sentiment-dev-data-{'1' * 12}-us-east-1"
    assert found == {"dataset.feedback": f"s3://{bucket}/feedback/2026-10/"}
