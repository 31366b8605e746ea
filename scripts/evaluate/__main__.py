"""Send test reviews to a deployed model and print how good and how quick it is."""

import argparse
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from local_aws.environment import isolate
from local_aws.urls import local_url
from scripts import ROOT
from scripts.evaluate.endpoint import Endpoint
from scripts.evaluate.errors import EvaluationError
from scripts.evaluate.replies_file import Asked, RepliesFile
from scripts.evaluate.reply import Reply, Target
from scripts.evaluate.report import Page, write_report
from scripts.evaluate.result import summarize
from scripts.evaluate.reviews import Tests, held_out, read_tests
from scripts.evaluate.run import run
from scripts.evaluate.screen import show
from scripts.evaluate.site import Site
from sentiment.errors import DatasetError
from stacks.settings.refusal import SettingsError

SINGLES = 500


def main() -> int:
    """Measure what the command line names, or the local deployment."""
    arguments = _parser().parse_args()
    for name, least in (("singles", 0), ("connections", 1)):
        if getattr(arguments, name) < least:
            sys.stderr.write(f"--{name}: at least {least} is needed\n")
            return 1
    report = arguments.output / "report.html"
    try:
        page = _measure(arguments)
    except (EvaluationError, DatasetError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; the same command goes on from here\n")
        return 130
    write_report(report, page)
    show(page, Console(highlight=False, soft_wrap=True))
    sys.stdout.write(f"Report: {report}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make evaluate", description=__doc__)
    named = parser.add_mutually_exclusive_group()
    named.add_argument("--site", help="URL of a deployed site or API")
    named.add_argument("--endpoint", help="a SageMaker endpoint, with your own credentials")
    parser.add_argument("--local", action="store_true", help="the endpoint is one of make local")
    parser.add_argument("--port", type=int, default=4566, help="of the local deployment")
    parser.add_argument("--data", type=Path, help="test reviews; else those that were held out")
    parser.add_argument("--environment", default="dev")
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--singles", type=int, default=SINGLES, help="reviews sent one by one")
    parser.add_argument("--connections", type=int, default=4, help="requests at the same time")
    parser.add_argument("--output", type=Path, default=ROOT / "test-artifacts" / "evaluation")
    return parser


def _measure(arguments: argparse.Namespace) -> Page:
    overrides = dict(entry.partition("=")[::2] for entry in arguments.context)
    if arguments.data is not None:
        tests = read_tests(arguments.data)
    else:
        tests = held_out(arguments.environment, overrides)
    target = _target(arguments)
    card = target.card()
    same = card.get("sha256", {}).get("testing") == tests.dataset.sha256()
    if arguments.data is None and not same:
        raise EvaluationError(
            f"{target.name}: the model was tested on other reviews than {tests.name}, so that it "
            "may have been trained on these; name test reviews with DATA=, or give the CONTEXT= "
            "and ENV= that it was deployed with"
        )
    subject = {
        "target": target.name,
        "version": str(card.get("model_version")),
        "reviews": tests.dataset.sha256(),
    }
    result = summarize(
        target.name,
        tests.dataset.texts,
        tests.dataset.labels,
        _ask(target, tests, arguments, subject),
    )
    return Page(result, tests.name, card["metrics"]["accuracy"] if same else None)


def _ask(
    target: Target, tests: Tests, arguments: argparse.Namespace, subject: dict[str, str]
) -> dict[Asked, Reply]:
    path = arguments.output / "replies.jsonl"
    kept = RepliesFile(path, subject)
    if kept.replies:
        sys.stderr.write(f"going on after {len(kept.replies)} replies in {path}\n")
    try:
        run(
            target,
            tests.dataset.texts,
            singles=arguments.singles,
            connections=arguments.connections,
            kept=kept,
        )
    finally:
        kept.close()
    path.rename(path.with_name("last-replies.jsonl"))  # complete: the next run asks anew
    return kept.replies


def _target(arguments: argparse.Namespace) -> Target:
    if arguments.local or not (arguments.site or arguments.endpoint):
        isolate(arguments.port)  # from here on no client of this process can reach real AWS
    if arguments.endpoint:
        return Endpoint(arguments.endpoint)
    url = arguments.site or _local_api(arguments.port, arguments.environment)
    return Site(url, connections=arguments.connections)


def _local_api(port: int, environment: str) -> str:
    name = f"sentiment-{environment}-web"
    try:
        (stack,) = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise EvaluationError(
            f"no stack {name} is deployed at port {port} ({error}): `make local` first, or name "
            "what is to be measured with SITE= or ENDPOINT="
        ) from error
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
    if "ApiUrl" not in outputs:
        raise EvaluationError(f"the stack {name} at port {port} is {stack['StackStatus']}")
    return local_url(outputs["ApiUrl"], port)


if __name__ == "__main__":
    sys.exit(main())
