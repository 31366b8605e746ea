"""Quotas of the account compared with what the environment needs."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from scripts.preflight.clients import Clients
from scripts.preflight.needs import Need
from scripts.preflight.row import Row, State, checked
from scripts.preflight.usage import Usage

# Service Quotas lists CloudFront's in this region only.
GLOBAL = {"cloudfront": "us-east-1"}
# The values of the account; for some quotas only AWS's defaults exist.
LISTS = ("list_service_quotas", "list_aws_default_service_quotas")
CONSOLE = "https://console.aws.amazon.com/servicequotas/home/services"
LARGEST_PAGES = {"PageSize": 100}
Record = dict[str, Any]


def check_quotas(clients: Clients, service: str, needed: list[Need], usage: Usage) -> Iterator[Row]:
    """Yield a row for each need of one service."""
    found = find_quotas(clients, service, needed)
    for need in needed:
        yield from checked(_check(need), partial(_rows, need, found.get(need.quota), usage))


def find_quotas(clients: Clients, service: str, needed: Iterable[Need]) -> dict[str, Record]:
    """Return the quotas by the needs' code or name, with the account's value or the default."""
    client = clients("service-quotas", GLOBAL.get(service))
    missing, found = list(needed), dict[str, Record]()
    for operation in LISTS:
        pages = client.get_paginator(operation).paginate(
            ServiceCode=service, PaginationConfig=LARGEST_PAGES
        )
        for page in pages:
            if not missing:
                return found
            for quota in page["Quotas"]:
                found |= {need.quota: quota for need in missing if need.matches(quota)}
            missing = [need for need in missing if need.quota not in found]
    return found


def _rows(need: Need, quota: Record | None, usage: Usage) -> Iterator[Row]:
    if quota is None:
        found = f"{need.amount} needed ({need.reason}); Service Quotas lists no such quota"
        yield Row(_check(need), State.UNKNOWN, found)
        return
    value, wanted, why = quota["Value"], need.amount, need.reason
    if value >= wanted and (used := usage.of(need)):
        wanted, why = wanted + used, f"{why}; others use {used}"
    if value >= wanted:
        yield Row(_check(need), State.GOOD, f"{value:g}, {wanted} needed ({why})")
        return
    code = quota["QuotaCode"]
    action = f"request {wanted} for {code}: {CONSOLE}/{need.service}/quotas/{code}"
    action += f", or {need.instead}" if need.instead else ""
    yield Row(_check(need), State.PROBLEM, f"{value:g} of {wanted} needed ({why})", action)


def _check(need: Need) -> str:
    return f"{need.service}: {need.what}"
