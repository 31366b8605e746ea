"""Additions to ministack's process: services, background work and its state on disk.

ministack has no public way to add them.
"""

import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import ministack.app
from ministack.core import persistence, router
from ministack.services import lambda_svc

from local_aws.sagemaker.service import Answer

ServiceHandler = Callable[
    [str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Answer]
]
PRIVATE_NAMES = (
    (ministack.app, "SERVICE_HANDLERS", "dict"),
    (ministack.app, "_build_persistence_save_dict", "()"),
    (ministack.app, "_run_ready_scripts", "async ()"),
    (ministack.app, "main", "()"),
    (router, "_is_aws_service_name", "(scope_name)"),
    (persistence, "STATE_DIR", "str"),
    (persistence, "save_all", "(services)"),
    (lambda_svc, "CODE_BLOB_DIR", "str"),
)


def add_service(name: str, handler: ServiceHandler) -> None:
    """Let `handler` answer all requests that are signed for the service `name`."""
    ministack.app.SERVICE_HANDLERS[name] = handler
    is_service = router._is_aws_service_name
    # For a name that ministack does not have, it reads botocore's descriptions of all services,
    # which takes several seconds.
    router._is_aws_service_name = lambda scope_name: scope_name == name or is_service(scope_name)


def write_state(folder: Path) -> None:
    """Write the state of every service to a folder, to be read at a later start."""
    persistence.STATE_DIR = str(folder)
    lambda_svc.CODE_BLOB_DIR = str(folder / "lambda-blobs")
    persistence.save_all(ministack.app._build_persistence_save_dict())


def run_in_background(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Start a coroutine in the emulator's event loop once it serves."""
    ready = ministack.app._run_ready_scripts

    async def run_ready_scripts() -> None:
        await ready()
        await work()

    ministack.app._run_ready_scripts = run_ready_scripts


def run() -> None:
    """Serve until the process is ended."""
    sys.argv[1:] = []  # ministack reads options from the command line
    ministack.app.main()
