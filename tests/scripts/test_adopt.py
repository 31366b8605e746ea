"""The identifiers with which a new storage stack imports what a destroyed one has kept."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scripts import ROOT, adopt
from scripts.adopt import AdoptionError, identifiers
from scripts.preflight.assembly import Account
from tests.stacks.assembly import Assembly, synthesize

ACCOUNT = Account("123456789012", "us-east-1", "aws")
TAGS = {"application": "sentiment", "environment": "prod"}
PURPOSES = {
    "LogKey": "Logs of the sentiment web app's functions, API and endpoint",
    "DataKey": "Reviews, models and volumes of the sentiment web app",
    "AlarmKey": "Alarms of the sentiment web app",
}


class Keys:
    """The keys of an account: id, description, state, tags and year of creation."""

    def __init__(self, *keys: tuple[str, str, str, dict[str, str], int]) -> None:
        """Keep the keys."""
        self._keys = {key[0]: key for key in keys}

    def get_paginator(self, _operation: str) -> "Keys":
        """Return the paginator of `list_keys`."""
        return self

    def paginate(self) -> Iterator[dict[str, Any]]:
        """Yield a page for each key."""
        return ({"Keys": [{"KeyId": key}]} for key in self._keys)

    def describe_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        """Return a key's metadata."""
        key, description, state, _, year = self._keys[KeyId]
        created = datetime(year, 1, 1, tzinfo=UTC)
        return {
            "KeyMetadata": {
                "KeyId": key, "Description": description, "KeyState": state, "CreationDate": created,
            }
        }  # fmt: skip

    def list_resource_tags(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        """Return a key's tags."""
        tags = self._keys[KeyId][3]
        return {"Tags": [{"TagKey": key, "TagValue": value} for key, value in tags.items()]}


def kept(assembly: Assembly) -> dict[str, Any]:
    """Return the storage stack's resources that outlive it."""
    resources = assembly.template("storage")["Resources"]
    return {name: one for name, one in resources.items() if one.get("DeletionPolicy") == adopt.KEPT}


def own_keys(year: int = 2026) -> list[tuple[str, str, str, dict[str, str], int]]:
    """Return the three keys of prod, enabled."""
    return [(f"{name}-{year}", text, "Enabled", TAGS, year) for name, text in PURPOSES.items()]


def test_everything_kept_is_identified(prod: Assembly) -> None:
    found = identifiers(kept(prod), account=ACCOUNT, keys=Keys(*own_keys()), tags=TAGS)
    assert {name[:-8]: identifier for name, identifier in found.items()} == {
        "LogKey": {"KeyId": "LogKey-2026"},
        "DataKey": {"KeyId": "DataKey-2026"},
        "AlarmKey": {"KeyId": "AlarmKey-2026"},
        "LogBucket": {"BucketName": f"sentiment-prod-logs-{ACCOUNT.account_id}-us-east-1"},
        "LogBucketPolicy": {"Bucket": f"sentiment-prod-logs-{ACCOUNT.account_id}-us-east-1"},
        "DataBucket": {"BucketName": f"sentiment-prod-data-{ACCOUNT.account_id}-us-east-1"},
        "DataBucketPolicy": {"Bucket": f"sentiment-prod-data-{ACCOUNT.account_id}-us-east-1"},
    }


def test_a_kept_registry_is_identified(tmp_path: Path) -> None:
    registered = synthesize("prod", tmp_path, {"model.register": "true"})
    found = identifiers(kept(registered), account=ACCOUNT, keys=Keys(*own_keys()), tags=TAGS)
    arn = f"arn:aws:sagemaker:us-east-1:{ACCOUNT.account_id}:model-package-group/sentiment-prod"
    assert {"ModelPackageGroupArn": arn} in found.values()


def test_the_newest_enabled_key_of_the_environment_is_taken(prod: Assembly) -> None:
    text = PURPOSES["DataKey"]
    others = [
        ("of-staging", text, "Enabled", {**TAGS, "environment": "staging"}, 2030),
        ("deleted", text, "PendingDeletion", TAGS, 2030),
        ("tagged-by-hand", text, "Enabled", {**TAGS, "team": "films"}, 2027),
    ]
    keys = Keys(*own_keys(2025), *others, *own_keys(2026))
    found = identifiers(kept(prod), account=ACCOUNT, keys=keys, tags=TAGS)
    assert found["DataKey17AFBB84"] == {"KeyId": "tagged-by-hand"}
    assert found["LogKeyE83D0C1B"] == {"KeyId": "LogKey-2026"}


def test_a_missing_key_is_named(prod: Assembly) -> None:
    keys = Keys(*own_keys()[1:])
    with pytest.raises(AdoptionError, match=r"no enabled key has the description .*Logs of the"):
        identifiers(kept(prod), account=ACCOUNT, keys=keys, tags=TAGS)


def test_an_environment_that_keeps_nothing_has_nothing_to_adopt(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert adopt.main(["--environment", "dev"]) == 1
    assert capsys.readouterr().err == "ADOPT=1: dev keeps nothing after a destroy; omit ADOPT\n"


@pytest.mark.parametrize("adopted", [False, True])
def test_make_deploy_adopts_on_request_and_protects_the_storage_stack_last(
    *, adopted: bool
) -> None:
    command = ["make", "--dry-run", "deploy", "ENV=prod", *(["ADOPT=1"] if adopted else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    joined = done.stdout.replace("\\\n", "")
    steps = [line.strip() for line in joined.splitlines() if "set_up" not in line]
    preflight, *steps, summary = (line for line in steps if "scripts." in line or "cdk " in line)
    assert ("--adopt" in preflight) is adopted
    if adopted:
        assert steps.pop(0) == "python -m scripts.adopt --environment prod"
    creation, everything = steps
    assert summary == "python -m scripts.summary --environment prod"
    assert creation.startswith("CDK_PROTECTION=false ")
    assert creation.endswith("deploy sentiment-prod-storage")
    assert "CDK_PROTECTION" not in everything
    assert everything.endswith(
        "deploy --all $(python -m scripts.listing --environment prod ) "
        "--outputs-file cdk.out/outputs.json"
    )
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "\ndeploy: export CDK_PROTECTION := true\n" in makefile


def test_a_failing_call_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert adopt.main(["--environment", "prod"]) == 1
    error = capsys.readouterr().err
    assert "127.0.0.1:9" in error
    assert len(error.splitlines()) == 1, json.dumps(error)
