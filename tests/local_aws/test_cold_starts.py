"""A burst of requests starts few environments of a function and gets its answers."""

import io
import json
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.local_aws.conftest import Emulator

# Each environment records the beginning and the end of its start.
STARTS = """
import os, time
began = time.monotonic()
time.sleep(0.3)
with open(os.path.join({folder!r}, str(os.getpid())), "w") as file:
    file.write(str(began) + " " + str(time.monotonic()))
def handler(event, context):
    return event
"""
CALLS_ITSELF = """
import boto3, json
def handler(event, context):
    if event == 0:
        return ["end"]
    answer = boto3.client("lambda").invoke(
        FunctionName=context.function_name, Payload=json.dumps(event - 1))
    return [event, *json.loads(answer["Payload"].read())]
"""


def make_function(emulator: Emulator, name: str, code: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("index.py", code)
    emulator.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.14",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Timeout=60,
        Code={"ZipFile": archive.getvalue()},
    )


def invoke(emulator: Emulator, name: str, event: object) -> object:
    answer = emulator.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def test_no_more_start_at_once_than_there_are_processors(
    emulator: Emulator, tmp_path: Path
) -> None:
    make_function(emulator, "starts", STARTS.format(folder=str(tmp_path)))
    with ThreadPoolExecutor(30) as callers:
        answers = list(callers.map(lambda number: invoke(emulator, "starts", number), range(30)))
    assert answers == list(range(30))
    starts = [tuple(map(float, file.read_text().split())) for file in tmp_path.iterdir()]
    for began, _ in starts:
        assert sum(other <= began < end for other, end in starts) <= (os.cpu_count() or 1)


def test_a_function_that_calls_itself_does_not_wait_for_itself(emulator: Emulator) -> None:
    depth = (os.cpu_count() or 1) + 2
    make_function(emulator, "recursive", CALLS_ITSELF)
    assert invoke(emulator, "recursive", depth) == [*range(depth, 0, -1), "end"]
