"""A model's container: the code of its artifact behind /ping and /invocations.

This script runs in the container's environment. For the PyTorch image, SageMaker's own handlers
answer, and Python's HTTP server replaces TorchServe, which needs Java. As with TorchServe, a model
that fails to load leaves /ping healthy and makes every invocation fail. Here it fails at once;
TorchServe lets the caller time out. For the scikit-learn image, the container does not start.

Python must run it with `-P`: the modules next to this file are none of the container's.
"""

import csv
import importlib
import io
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

JSON, CSV = "application/json", "text/csv"
AS_TEXT = {JSON, CSV}
PAGE = b"<html>\n  <head>\n    <title>Internal Server Error</title>\n  </head>\n</html>\n"


class RequestProcessor:
    """Request headers and answer status of one request, with TorchServe's interface."""

    def __init__(self, headers: dict[str, str]) -> None:
        """Keep the request's headers."""
        self._headers = headers
        self.status, self.phrase = HTTPStatus.OK.value, "OK"

    def get_request_properties(self) -> dict[str, str]:
        """Return the request's headers."""
        return self._headers

    def report_status(self, code: int, reason_phrase: str | None = None) -> None:
        """Set the answer's status."""
        self.status, self.phrase = code, reason_phrase or ""


class HandlerContext:
    """The context object that TorchServe hands to handlers."""

    def __init__(self, model_dir: str, headers: dict[str, str] | None = None) -> None:
        """Describe one request to the model in `model_dir`."""
        self.model_name = "model"  # SageMaker's name, which the toolkit logs with errors
        self.system_properties: dict[str, Any] = {"model_dir": model_dir, "gpu_id": None}
        self.request_processor = [RequestProcessor(headers or {})]
        self.content_type = "application/json"

    def set_response_status(self, code: int = 200, phrase: str = "", idx: int = 0) -> None:
        """Set the answer's status."""
        self.request_processor[idx].report_status(code, phrase)

    def set_response_content_type(self, _index: int, value: str) -> None:
        """Set the answer's content type."""
        self.content_type = value


class HandlerModel:
    """A model that the PyTorch image's handlers have loaded."""

    def __init__(self, model_dir: str) -> None:
        """Load the model."""
        from sagemaker_pytorch_serving_container.handler_service import (  # noqa: PLC0415 - imports torch
            HandlerService,
        )

        self._model_dir = model_dir
        self._service: Any = None
        try:
            service = HandlerService()
            service.initialize(HandlerContext(model_dir))
            self._service = service
        except Exception:  # noqa: BLE001 - like a TorchServe worker that dies
            traceback.print_exc()

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, str | None, bytes]:
        """Return status, content type and body of the answer to a request."""
        if self._service is None:
            return HTTPStatus.INTERNAL_SERVER_ERROR, None, b"Worker died."
        context = HandlerContext(self._model_dir, headers)
        answer = self._service.handle([{"body": bytearray(body)}], context)[0]
        data = bytes(answer) if isinstance(answer, bytes | bytearray) else str(answer).encode()
        status = context.request_processor[0].status
        # TorchServe sends the content type with successful answers only.
        return status, context.content_type if status == HTTPStatus.OK.value else None, data


class WithoutTorch(MetaPathFinder):
    """Hides torch, which the scikit-learn image does not have.

    `sys.modules["torch"] = None` would hide it as well, but SciPy takes that for a loaded module.
    """

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> None:
        """Refuse to find torch.

        Raises:
            ModuleNotFoundError: as if it were not installed.
        """
        if fullname.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


class ScikitLearnModel:
    """A model whose requests are answered as in SageMaker's scikit-learn image.

    The image's toolkit, sagemaker-containers, pins a Flask that does not run on current versions of
    Python; AWS replaces it in the image. A proof test compares these answers with the toolkit's.
    """

    def __init__(self, model_dir: str) -> None:
        """Load the model; unlike the PyTorch image, the container is unhealthy if this fails.

        Raises:
            TypeError: when the code has `transform_fn` and a function that it replaces.
        """
        from flask import Flask, Response  # noqa: PLC0415 - not for the PyTorch image
        from werkzeug.exceptions import InternalServerError  # noqa: PLC0415 - the same

        sys.meta_path.insert(0, WithoutTorch())
        self._app, self._response, self._failure = Flask(__name__), Response, InternalServerError
        code = vars(importlib.import_module(Path(os.environ["SAGEMAKER_PROGRAM"]).stem))
        replaced = sorted({"input_fn", "predict_fn", "output_fn"} & code.keys())
        if "transform_fn" in code and replaced:
            raise TypeError(f"the code has transform_fn, so it must not have {replaced[0]}")
        self._transform = code.get("transform_fn", self._in_steps)
        self._input = code.get("input_fn", decoded)
        self._predict = code.get("predict_fn", lambda data, model: model.predict(data))
        self._output = code.get("output_fn", encoded)
        self._model = code["model_fn"](model_dir)

    def answer(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str | None, bytes]:
        """Return status, content type and body of the answer to a request."""
        given = {name.lower(): value for name, value in headers.items()}
        kind, accept = given.get("content-type") or JSON, given.get("accept", "*/*")
        content = body.decode("utf-8", "replace") if kind in AS_TEXT else body
        if accept in {"", "*/*"}:
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
        try:
            result = self._transform(self._model, content, kind, accept)
            if isinstance(result, tuple):  # a body and its content type
                result = self._response(result[0], mimetype=result[1])
            with self._app.app_context():
                answer = self._app.make_response(result)
        except Exception:  # noqa: BLE001 - gunicorn logs any
            traceback.print_exc()
            if self._transform == self._in_steps:  # Flask catches what the toolkit's steps raise
                page = self._failure().get_response()
                return page.status_code, page.content_type, page.get_data()
            return HTTPStatus.INTERNAL_SERVER_ERROR, "text/html", PAGE
        return answer.status_code, answer.content_type, answer.get_data()

    def _in_steps(self, model: Any, content: bytes | str, kind: str, accept: str) -> Any:
        return self._output(self._predict(self._input(content, kind), model), accept)


def decoded(content: bytes | str, kind: str) -> Any:
    """Return the array in a request, as the scikit-learn image does without an `input_fn`."""
    import numpy as np  # noqa: PLC0415 - not for the PyTorch image
    from sagemaker_inference import decoder  # noqa: PLC0415

    if kind == CSV:
        rows = csv.reader(io.StringIO(str(content)), strict=True)
        return np.array(list(rows)).squeeze().astype(np.float32)
    array = decoder.decode(content, kind)
    return array.astype(np.float32) if kind == JSON else array


def encoded(prediction: Any, accept: str) -> tuple[Any, str]:
    """Return a body and its content type, as the scikit-learn image does without an `output_fn`."""
    from sagemaker_inference import encoder  # noqa: PLC0415 - not for the PyTorch image

    return encoder.encode(prediction, accept), accept


FRAMEWORKS: dict[str, Callable[[str], HandlerModel | ScikitLearnModel]] = {
    "pytorch": HandlerModel, "scikit-learn": ScikitLearnModel,
}  # fmt: skip


class ModelServer(ThreadingHTTPServer):
    """Serves one model on the loopback interface."""

    daemon_threads = True

    def __init__(self, model: HandlerModel | ScikitLearnModel) -> None:
        """Take a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.model = model


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: ModelServer
    protocol_version = "HTTP/1.1"
    # Nagle's algorithm would delay the body by 40 ms on a persistent connection.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer /ping."""
        self._answer(HTTPStatus.OK if self.path == "/ping" else HTTPStatus.NOT_FOUND, b"")

    def do_POST(self) -> None:
        """Answer /invocations."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, kind, data = self.server.model.answer(body, dict(self.headers.items()))
        self._answer(status, data, kind)

    def _answer(self, status: int, body: bytes, content_type: str | None = None) -> None:
        self.send_response(status)
        if content_type is not None:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base class's name
        """Log a line as the container's access log."""
        if "/ping" not in str(arguments[0]):
            print("ACCESS_LOG -", format % arguments, flush=True)


def main(model_dir: str, port_file: str, framework: str) -> None:
    """Serve until the process is ended; write the port to a file.

    Args:
        model_dir: folder of the unpacked artifact.
        port_file: file that receives the port.
        framework: `scikit-learn` or `pytorch`, whose image decides how the code is called.
    """
    server = ModelServer(FRAMEWORKS[framework](model_dir))
    temporary = Path(f"{port_file}.tmp")
    temporary.write_text(str(server.server_address[1]), "utf-8")
    temporary.rename(port_file)
    # Python 3.12 starts no thread for a request once the main thread has ended.
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
