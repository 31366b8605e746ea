"""Log lines of the running training jobs, without those of the training toolkit."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
POLL_SECONDS = 1.0
# The toolkit prints its configuration before it starts the training script.
SCRIPT_STARTS = "Invoking script with the following command"
TOOLKIT_LINE = re.compile(
    r"sagemaker[-_]\S+ +(INFO|WARNING)|^(\S*/python\S* (-- )?|torchrun .*)\S+\.py( |$)|^\s*$"
)


@contextmanager
def training_lines(on_line: Callable[[str], None]) -> Iterator[None]:
    """Pass each new line of every training job to a function, until one last poll at the end."""
    stop = threading.Event()
    pages = boto3.client("logs").get_paginator("filter_log_events")
    thread = threading.Thread(target=_follow, args=(pages, on_line, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _follow(pages: Any, on_line: Callable[[str], None], stop: threading.Event) -> None:
    since, seen, in_script = int(time.time() * 1000), set[str](), set[str]()
    ended = False
    while not ended:
        ended = stop.wait(POLL_SECONDS)
        try:
            events = pages.paginate(logGroupName=LOG_GROUP, startTime=since).search("events[]")
            for event in [event for event in events if event["eventId"] not in seen]:
                seen.add(event["eventId"])
                stream, line = event["logStreamName"], event["message"].rstrip()
                if SCRIPT_STARTS in line:
                    in_script.add(stream)
                elif stream in in_script and not TOOLKIT_LINE.search(line):
                    on_line(line)
        except (ClientError, BotoCoreError):
            continue  # no job has logged yet, or the emulator is busy
