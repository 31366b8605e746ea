"""Functions: environments that start one after another, and the account's concurrency."""

import json
import os
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

from local_aws.emulator.patches.cloudformation import Created, Properties

PRIVATE_NAMES = (
    (lambda_runtime, "_worker_key", "(func_name, config, qualifier)"),
    (lambda_runtime, "_workers", "dict"),
    (lambda_svc, "_functions", "AccountRegionScopedDict"),
    (lambda_svc, "_get_account_settings", "()"),
    (lambda_svc, "_put_function_concurrency", "(func_name, data)"),
    (lambda_svc, "acquire_worker", "(func_name, config, code_zip, qualifier='$LATEST', max_concurrency=None)"),
    (lambda_svc, "release_worker", "(worker)"),
    (lambda_svc, "error_response_json", "(code, message, status=400, extra=None, *, message_key='message', content_type='application/x-amz-json-1.0')"),
    (provisioners, "_RESOURCE_HANDLERS", "dict"),
)  # fmt: skip
WAIT_SECONDS = 0.1
RESERVED = "ReservedConcurrentExecutions"
# Concurrency that no function may reserve, or all of it in an account that has less
KEPT_UNRESERVED = 100


def apply(account_concurrency: Callable[[], int]) -> None:
    """Patch ministack.

    Args:
        account_concurrency: returns the account's quota of concurrent executions.
    """
    _start_one_after_another()
    _keep_concurrency_unreserved(account_concurrency)
    _reserve_concurrency_in_stacks()


def _keep_concurrency_unreserved(account_concurrency: Callable[[], int]) -> None:
    """Refuse reservations that leave other functions less than the minimum.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    reserve, settings = lambda_svc._put_function_concurrency, lambda_svc._get_account_settings

    def unreserved(without: str = "") -> int:
        names = [name for name in lambda_svc._functions if name != without]
        reserved = sum(int(lambda_svc._functions[name].get("concurrency") or 0) for name in names)
        return account_concurrency() - reserved

    def put_function_concurrency(name: str, data: dict[str, Any]) -> Any:
        least = min(KEPT_UNRESERVED, account_concurrency())
        if unreserved(without=name) - int(data.get(RESERVED, 0)) < least:
            return lambda_svc.error_response_json(
                "InvalidParameterValueException",
                f"Specified {RESERVED} for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{least}].",
                400,
            )
        return reserve(name, data)

    def get_account_settings() -> Any:
        status, headers, body = settings()
        content = json.loads(body)
        content["AccountLimit"] |= {
            "ConcurrentExecutions": account_concurrency(),
            "UnreservedConcurrentExecutions": unreserved(),
        }
        return status, headers, json.dumps(content).encode()

    lambda_svc._put_function_concurrency = put_function_concurrency
    lambda_svc._get_account_settings = get_account_settings


def _reserve_concurrency_in_stacks() -> None:
    """Reserve concurrency for CloudFormation's functions, which ministack leaves out."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        created = handler["create"](logical_id, properties, stack)
        try:
            return reserved(created, properties)
        except RuntimeError:
            handler["delete"](created[0], properties)
            raise

    def update(
        name: str, old: Properties, new: Properties, stack: str, logical_id: str | None = None
    ) -> Any:
        return reserved(handler["update"](name, old, new, stack, logical_id), new)

    def reserved(created: Created, properties: Properties) -> Created:
        if RESERVED in properties:
            wanted = {RESERVED: int(properties[RESERVED])}
            status, _, body = lambda_svc._put_function_concurrency(created[0], wanted)
            if status != HTTPStatus.OK:
                raise RuntimeError(json.loads(body)["message"])
        elif (function := lambda_svc._functions.get(created[0])) is not None:
            function["concurrency"] = None
        return created

    provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"] = {
        **handler, "create": create, "update": update,
    }  # fmt: skip


def _start_one_after_another() -> None:
    """Let a request wait for a free environment, or for its turn to start one.

    On AWS each environment starts on its own machine; here all share one. A process for each
    request of a burst would keep the machine busy for a minute with what a few processes do in a
    second, so as many start together as there are processors. Only starting environments count: a
    function that calls itself finds its caller's environment busy, and gets another.
    """
    lease, give_back = lambda_svc.acquire_worker, lambda_svc.release_worker
    limit = os.cpu_count() or 1
    changed = threading.Condition()

    def acquire_worker(
        func_name: str,
        config: dict[str, Any],
        code_zip: bytes,
        qualifier: str = "$LATEST",
        max_concurrency: int | None = None,
    ) -> Any:
        key = lambda_runtime._worker_key(func_name, config, qualifier)
        with changed:
            while not _may_lease(key, limit):
                changed.wait(WAIT_SECONDS)
            return lease(func_name, config, code_zip, qualifier, max_concurrency)

    def release_worker(worker: Any) -> None:
        give_back(worker)
        with changed:
            changed.notify()

    lambda_svc.acquire_worker = acquire_worker
    lambda_svc.release_worker = release_worker


def _may_lease(key: str, limit: int) -> bool:
    environments = list(lambda_runtime._workers.get(key, ()))
    starting = sum(each._start_time is None for each in environments)
    return starting < limit or not all(each.in_use for each in environments)
