"""Log lines of a running container, sent to CloudWatch Logs about once a second."""

import contextlib
import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

FLUSH_SECONDS = 1.0
MAX_EVENTS = 1000  # CloudWatch Logs takes 10,000 events or 1 MB per call


class LogStream:
    """A stream of a log group; creates both if they are missing."""

    def __init__(self, client: Any, group: str, stream: str) -> None:
        """Start to send in the background."""
        self._client, self._group, self._stream = client, group, stream
        self._pending: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"logs-{stream}", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Queue one line."""
        with self._lock:
            self._pending.append({"timestamp": int(time.time() * 1000), "message": line or " "})

    def close(self) -> None:
        """Send the queued lines and stop."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        with contextlib.suppress(ClientError, BotoCoreError):
            self._make()
        closed = False
        while not closed:
            closed = self._closed.wait(FLUSH_SECONDS)
            # A log that cannot be delivered must not end its job.
            with contextlib.suppress(ClientError, BotoCoreError):
                self._flush()

    def _make(self) -> None:
        """Create the stream; create its group only if missing, because not every role may."""
        known = self._client.exceptions
        names = {"logGroupName": self._group, "logStreamName": self._stream}
        with contextlib.suppress(known.ResourceAlreadyExistsException):
            try:
                self._client.create_log_stream(**names)
            except known.ResourceNotFoundException:
                with contextlib.suppress(known.ResourceAlreadyExistsException):
                    self._client.create_log_group(logGroupName=self._group)
                self._client.create_log_stream(**names)

    def _flush(self) -> None:
        while True:
            with self._lock:
                events, self._pending = self._pending[:MAX_EVENTS], self._pending[MAX_EVENTS:]
            if not events:
                return
            self._client.put_log_events(
                logGroupName=self._group, logStreamName=self._stream, logEvents=events
            )
