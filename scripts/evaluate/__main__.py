"""Send test reviews to a deployed model and print how good and how quick it is."""

import argparse
import json
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from app import ROOT
from local_aws.environment import isolate
from local_aws.urls import local_url
from scripts.evaluate.answer import EvaluationError
from scripts.evaluate.answers_file import AnswersFile
from scripts.evaluate.endpoint import Endpoint
from scripts.evaluate.report import write_report
from scripts.evaluate.result import Result, summarize
from scripts.evaluate.reviews import held_out, read_tests
from scripts.evaluate.run import Target, run
from scripts.evaluate.site import Site
from sentiment.errors import DatasetError
from stacks.refusal import SettingsError

SINGLES = 500
KNOWN = "A wonderful film: warm, funny and beautifully acted."


def main() -> int:
    """Measure what the command line names, or the local deployment."""
    parser = argparse.ArgumentParser(prog="make evaluate", description=__doc__)
    named = parser.add_mutually_exclusive_group()
    named.add_argument("--site", help="URL of a deployed site or API")
    named.add_argument("--endpoint", help="a SageMaker endpoint, with your own credentials")
    parser.add_argument("--port", type=int, default=4566, help="of the local deployment")
    parser.add_argument("--data", type=Path, help="test reviews; else the held-out packaged ones")
    parser.add_argument("--environment", default="dev")
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--singles", type=int, default=SINGLES, help="reviews sent one by one")
    parser.add_argument("--connections", type=int, default=4, help="requests at the same time")
    parser.add_argument("--output", type=Path, default=ROOT / "test-artifacts" / "evaluation")
    arguments = parser.parse_args()
    try:
        result = _measure(arguments)
    except (EvaluationError, DatasetError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    report = arguments.output / "report.html"
    write_report(report, result)
    _show(result, Console())
    sys.stdout.write(f"Report: {report}\n")
    return 0


def _measure(arguments: argparse.Namespace) -> Result:
    overrides = dict(entry.partition("=")[::2] for entry in arguments.context)
    if arguments.data is not None:
        reviews = read_tests(arguments.data)
    else:
        reviews = held_out(arguments.environment, overrides)
    target = _target(arguments)
    subject = {
        "target": target.name,
        "version": target.ask(KNOWN).version,
        "reviews": reviews.sha256(),
    }
    path = arguments.output / "answers.jsonl"
    kept = AnswersFile(path, subject)
    if kept.answers:
        sys.stderr.write(f"going on after {len(kept.answers)} answers in {path}\n")
    try:
        run(
            target,
            reviews.texts,
            singles=arguments.singles,
            connections=arguments.connections,
            kept=kept,
        )
    finally:
        kept.close()
    result = summarize(target.name, reviews.texts, reviews.labels, kept.answers)
    path.rename(path.with_name("last-answers.jsonl"))  # complete: the next run asks anew
    return result


def _target(arguments: argparse.Namespace) -> Target:
    if arguments.endpoint:
        return Endpoint(arguments.endpoint)
    if arguments.site:
        return Site(arguments.site, connections=arguments.connections)
    isolate(arguments.port)  # from here on no client of this process can reach real AWS
    return Site(
        _local_api(arguments.port, arguments.environment), connections=arguments.connections
    )


def _local_api(port: int, environment: str) -> str:
    name = f"sentiment-{environment}-web"
    try:
        (stack,) = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise EvaluationError(
            f"nothing is deployed at port {port} ({error}): `make local` first, or SITE= or "
            "ENDPOINT="
        ) from error
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
    return local_url(outputs["ApiUrl"], port)


def _show(result: Result, console: Console) -> None:
    metrics = result.metrics
    console.print(f"{result.target}, model {result.version}", highlight=False)
    console.print(
        f"accuracy={metrics.accuracy:.4f} of {metrics.rows} reviews "
        f"(95 % interval {metrics.accuracy_low:.4f} to {metrics.accuracy_high:.4f})",
        highlight=False,
    )
    matrix = Table(title="Confusion matrix", title_justify="left")
    for heading in ("", "judged positive", "judged negative"):
        matrix.add_column(heading)
    matrix.add_row("is positive", str(metrics.true_positives), str(metrics.false_negatives))
    matrix.add_row("is negative", str(metrics.false_positives), str(metrics.true_negatives))
    console.print(matrix)
    for one in result.latencies:
        figures = ", ".join(f"p{p} {value:.1f}" for p, value in one.milliseconds.items())
        console.print(
            f"{one.kind}: {one.requests} requests, {one.retried} repeated; ms: {figures}",
            highlight=False,
        )
    if result.compared:
        console.print(f"{result.compared} sent in both ways, {result.differing} differ")
    if result.refused:
        console.print(f"refused: {json.dumps(result.refused)}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
