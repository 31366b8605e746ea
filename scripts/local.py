"""Deploy all stacks of `dev` to the embedded AWS and try the result: `make local`."""

import argparse
import sys
from pathlib import Path

from local_aws import cli
from local_aws.cdk import Cdk, CdkError
from local_aws.cdk.screen import Screen
from local_aws.environment import DEFAULT_PORT, DEFAULT_REGION, isolate
from local_aws.urls import local_url
from scripts import ROOT
from scripts.summary import SiteError, show, summary
from scripts.synthesis import overrides_in

# A template with this deletion policy keeps resources, so its stack gets termination protection.
KEPT = "RetainExceptOnCreate"
PROTECTED = {"CDK_PROTECTION": "true"}


def deploy_locally(
    *,
    port: int,
    state: Path,
    context: list[str],
    screen: Screen,
    root: Path = ROOT,
) -> dict[str, str]:
    """Deploy all stacks and return their outputs, with URLs that answer on this machine.

    Args:
        port: TCP port of the running embedded AWS.
        state: the embedded AWS's state folder, which receives the CDK CLI's files as well.
        context: `key=value` settings that override those of cdk.json.
        screen: console for the progress.
        root: the deployed repository.

    Returns:
        Output key to value, over all stacks, for example `SiteUrl` or `Accuracy`.

    Raises:
        CdkError: when bootstrapping or the deployment of a stack fails.
    """
    isolate(port, DEFAULT_REGION)
    cdk = Cdk(state, screen)
    screen.step("Bootstrapping the embedded AWS for CDK")
    cdk.bootstrap(DEFAULT_REGION)
    screen.step("Deploying every stack with the CDK CLI")
    # The embedded AWS has one region, whatever the environment's region on AWS.
    settings = [*context, f"region={DEFAULT_REGION}"]
    outputs = cdk.deploy(root, settings)
    storage = _storage_stack(context)
    if KEPT in (state / "cdk.out" / f"{storage}.template.json").read_text("utf-8"):
        screen.step("Protecting the storage stack")
        cdk.deploy(root, settings, stacks=[storage], variables=PROTECTED)
    return {key: local_url(value, port) for key, value in outputs.items()}


def _storage_stack(context: list[str]) -> str:
    """Return the name of the storage stack of the environment that the context selects."""
    return f"sentiment-{overrides_in(context).get('environment', 'dev')}-storage"


def main() -> int:
    """Start the embedded AWS, deploy, classify one sample and print the URLs."""
    parser = argparse.ArgumentParser(prog="make local", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="TCP port, by default 4566")
    parser.add_argument("--state", type=Path, default=cli.DEFAULT_STATE, help="state folder")
    parser.add_argument("--verbose", action="store_true", help="show every CloudFormation event")
    parser.add_argument(
        "-c", "--context", action="append", default=[], metavar="KEY=VALUE",
        help="setting that overrides cdk.json; may be repeated",
    )  # fmt: skip
    arguments = parser.parse_args()
    state = arguments.state.resolve()

    screen = Screen(verbose=arguments.verbose)
    screen.step(f"Starting the embedded AWS on 127.0.0.1:{arguments.port}")
    if cli.main(["up", f"--port={arguments.port}", f"--state={state}"]):
        return 1
    try:
        outputs = deploy_locally(
            port=arguments.port,
            state=state,
            context=arguments.context,
            screen=screen,
        )
    except CdkError as error:
        screen.failure(str(error))
        return 1
    screen.step("Classifying one review through the site's own URL")
    try:
        rows = summary(outputs)
    except SiteError as error:
        screen.failure(str(error))
        return 1
    screen.done()
    closing = "The embedded AWS keeps running; `make local-stop` ends it."
    show(screen.console, rows, closing=closing)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted; `make local` continues from here, `make local-stop` ends it")
