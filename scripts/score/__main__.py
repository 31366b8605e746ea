"""Score a file of reviews with the model of a deployed endpoint."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from tqdm import tqdm

from local_aws.environment import isolate
from scripts import ROOT
from scripts.cost.prices import Prices
from scripts.evaluate.report import show, write_report
from scripts.evaluate.trained import NOTHING, trained_on
from scripts.score import ScoreError
from scripts.score.answers import Scored, answers_of
from scripts.score.deployment import Deployment, find
from scripts.score.files import S3, find_tables, reason, split_uri
from scripts.score.job import Job, answered_parts
from scripts.score.output import Output, is_single, refuse_inside
from scripts.score.parts import Part, Survey, cut, survey
from scripts.score.plan import local_minutes, plan
from scripts.score.tables import Table
from scripts.synthesis import context, overrides_in
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.error import SettingsError
from stacks.settings.load import read_settings
from trial.held_out import TrainedOn

REPORT = ROOT / "test-artifacts" / "scoring" / "report.html"


def main(given: Sequence[str] | None = None) -> int:
    """Score the file that the command line names.

    Args:
        given: the arguments; by default those of the command line.
    """
    arguments = _parser().parse_args(given)
    try:
        with TemporaryDirectory() as folder:
            _score(arguments, Path(folder))
    except (ScoreError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except (ClientError, BotoCoreError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; run the same command again to continue", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make score", description=__doc__)
    parser.add_argument("--data", required=True, help="file or folder of reviews, here or in s3://")
    parser.add_argument("--output", required=True, help="file or folder to write, here or in s3://")
    parser.add_argument("--environment", default="dev")
    parser.add_argument("--aws", action="store_true", help="use your AWS account")
    parser.add_argument("--port", type=int, default=4566, help="port of the local deployment")
    parser.add_argument("--yes", action="store_true", help="start without a question")
    parser.add_argument("--all", action="store_true", help="add the probability of each label")
    parser.add_argument("--explain", action="store_true", help="add the phrases that decided")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing output")
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    return parser


def _score(arguments: argparse.Namespace, folder: Path) -> None:
    for name, value in (("DATA", arguments.data), ("OUTPUT", arguments.output)):
        if not value or (value.startswith(S3) and not split_uri(value)[0]):
            raise ScoreError(
                f"{name}={value}: names nothing; for example, "
                "make score DATA=reviews.csv OUTPUT=s3://bucket/scored.csv"
            )
    refuse_inside(arguments.data, arguments.output)
    settings = read_settings(context(arguments.environment, overrides_in(arguments.context)))
    if arguments.aws:
        boto3.setup_default_session(region_name=settings.region)
    else:
        isolate(arguments.port)  # keeps all AWS clients of this process away from real AWS
    inputs, outputs = folder / "in", folder / "out"
    for made in (inputs, outputs):
        made.mkdir()
    tables = find_tables(arguments.data, inputs, settings.dataset.table_schema)
    single = is_single(arguments.data, tables)
    output = Output(arguments.output, tables, outputs, single=single)
    output.check(overwrite=arguments.overwrite)
    place = "your account" if arguments.aws else f"the local deployment at port {arguments.port}"
    deployment = find(settings, place=place)
    found = survey(tables, explain=arguments.explain)
    _confirm(arguments, found, settings)
    parts = _judge(tables, found, deployment, settings, explain=arguments.explain)
    if find(settings, place=place).identity != deployment.identity:
        raise ScoreError("the endpoint's model was replaced during the job: run again")
    scored = Scored(
        settings.dataset.table_schema,
        deployment.labels,
        every=arguments.all,
        explain=arguments.explain,
        known=_trained_on(deployment) if found.labelled else NOTHING,
    )
    scored.write(tables, answers_of(boto3.client("s3"), deployment, parts), output, found)
    _report(scored, deployment, arguments)


def _confirm(arguments: argparse.Namespace, found: Survey, settings: EnvironmentSettings) -> None:
    """Print what the job will take, and ask.

    Raises:
        ScoreError: when the answer is not yes.
    """
    scoring = settings.scoring
    prices = Prices.read()
    machines = f"{scoring.instance_count} x {scoring.instance_type}"
    print(f"{found.rows:,} rows, {found.size / 1e6:,.1f} MB, {machines}: ", end="")
    if arguments.aws:
        print(f"{plan(found.size, scoring, prices)} (list prices of {prices.as_of})")
    else:
        minutes = local_minutes(found.size, scoring.instance_count)
        print(f"{scoring.instance_count} local process(es), about {minutes:.1f} minutes, free")
    if arguments.yes:
        return
    if not sys.stdin.isatty():
        raise ScoreError("no terminal to ask whether to start: set YES=1")
    if input("Start? [y/N] ").strip().lower() not in {"y", "yes"}:
        raise ScoreError("not started")


def _judge(
    tables: Sequence[Table],
    found: Survey,
    deployment: Deployment,
    settings: EnvironmentSettings,
    *,
    explain: bool,
) -> list[Part]:
    """Upload the parts that have no answers, run the job and return all parts in order."""
    s3: Any = boto3.client("s3")
    instances = settings.scoring.instance_count
    cutting = cut(tables, found, instances=instances, explain=explain)
    with tqdm(total=found.rows, unit="row", unit_scale=True, disable=None) as bar:
        bar.set_description("uploading")
        parts: list[Part] = []
        uploaded: set[str] = set()
        done = answered_parts(s3, deployment)
        for part, content in cutting:
            parts.append(part)
            if part.key not in done | uploaded:
                key = f"{deployment.given}{part.key}"
                try:
                    s3.put_object(Bucket=deployment.bucket, Key=key, Body=content)
                except ClientError as error:
                    raise ScoreError(f"s3://{deployment.bucket}/{key}: {reason(error)}") from error
                uploaded.add(part.key)
            bar.update(part.rows)
    job = Job(boto3.client, deployment, settings.scoring, parts)
    with tqdm(total=job.rows, unit="row", unit_scale=True, disable=None) as bar:
        bar.set_description("scoring")

        def show_progress(rows: int, machines: str) -> None:
            bar.set_postfix_str(machines, refresh=False)
            bar.update(rows - bar.n)

        job.run(show_progress)
    return parts


def _trained_on(deployment: Deployment) -> TrainedOn:
    """Return the reviews that the model was trained on; none if they cannot be read."""
    try:
        return trained_on(boto3.client("s3"), deployment.bucket, deployment.version)
    except (ClientError, BotoCoreError):
        return NOTHING


def _report(scored: Scored, deployment: Deployment, arguments: argparse.Namespace) -> None:
    """Print what was written, and the accuracy where the input has labels."""
    print(f"{arguments.output}: {scored.summary()}")
    try:
        result = scored.result(deployment.endpoint, arguments.data)
    except ScoreError as error:
        print(f"no accuracy: {error}")
        return
    if result is not None:
        show(result, Console(highlight=False, soft_wrap=True))
        write_report(REPORT, result)
        print(f"Report: {REPORT}")


if __name__ == "__main__":
    sys.exit(main())
