"""Commands of the repository, run in the tests' process."""

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from subprocess import CompletedProcess
from unittest import mock

import boto3


def run(main: Callable[[], int], *arguments: str) -> "CompletedProcess[str]":
    """Call a command's main function with arguments, an own environment and own AWS sessions."""
    with (
        mock.patch.object(sys, "argv", ["command", *arguments]),
        mock.patch.object(boto3, "DEFAULT_SESSION", None),
        mock.patch.dict(os.environ),
        redirect_stdout(StringIO()) as output,
        redirect_stderr(StringIO()) as errors,
    ):
        code = main()
    return CompletedProcess(arguments, code, output.getvalue(), errors.getvalue())
