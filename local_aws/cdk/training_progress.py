"""Log lines of the running training jobs, without those of the training toolkit."""

import re
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import boto3
from botocore.exceptions import BotoCoreError, ClientError

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
POLL_SECONDS = 1.0
# The toolkit prints its configuration before it starts the training script.
SCRIPT_STARTS = "Invoking script with the following command"
TOOLKIT_LINE = re.compile(
    r"sagemaker[-_]\S+ +(INFO|WARNING)|^(\S*/python\S* (-- )?|torchrun .*)\S+\.py( |$)|^\s*$"
)


class TrainingProgress:
    """Context manager that passes each new line of every training job to a function."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        """Prepare to follow the jobs of the embedded AWS, passing their lines to `on_line`."""
        self._logs = boto3.client("logs")
        self._on_line = on_line
        self._since = int(time.time() * 1000)
        self._seen: set[str] = set()
        self._in_script: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="training-progress", daemon=True)

    def __enter__(self) -> Self:
        """Start following."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop following after one last poll."""
        self._stop.set()
        self._thread.join()

    def _follow(self) -> None:
        ended = False
        while not ended:
            ended = self._stop.wait(POLL_SECONDS)
            try:
                self._show_new_lines()
            except (ClientError, BotoCoreError):
                continue  # no job has logged yet, or the emulator is busy

    def _show_new_lines(self) -> None:
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=LOG_GROUP, startTime=self._since
        )
        for event in [event for page in pages for event in page["events"]]:
            if event["eventId"] not in self._seen:
                self._seen.add(event["eventId"])
                self._show(str(event["logStreamName"]), str(event["message"]).rstrip())

    def _show(self, stream: str, message: str) -> None:
        if SCRIPT_STARTS in message:
            self._in_script.add(stream)
        elif stream in self._in_script and not TOOLKIT_LINE.search(message):
            self._on_line(message)
