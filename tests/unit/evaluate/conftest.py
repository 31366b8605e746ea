"""An API of a few lines on a real socket, which answers as a test wants."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from scripts.evaluate import patience

Prepared = tuple[int, dict[str, str], Any]  # status, headers, JSON


@dataclass
class Api:
    """What is answered to /predict, in this order; the last one again and again."""

    url: str
    answers: list[Prepared] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """Serve on the loopback interface, with pauses of a thousandth."""
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.0005)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/old/health":
                self._answer(301, {"Location": "https://new.test/"}, {})
            else:
                self._answer(
                    *((200, {}, {"status": "ok"}) if self.path == "/api/health" else (404, {}, {}))
                )

        def do_POST(self) -> None:
            served.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(*(served.answers.pop(0) if len(served.answers) > 1 else served.answers[0]))

        def _answer(self, status: int, headers: dict[str, str], content: Any) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Api(f"http://127.0.0.1:{server.server_address[1]}/")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()
