"""Starts the serving container's entry point, in the scikit-learn image's virtual environment.

The image's own package, sagemaker_sklearn_container, is not on PyPI. This module does what its
`serving` module does with the toolkit, sagemaker-containers.
"""

import collections
import collections.abc
import importlib
import subprocess
from pathlib import Path
from typing import Any

collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined] # as AWS's Dockerfile

from sagemaker_containers import _server  # noqa: E402
from sagemaker_containers.beta.framework import (  # noqa: E402
    env,
    server,
    transformer,
    worker,
)

ANY_ADDRESS, LOOPBACK = "0.0.0.0:", "127.0.0.1:"
_workers: list[Any] = []


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer one request; the first one loads the model."""
    if not _workers:
        name = env.ServingEnv().module_name
        code = importlib.import_module(name)
        model = transformer.Transformer(model_fn=code.model_fn, transform_fn=code.transform_fn)
        model.initialize()
        _workers.append(worker.Worker(transform_fn=model.transform, module_name=name))
    return _workers[0](environ, start_response)


class OnLoopback:
    """Takes the place of the toolkit's `subprocess`, to bind to the loopback interface."""

    @staticmethod
    def Popen(command: list[str], **options: Any) -> Any:  # noqa: N802 - subprocess's name
        """Start a process."""
        return subprocess.Popen(
            [part.replace(ANY_ADDRESS, LOOPBACK) for part in command], **options
        )


if __name__ == "__main__":
    _server.subprocess = OnLoopback
    server.start(f"{Path(__file__).stem}:application")
