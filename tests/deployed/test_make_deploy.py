"""First and last step of `make deploy`, against a deployment on the embedded AWS."""

import os
import re
import subprocess
import sys

from scripts import ROOT
from tests.support.deployment import Deployment


def step(deployment: Deployment, module: str, *arguments: str) -> str:
    """Run a step for `dev`, with the deployment's settings, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, "--local", f"--port={deployment.port}", *arguments],
        cwd=ROOT, env={**os.environ, "COLUMNS": "300"}, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_account_passes_and_its_names_are_the_environments_own(deployment: Deployment) -> None:
    settings = [f"--context={setting}" for setting in deployment.context]
    shown = step(deployment, "scripts.preflight", *settings)
    assert "every fixed name is free, or this environment's own" in shown
    assert "4 needed (3 of this environment; others use 1)" in shown  # the bucket of CDK's assets
    assert "10 needed (5 serve, and 5 while a new model is tried or replaces it)" in shown
    # AWS's registry is not part of the embedded AWS.
    assert "0 to fix, 2 could not be checked. Nothing was changed." in shown


def test_a_deployment_ends_with_addresses_a_verdict_and_the_price(deployment: Deployment) -> None:
    shown = step(
        deployment,
        "scripts.summary",
        f"--assembly={deployment.state / 'cdk.out'}",
        f"--outputs={deployment.state / 'outputs.json'}",
    )
    rows = dict(re.findall(r"^([A-Z][\w -]+?)  +(.+)$", shown, re.MULTILINE))
    outputs = deployment.outputs
    assert (rows["Site"], rows["API"]) == (outputs["SiteUrl"], outputs["ApiUrl"])
    assert rows["Held-out accuracy"] == outputs["Accuracy"]
    assert re.fullmatch(r"positive, P\(positive\) (= 0\.9\d\d|> 0\.999)", rows["Verdict"])
    assert rows["Price at rest"].startswith("$0.00 an hour (prices of us-east-1, ")
    assert shown.endswith("`make destroy ENV=dev` removes it; docs/aws.md says what it keeps.\n")


def test_changed_data_in_s3_change_the_context_of_the_deployment(deployment: Deployment) -> None:
    s3, bucket = deployment.client("s3"), deployment.outputs["DataBucketName"]

    def listing(*settings: str) -> str:
        given = [f"--context={setting}" for setting in settings]
        return step(deployment, "scripts.listing", *given)

    training = f"dataset.training=s3://{bucket}/listed/"
    s3.put_object(Bucket=bucket, Key="listed/a.jsonl", Body=b"one")
    first = listing(training)
    assert re.fullmatch(r"-c dataset\.listing=[0-9a-f]{64}\n", first)
    s3.put_object(Bucket=bucket, Key="listed-elsewhere/a.jsonl", Body=b"one")
    assert listing(training) == first
    s3.put_object(Bucket=bucket, Key="listed/a.jsonl", Body=b"two")
    second = listing(training)
    s3.put_object(Bucket=bucket, Key="feedback/2020-05/a.jsonl", Body=b"one")
    third = listing(training, "dataset.feedback=2020-05")
    s3.put_object(Bucket=bucket, Key="feedback/2020-05/b.jsonl", Body=b"two")
    assert len({first, second, third, listing(training, "dataset.feedback=2020-05")}) == 4
    assert listing() == ""  # the packaged reviews
    assert listing("dataset.training=s3://no-such-bucket/reviews/") == ""
    assert listing(training, "dataset.listing=" + "0" * 64) == ""
