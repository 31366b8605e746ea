"""Show what a deployment has made, try it with one review, and say what it costs: `make deploy`."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from math import isnan
from pathlib import Path

from rich.console import Console
from rich.text import Text

from local_aws.environment import DEFAULT_PORT, isolate
from local_aws.urls import local_url, send
from scripts import ROOT
from scripts.cost.estimate import estimate, known
from scripts.cost.prices import Prices
from scripts.cost.usage import HOURS_A_MONTH
from scripts.evaluate import EvaluationError
from scripts.synthesis import environments, templates

# The positive review in lambda_fn/known_reviews.py, for a model that cannot be asked for its own
SAMPLE = (
    "A wonderful film. Great acting, a superb story and beautiful music: "
    "one of the best I have ever seen. I loved it and highly recommend it."
)

SHOWN_CHARACTERS = 160  # of the sample
ALMOST_CERTAIN = 0.9995  # would be rounded to 1.000, which no model can know


class SiteError(Exception):
    """The deployed site does not classify a review; the message is the reason."""


def summary(outputs: Mapping[str, str]) -> dict[str, str]:
    """Classify one review through the site's own URL, and return names and values to show.

    Args:
        outputs: outputs of all stacks, with URLs that this machine can reach.

    Raises:
        SiteError: when the site does not answer as it should.
    """
    sample = _sample(outputs["EndpointName"])
    line = " ".join(sample.split())
    return {
        "Site": outputs["SiteUrl"],
        "API": outputs["ApiUrl"],
        "Held-out accuracy": outputs["Accuracy"],
        "Quality gate": outputs["QualityGate"],
        **({"Comparison": compared} if (compared := outputs.get("Comparison")) else {}),
        "Sample review": line[:SHOWN_CHARACTERS] + "…" * (len(line) > SHOWN_CHARACTERS),
        "Verdict": _verdict(outputs["SiteUrl"], sample),
    }


def show(console: Console, rows: Mapping[str, str], *, closing: str) -> None:
    """Print names and values, one per line, and a closing sentence."""
    console.print()
    width = max(map(len, rows)) + 2
    for name, value in rows.items():
        console.print(Text(name.ljust(width), style="bold") + Text(value))
    console.print()
    console.print(closing)


def main(given: Sequence[str] | None = None) -> int:
    """Show the deployed environment.

    Args:
        given: the arguments; by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="make deploy", description=__doc__)
    parser.add_argument("--environment", choices=environments(), default="dev")
    parser.add_argument("--assembly", type=Path, default=ROOT / "cdk.out", help="CDK's output")
    parser.add_argument("--outputs", type=Path, default=ROOT / "cdk.out" / "outputs.json")
    parser.add_argument("--local", action="store_true", help="it is in the embedded AWS")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port of the embedded AWS")
    arguments = parser.parse_args(given)
    if arguments.local:
        isolate(arguments.port)
    stacks: dict[str, dict[str, str]] = json.loads(arguments.outputs.read_text("utf-8"))
    outputs = {
        key: local_url(value, arguments.port) if arguments.local else value
        for stack in stacks.values()
        for key, value in stack.items()
    }
    try:
        rows = summary(outputs)
    except SiteError as error:
        sys.stderr.write(f"everything is deployed, but {error}\n")
        return 1
    rows["Price at rest"] = _price(arguments.environment, arguments.assembly)
    closing = (
        f"`make destroy ENV={arguments.environment}` removes it; docs/aws.md says what it keeps."
    )
    show(Console(highlight=False, soft_wrap=True), rows, closing=closing)
    return 0


def _sample(endpoint: str) -> str:
    """Return a test review that the model's training chose, in the language of the data.

    The caller of `make deploy` may lack the permission to invoke the endpoint.
    """
    try:
        from scripts.evaluate.targets import BusyError, Endpoint  # noqa: PLC0415 - see below
    except ImportError:  # `make deploy` installs no boto3
        return SAMPLE
    try:
        known = Endpoint(endpoint).model_card().get("known_reviews")
    except (EvaluationError, BusyError):
        known = None
    return str(known[0]["text"]) if known else SAMPLE


def _verdict(site: str, review: str) -> str:
    try:
        status, _, body = send(
            f"{site}api/predict",
            body=json.dumps({"review": review}).encode(),
            headers={"Content-Type": "application/json"},
        )
    except OSError as error:
        raise SiteError(f"{site} cannot be reached: {error}") from error
    if status == HTTPStatus.FORBIDDEN:
        return "none: the API answers signed requests only (api.access)"
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return "none: the sample is longer than api.max_review_characters"
    if status != HTTPStatus.OK:
        raise SiteError(f"the deployed site answered {status}: {body.decode(errors='replace')}")
    answer = json.loads(body)
    label = answer["label"]
    named = "positive" if "sentiment" in answer else label
    share = answer["probabilities"][named]
    shown = "> 0.999" if share > ALMOST_CERTAIN else f"= {share:.3f}"
    return f"{label}, P({named}) {shown}"


def _price(environment: str, assembly: Path) -> str:
    """Return the price of an hour without predictions."""
    prices = Prices.read()
    items = estimate(templates(environment, assembly), prices)
    hourly = known(items, 0) / HOURS_A_MONTH
    more = (
        " and an instance without a known price"
        if any(isnan(item.monthly) for item in items)
        else ""
    )
    return f"${hourly:.2f}{more} an hour (prices of {prices.region}, {prices.as_of}; make cost)"


if __name__ == "__main__":
    sys.exit(main())
