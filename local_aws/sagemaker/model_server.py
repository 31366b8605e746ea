"""A model's container: SageMaker's own PyTorch handlers behind /ping and /invocations.

This script runs in the container's environment. Python's HTTP server replaces TorchServe, which
needs Java. As with TorchServe, a model that fails to load leaves /ping healthy and makes every
invocation fail. Here it fails at once; TorchServe lets the caller time out.
"""

import sys
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sagemaker_pytorch_serving_container.handler_service import HandlerService


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


class ModelServer(ThreadingHTTPServer):
    """Serves one model on the loopback interface."""

    daemon_threads = True

    def __init__(self, model_dir: str) -> None:
        """Load the model and take a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.model_dir = model_dir
        self.service: HandlerService | None = None
        try:
            service = HandlerService()
            service.initialize(HandlerContext(model_dir))
            self.service = service
        except Exception:  # noqa: BLE001 - like a TorchServe worker that dies
            traceback.print_exc()


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
        if self.server.service is None:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"Worker died.")
            return
        context = HandlerContext(self.server.model_dir, dict(self.headers.items()))
        answer = self.server.service.handle([{"body": bytearray(body)}], context)[0]
        data = bytes(answer) if isinstance(answer, bytes | bytearray) else str(answer).encode()
        status = context.request_processor[0].status
        failed = status != HTTPStatus.OK.value
        self._answer(status, data, None if failed else context.content_type)

    def _answer(self, status: int, body: bytes, content_type: str | None = None) -> None:
        self.send_response(status)
        if content_type is not None:  # TorchServe sends it with successful answers only
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base class's name
        """Log a line as the container's access log."""
        if "/ping" not in str(arguments[0]):
            print("ACCESS_LOG -", format % arguments, flush=True)


def main(model_dir: str, port_file: str) -> None:
    """Serve until the process is ended; write the port to a file."""
    server = ModelServer(model_dir)
    temporary = Path(f"{port_file}.tmp")
    temporary.write_text(str(server.server_address[1]), "utf-8")
    temporary.rename(port_file)
    # Python 3.12 starts no thread for a request once the main thread has ended.
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
