"""Send test reviews to a deployed model and report its accuracy and latency."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from local_aws.environment import isolate
from local_aws.urls import local_url
from scripts import ROOT
from scripts.evaluate import EvaluationError
from scripts.evaluate.feedback import read_month
from scripts.evaluate.report import Result, show, summarize, write_report
from scripts.evaluate.reviews import Reviews, held_out, read_reviews
from scripts.evaluate.run import Replies, patiently, run
from scripts.evaluate.targets import Endpoint, Site, Target
from scripts.evaluate.trained import NOTHING, trained_on, without_trained
from scripts.synthesis import context, overrides_in
from sentiment.errors import DatasetError
from sentiment.schema import SENTIMENTS
from stacks.settings.error import SettingsError
from stacks.settings.load import read_settings
from trial.held_out import TrainedOn


def main() -> int:
    """Measure the target that the command line names, or the local deployment."""
    arguments = _parser().parse_args()
    for name, least in (("singles", 0), ("connections", 1)):
        if getattr(arguments, name) < least:
            print(f"--{name}: must be at least {least}", file=sys.stderr)
            return 1
    report = arguments.output / "report.html"
    try:
        result = _measure(arguments)
    except (EvaluationError, DatasetError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; run the same command again to continue", file=sys.stderr)
        return 130
    write_report(report, result)
    show(result, Console(highlight=False, soft_wrap=True))
    print(f"Report: {report}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make evaluate", description=__doc__)
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--site", help="URL of a deployed site or API")
    target.add_argument("--endpoint", help="name of a SageMaker endpoint in your AWS account")
    parser.add_argument(
        "--local", action="store_true", help="look for the endpoint in the local deployment"
    )
    parser.add_argument("--port", type=int, default=4566, help="port of the local deployment")
    reviews = parser.add_mutually_exclusive_group()
    reviews.add_argument("--data", type=Path, help="test reviews; default: those held out")
    reviews.add_argument("--feedback", help="month of feedback to measure with, such as 2026-10")
    parser.add_argument("--environment", default="dev")
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument(
        "--singles", type=int, default=500, help="number of reviews sent one by one"
    )
    parser.add_argument("--connections", type=int, default=4, help="number of parallel requests")
    parser.add_argument("--output", type=Path, default=ROOT / "test-artifacts" / "evaluation")
    return parser


def _measure(arguments: argparse.Namespace) -> Result:
    if arguments.local or not (arguments.site or arguments.endpoint):
        isolate(arguments.port)  # keeps all AWS clients of this process away from real AWS
    given = None if arguments.feedback else _reviews(arguments)  # refused before the model starts
    target = _target(arguments)
    card = patiently(target.model_card)[0]
    version = str(card.get("model_version"))
    reviews = given or _feedback(arguments, card.get("labels", SENTIMENTS), version)
    same = card.get("sha256", {}).get("testing") == reviews.dataset.sha256()
    if not (arguments.data or arguments.feedback or same):
        raise EvaluationError(
            f"{target.name}: the model was tested on other reviews than {reviews.name}, so it may "
            "have been trained on these; name test reviews with DATA=, or repeat the CONTEXT= and "
            "ENV= of its deployment"
        )
    if arguments.data and not same:
        known = _trained_on(arguments, version)
        new = without_trained(reviews.dataset, known, source=f"DATA={arguments.data}")
        reviews = Reviews(reviews.name, new)
    path = arguments.output / "replies.jsonl"
    sha256 = reviews.dataset.sha256()
    subject = {"target": target.name, "version": version, "reviews": sha256}
    with closing(Replies(path, subject)) as replies:
        if replies.replies:
            print(f"continuing after {len(replies.replies)} replies in {path}", file=sys.stderr)
        run(
            target,
            reviews.dataset.texts,
            singles=arguments.singles,
            connections=arguments.connections,
            replies=replies,
        )
    path.rename(path.with_name("last-replies.jsonl"))  # lets the next run start over
    trained = card["metrics"]["accuracy"] if same else None
    return summarize(target.name, reviews, replies.replies, trained=trained)


def _reviews(arguments: argparse.Namespace) -> Reviews:
    overrides = overrides_in(arguments.context)
    if arguments.data is None:
        return held_out(arguments.environment, overrides)
    settings = read_settings(context(arguments.environment, overrides))
    return read_reviews(arguments.data, settings.dataset.table_schema, report=print)


def _feedback(arguments: argparse.Namespace, labels: Sequence[str], version: str) -> Reviews:
    return read_month(arguments.feedback, _data_bucket(arguments), labels, version)


def _trained_on(arguments: argparse.Namespace, version: str) -> TrainedOn:
    """Return the reviews that the model was trained on; none if they cannot be read.

    A site may be another account's, so its reviews are measured without credentials.
    """
    if arguments.site:
        return NOTHING
    try:
        return trained_on(boto3.client("s3"), _data_bucket(arguments), version)
    except (EvaluationError, ClientError, BotoCoreError):
        return NOTHING


def _data_bucket(arguments: argparse.Namespace) -> str:
    stack = f"sentiment-{arguments.environment}-storage"
    return _output(stack, "DataBucketName", arguments.port)


def _target(arguments: argparse.Namespace) -> Target:
    if arguments.endpoint:
        return Endpoint(arguments.endpoint)
    url = arguments.site or _local_api(arguments.port, arguments.environment)
    return Site(url, connections=arguments.connections)


def _local_api(port: int, environment: str) -> str:
    return local_url(_output(f"sentiment-{environment}-web", "ApiUrl", port), port)


def _output(name: str, key: str, port: int) -> str:
    """Return an output of a stack."""
    try:
        (stack,) = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise EvaluationError(
            f"no stack {name} is deployed at port {port} ({error}): run `make local`, or set "
            "SITE= or ENDPOINT="
        ) from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if key not in outputs:
        raise EvaluationError(f"the stack {name} at port {port} is {stack['StackStatus']}")
    return str(outputs[key])


if __name__ == "__main__":
    sys.exit(main())
