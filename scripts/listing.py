"""Print the context with which `make deploy` trains again when data under an old S3 URI change.

Synthesis has no network, so a bare `cdk deploy` compares only the URIs of datasets in S3.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.environment import DEFAULT_PORT, isolate
from scripts.preflight.clients import Clients
from scripts.synthesis import context, environments, overrides_in
from stacks.names import FEEDBACK, Names
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.error import SettingsError
from stacks.settings.load import read_settings


def main(given: Sequence[str] | None = None) -> int:
    """Print `-c dataset.listing=<hash>`, or nothing if no dataset of the environment is in S3.

    Args:
        given: the arguments; by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="make deploy", description=__doc__)
    parser.add_argument("--environment", choices=environments(), default="dev")
    parser.add_argument("--local", action="store_true", help="the data are in the embedded AWS")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port of the embedded AWS")
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    arguments = parser.parse_args(given)
    if arguments.local:
        isolate(arguments.port)
    try:
        overrides = overrides_in(arguments.context)
        settings = read_settings(context(arguments.environment, overrides))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if settings.dataset.listing or settings.training.model_data:
        return 0
    try:
        listing = listing_of(settings, Clients(settings.region))
    except (ClientError, BotoCoreError) as error:
        sys.stderr.write(
            f"the data in S3 cannot be listed ({error}): their URIs are used instead, so changed "
            "data under an old URI are not trained on\n"
        )
        return 0
    if listing is not None:
        sys.stdout.write(f"-c dataset.listing={listing}\n")
    return 0


def listing_of(settings: EnvironmentSettings, clients: Clients) -> str | None:
    """Return a hash of the keys, ETags and sizes of the datasets in S3, or None without any."""
    uris = [*_uris(settings, clients)]
    if not uris:
        return None
    digest = hashlib.sha256()
    for uri in uris:
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        listed = sorted(_objects(clients, bucket, prefix))
        digest.update(json.dumps([uri, listed]).encode())
    return digest.hexdigest()


def _uris(settings: EnvironmentSettings, clients: Clients) -> Iterator[str]:
    dataset = settings.dataset
    for source in (dataset.training, dataset.testing):
        if source and source.startswith("s3://"):
            yield source
    if dataset.feedback:
        account = clients("sts").get_caller_identity()["Account"]
        prefix = Names(settings.environment, settings.region).prefix
        yield f"s3://{prefix}-data-{account}-{settings.region}/{FEEDBACK}/{dataset.feedback}/"


def _objects(clients: Clients, bucket: str, prefix: str) -> Iterator[tuple[str, str, int]]:
    pages: Any = clients("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            yield found["Key"], found["ETag"], found["Size"]


if __name__ == "__main__":
    sys.exit(main())
