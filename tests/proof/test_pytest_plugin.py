"""The pytest plugin's embedded AWS ends with its pytest, however pytest ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from scripts import ROOT
from tests.local_aws.conftest import processes_naming
from tests.support.waiting import until

END_SECONDS = 60.0
FOLDERS = [str(ROOT), str(ROOT / "lambda_fn"), str(ROOT / "model_code")]
# A test that starts a process of each kind, and then waits for the signal.
TEST = '''
import time
from pathlib import Path

from tests.local_aws.support import endpoints, jobs
from tests.local_aws.support.archives import archive
from tests.local_aws.test_emulator_process import invoke, make_function
from tests.local_aws.test_sagemaker_transform import CODE, create_model, start
from tests.support.waiting import until

SCRIPT = """
import signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen(["sleep", "600"], start_new_session=True)
print("waiting", flush=True)
time.sleep(600)
"""


def test_everything_runs(embedded_aws):
    s3, sagemaker = embedded_aws.client("s3"), embedded_aws.client("sagemaker")
    embedded_aws.execution_role("sagemaker")
    for bucket in (endpoints.BUCKET, jobs.BUCKET, "transforms"):
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=jobs.BUCKET, Key="source.tar.gz", Body=archive({"train.py": SCRIPT}))
    sagemaker.create_training_job(**jobs.request("trains", ""))
    endpoints.define(embedded_aws, "serves")
    sagemaker.create_endpoint(EndpointName="serves", EndpointConfigName="serves")
    model = endpoints.artifact("transforms", **{"code/inference.py": CODE})
    s3.put_object(Bucket="transforms", Key="model.tar.gz", Body=model)
    create_model(embedded_aws, "transforms", "model.tar.gz")
    begun = Path("transforms.begun").resolve()
    start(embedded_aws, "transforms", {"a.csv": f"await {begun.with_suffix('')}".encode()})
    make_function(embedded_aws, "worker", "python3.12")
    assert invoke(embedded_aws, "worker")
    assert endpoints.settled(embedded_aws, "serves")["EndpointStatus"] == "InService"
    until(lambda: "waiting" in jobs.lines(embedded_aws, "trains") and begun.exists())
    Path("all-run").touch()
    time.sleep(600)
'''


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, id="SIGINT", marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, id="SIGTERM", marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, id="SIGKILL"),
    ],
)
def test_no_process_outlives_its_pytest(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "test_all.py").write_text(TEST, "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "local_aws.pytest_plugin", "--basetemp=t"]
    with (tmp_path / "printed").open("wb") as printed:
        run = subprocess.Popen(
            [*command, "-p", "no:cacheprovider"], cwd=tmp_path, stdout=printed, stderr=printed,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(FOLDERS)}, start_new_session=True,
        )  # fmt: skip
    started: list[psutil.Process] = []
    try:
        until(
            lambda: (tmp_path / "all-run").exists() or run.poll() is not None,
            explain=(tmp_path / "printed").read_text,
        )
        assert run.poll() is None, (tmp_path / "printed").read_text()
        started = psutil.Process(run.pid).children(recursive=True)
        commands = [" ".join(process.cmdline()) for process in started]
        for part in ("emulator.server", "model_server.py", "train.py", "sleep 600", "lambda"):
            assert any(part in command for command in commands), (part, commands)
        run.send_signal(number)
        run.wait(END_SECONDS)
        _, living = psutil.wait_procs(started, timeout=END_SECONDS)
        assert living == []
        until(lambda: processes_naming(tmp_path) == {}, seconds=END_SECONDS)
        assert not list(tmp_path.glob("t/embedded-aws*/emulator.json"))
    finally:
        for process in (run, *started):
            if isinstance(process, subprocess.Popen) or process.is_running():
                process.kill()
