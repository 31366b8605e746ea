"""Functions: a limit on how many environments of one function start at the same time."""

import os
import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

PRIVATE_NAMES = (
    (lambda_runtime, "_worker_key", "(func_name, config, qualifier)"),
    (lambda_runtime, "_workers", "dict"),
    (lambda_svc, "acquire_worker", "(func_name, config, code_zip, qualifier='$LATEST', max_concurrency=None)"),
    (lambda_svc, "release_worker", "(worker)"),
)  # fmt: skip
WAIT_SECONDS = 0.1


def apply() -> None:
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
