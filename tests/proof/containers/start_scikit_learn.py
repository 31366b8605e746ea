"""Starts the serving container's entry point, in the scikit-learn image's virtual environment.

The image's own package, sagemaker_sklearn_container, is not on PyPI. This module does what its
`serving` module does with the toolkit, sagemaker-containers.
"""

import collections
import collections.abc
import importlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined] # as AWS's Dockerfile

from sagemaker_containers import _server  # noqa: E402
from sagemaker_containers.beta.framework import (  # noqa: E402
    content_types,
    encoders,
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
        model = transformer.Transformer(model_fn=code.model_fn, **_functions(code))
        model.initialize()
        _workers.append(worker.Worker(transform_fn=model.transform, module_name=name))
    return _workers[0](environ, start_response)


def _functions(code: Any) -> dict[str, Callable[..., Any]]:
    """Return the functions that answer a request: the code's, and the image's for the others."""
    if hasattr(code, "transform_fn"):
        return {"transform_fn": code.transform_fn}
    defaults = {"input_fn": _input, "predict_fn": _predict, "output_fn": _output}
    return {name: getattr(code, name, default) for name, default in defaults.items()}


def _input(body: Any, kind: str) -> Any:
    array = encoders.decode(body, kind)
    return array.astype("float32") if kind in content_types.UTF8_TYPES else array


def _predict(data: Any, model: Any) -> Any:
    return model.predict(data)


def _output(prediction: Any, accept: str) -> Any:
    return worker.Response(encoders.encode(prediction, accept), mimetype=accept)


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
