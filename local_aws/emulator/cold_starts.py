"""How many environments of one Lambda function may start at the same time."""

import os
import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

PRIVATE_NAMES = (
    (lambda_runtime, "_worker_key"),
    (lambda_runtime, "_workers"),
    (lambda_svc, "acquire_worker"),
    (lambda_svc, "release_worker"),
)
WAIT_SECONDS = 0.1


def limit_cold_starts(at_once: int | None = None) -> None:
    """Let a request wait for an environment that becomes free, or for its turn to start one.

    On AWS each environment starts on a machine of its own; here all share one. A process for each
    request of a burst keeps the machine busy for a minute with what a few processes would have done
    in a second. Only those that start are counted: a function that calls itself finds its caller's
    environment at work, and gets another.

    Args:
        at_once: how many of a function may start together; as many as there are processors by
            default.
    """
    lease, give_back = lambda_svc.acquire_worker, lambda_svc.release_worker
    limit = at_once or os.cpu_count() or 1
    changed = threading.Condition()

    def acquire_worker(
        func_name: str, config: dict[str, Any], code_zip: bytes, qualifier: str = "$LATEST"
    ) -> Any:
        key = lambda_runtime._worker_key(func_name, config, qualifier)  # noqa: SLF001
        with changed:
            while not _may_lease(key, limit):
                changed.wait(WAIT_SECONDS)
            return lease(func_name, config, code_zip, qualifier)

    def release_worker(worker: Any) -> None:
        give_back(worker)
        with changed:
            changed.notify()

    lambda_svc.acquire_worker = acquire_worker
    lambda_svc.release_worker = release_worker


def _may_lease(key: str, limit: int) -> bool:
    environments = list(lambda_runtime._workers.get(key, ()))  # noqa: SLF001
    starting = sum(each._start_time is None for each in environments)  # noqa: SLF001
    return starting < limit or not all(each.in_use for each in environments)
