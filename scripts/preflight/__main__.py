"""Check that an AWS account is ready for a deployment: `make preflight`. Nothing is changed."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from local_aws.environment import DEFAULT_PORT, DEFAULT_REGION, isolate
from scripts.preflight.account import (
    BOOTSTRAP,
    LOG_ROLE,
    check_bootstrap,
    check_log_role,
    check_roles,
)
from scripts.preflight.assembly import Account, Assembly, Resource, synthesize
from scripts.preflight.clients import Clients
from scripts.preflight.deployed import STACKS, Deployed
from scripts.preflight.names import check_name, fixed_names
from scripts.preflight.needs import Need, needs
from scripts.preflight.quotas import check_quotas
from scripts.preflight.row import Row, State, checked
from scripts.preflight.scaling import CHECK as INSTANCE_TYPE
from scripts.preflight.scaling import check_instance_type
from scripts.preflight.sources import (
    check_data,
    check_image,
    check_patches,
    images,
    outside_data,
)
from scripts.preflight.usage import Usage
from scripts.synthesis import SynthesisError, environments, overrides_in

# Title of a check, and the function that returns its rows
Check = tuple[str, Callable[[], Iterable[Row]]]
STYLES = {State.GOOD: "green", State.PROBLEM: "bold red", State.UNKNOWN: "yellow", State.NOTE: ""}
THREADS = 16


def main(given: Sequence[str] | None = None) -> int:
    """Print one table; return 1 if the deployment would fail.

    Args:
        given: the arguments; by default those of the command line.
    """
    arguments = _parser().parse_args(given)
    overrides = overrides_in(arguments.context)
    if arguments.local:
        isolate(arguments.port)
        overrides["region"] = DEFAULT_REGION
    try:
        assembly = synthesize(arguments.environment, overrides)
    except SynthesisError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    rows = preflight(assembly, adopts=arguments.adopt)
    _show(assembly, rows, Console(highlight=False))
    return int(any(row.state is State.PROBLEM for row in rows))


def preflight(assembly: Assembly, *, adopts: bool = False) -> list[Row]:
    """Return the rows of the table for an environment.

    Args:
        assembly: the environment.
        adopts: whether the deployment takes over what a destroyed stack has kept.
    """
    clients = Clients(assembly.region)
    try:
        caller = clients("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        action = "configure credentials for the account, as for the AWS CLI"
        return [Row("credentials", State.PROBLEM, f"AWS accepts no credentials: {error}", action)]
    account = Account(caller["Account"], assembly.region, caller["Arn"].split(":")[1])
    found = f"{account.account_id} in {account.region}, as {caller['Arn']}"
    deployed = Deployed({})
    stacks = checked(STACKS, partial(deployed.read, clients, assembly.stacks))
    is_read = all(row.state is not State.UNKNOWN for row in stacks)
    checks = [*_of_account(clients, assembly, account, deployed)]
    if is_read:
        names = fixed_names(assembly, account, adopts=adopts)
        checks += _of_names(clients, assembly, account, deployed, names)
    with ThreadPoolExecutor(THREADS) as threads:
        results = threads.map(lambda check: checked(*check), checks)
        rows = [*stacks, *(row for result in results for row in result)]
    if is_read and not any(row.check.startswith("name ") for row in rows):
        rows.append(Row("names", State.GOOD, "every fixed name is free, or this environment's own"))
    return [Row("account", State.GOOD, found), *rows]


def _of_account(
    clients: Clients, assembly: Assembly, account: Account, deployed: Deployed
) -> Iterator[Check]:
    yield BOOTSTRAP, partial(check_bootstrap, clients, assembly, account)
    yield "permission", partial(check_roles, clients, assembly, account)
    usage, by_service = Usage(clients, assembly, deployed), defaultdict[str, list[Need]](list)
    for need in needs(assembly):
        by_service[need.service].append(need)
    for service, needed in by_service.items():
        yield f"quotas of {service}", partial(check_quotas, clients, service, needed, usage)
    for uri, purpose in images(assembly).items():
        yield f"{purpose} image", partial(check_image, clients, uri, purpose)
        today = datetime.now(UTC).date()
        yield f"{purpose} image's patches", partial(check_patches, uri, purpose, today)
    for setting, uri in outside_data(assembly, account).items():
        yield setting, partial(check_data, clients, setting, uri, assembly.region)


def _of_names(
    clients: Clients,
    assembly: Assembly,
    account: Account,
    deployed: Deployed,
    names: Iterable[tuple[Resource, str]],
) -> Iterator[Check]:
    yield LOG_ROLE, partial(check_log_role, clients, assembly, deployed)
    yield INSTANCE_TYPE, partial(check_instance_type, clients, assembly, deployed)
    for resource, name in names:
        check = partial(check_name, clients, deployed, account, resource, name)
        yield f"name {name}", check


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make preflight", description=__doc__)
    parser.add_argument("--environment", choices=environments(), default="dev")
    parser.add_argument("--local", action="store_true", help="check the embedded AWS instead")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port of the embedded AWS")
    parser.add_argument(
        "--adopt", action="store_true", help="accept what a destroyed stack has kept"
    )
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    return parser


def _show(assembly: Assembly, rows: list[Row], console: Console) -> None:
    table = Table(title=f"Preflight of {assembly.environment}", title_justify="left")
    for column in ("", "check", "found"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(Text(row.state, style=STYLES[row.state]), Text(row.check), Text(row.found))
    console.print(table)
    for row in rows:
        if row.action:  # outside the table, which would break links
            console.print(Text(f"{row.check}: ", style="bold") + Text(row.action), soft_wrap=True)
    problems = sum(row.state is State.PROBLEM for row in rows)
    unknown = sum(row.state is State.UNKNOWN for row in rows)
    console.print(
        f"{problems} to fix, {unknown} could not be checked. Nothing was changed.", highlight=False
    )


if __name__ == "__main__":
    sys.exit(main())
