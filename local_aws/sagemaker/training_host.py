"""A host of a training job: a folder laid out as the container, with SageMaker's toolkit."""

import json
import math
import os
import re
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from local_aws.sagemaker import namespace, objects
from local_aws.sagemaker.checkpoints import local_folder
from local_aws.sagemaker.container import Container, container_environment
from local_aws.sagemaker.context import Context
from local_aws.sagemaker.logs import LogStream
from local_aws.sagemaker.namespace import KILLED_BY, OPT_ML
from local_aws.sagemaker.overlay import make_overlay, write_command
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.training_command import (
    container_command,
    seen_hyperparameters,
    toolkit_variables,
)

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
TORCHRUN = Path(__file__).with_name("torchrun.py")
INSTANCE_GROUP = "homogeneousCluster"
MAX_FAILURE_REASON = 1024
TRACEBACK = "Traceback (most recent call last)"
# torchrun's line about a process that was killed by the kernel when memory ran out or by its own
# fault: SIGILL, SIGBUS, SIGFPE, SIGKILL or SIGSEGV. Such a process cannot log anything itself.
KILLED = re.compile(r"failed \(exitcode: -(4|7|8|9|11)\)")


class TrainingHost:
    """Prepares and runs the container of one host.

    Attributes:
        base: the folder that is /opt/ml in the container.
    """

    def __init__(
        self,
        context: Context,
        record: Record,
        number: int,
        hosts: Sequence[str],
        observe: Callable[[str], None],
    ) -> None:
        """Name the host.

        Args:
            context: state and clients.
            record: the job's record.
            number: the host's number, counted from 0.
            hosts: names of all hosts.
            observe: receives each line that the container prints.
        """
        self._context, self._record = context, record
        self._number, self._hosts, self._observe = number, hosts, observe
        self._job, self._role = str(record["TrainingJobName"]), str(record["RoleArn"])
        self.base = context.folder / "training" / self._job / f"algo-{number + 1}"
        self._first_traceback: float | None = None
        self._killed = False
        self._log: LogStream | None = None
        self._isolated = bool(record.get("EnableNetworkIsolation"))
        self._obstacle = namespace.obstacle()
        self._seen_base = OPT_ML if self._obstacle is None else str(self.base)

    def prepare(self) -> None:
        """Create the container's folder, except for checkpoints.

        Raises:
            FileNotFoundError: when a channel has no data.
        """
        for folder in ("input/config", "model", "output/data"):
            (self.base / folder).mkdir(parents=True)
        for name, content in self._configuration().items():
            text = json.dumps(content)
            (self.base / "input" / "config" / f"{name}.json").write_text(text, "utf-8")
        self._python = make_overlay(self.base / "environment")
        write_command(self._python.with_name("torchrun"), [self._python, "-P", TORCHRUN])

    def start(self, master_port: int) -> Container:
        """Start the container and return it.

        Args:
            master_port: port of the job's rendezvous.
        """
        stream = f"{self._job}/algo-{self._number + 1}-{int(time.time())}"
        log = self._log = LogStream(
            self._context.client("logs", role=self._role), LOG_GROUP, stream
        )

        def on_line(line: str) -> None:
            log.write(line)
            if self._first_traceback is None and TRACEBACK in line:
                self._first_traceback = time.time()
            self._killed = self._killed or KILLED.search(line) is not None
            self._observe(line)

        if self._obstacle is not None:
            on_line(f"local_aws: {OPT_ML} is {self.base} here: {self._obstacle}.")
        credentials = None if self._isolated else self._context.credentials(self._role)
        # Scripts of entrypoints split the path of their Python at spaces.
        seen_python = Path(self._seen_base, *self._python.relative_to(self.base).parts)
        return Container(
            self._command(),
            folder=self.base,
            environment={
                **container_environment(
                    self._context.endpoint_url, self._context.region, seen_python, credentials
                ),
                **toolkit_variables(self._record, self._seen_base, self._context.region),
                "GLOO_SOCKET_IFNAME": loopback_interface(),
                "LOCAL_AWS_MASTER_PORT": str(master_port),
                **self._share_of_the_processor(),
                **self._record.get("Environment", {}),
            },
            on_line=on_line,
        )

    def _command(self) -> list[str | Path]:
        words = container_command(self._record, self._python)
        # Several hosts need a network to find one another.
        isolated = self._isolated and len(self._hosts) == 1
        return namespace.command(words, self.base, isolated=isolated)

    def close(self) -> None:
        """Send the last lines."""
        if self._log is not None:
            self._log.close()

    def failed_at(self) -> float:
        """Return when the script of a failed container gave up, in seconds since 1970.

        A script logs its error before its process ends, and only then can other hosts fail because
        of it, so the earliest host is the cause. A killed process logs nothing, and a missing host
        kills no process, so a host with a killed process comes first.
        """
        if self._killed:
            return 0
        failure = self._failure_file
        said = [failure.stat().st_mtime] if failure.exists() else []
        said += [self._first_traceback] if self._first_traceback is not None else []
        return min(said, default=math.inf)

    def failure_reason(self, code: int) -> str:
        """Return the FailureReason of a container's exit code, in AWS's words."""
        code = KILLED_BY - code if code < 0 else code
        failure = self._failure_file
        reason = failure.read_text("utf-8", "replace") if failure.exists() else "no reason"
        ending = f", exit code: {code}"
        return f"AlgorithmError: {reason}"[: MAX_FAILURE_REASON - len(ending)] + ending

    @property
    def _failure_file(self) -> Path:
        return self.base / "output" / "failure"

    def _configuration(self) -> Record:
        """Return name to content of the files in /opt/ml/input/config; download the channels."""
        instance = self._record["ResourceConfig"]["InstanceType"]
        files = {
            "hyperparameters": seen_hyperparameters(self._record, self._seen_base),
            "inputdataconfig": {
                channel["ChannelName"]: self._download(channel)
                for channel in self._record.get("InputDataConfig", [])
            },
            "resourceconfig": {
                "current_host": self._hosts[self._number],
                "hosts": list(self._hosts),
                "network_interface_name": loopback_interface(),
                "current_instance_type": instance,
                "current_group_name": INSTANCE_GROUP,
                "instance_groups": [{
                    "instance_group_name": INSTANCE_GROUP, "hosts": list(self._hosts),
                    "instance_type": instance,
                }],
            },
        }  # fmt: skip
        if config := self._record.get("CheckpointConfig"):
            folder = local_folder(config, Path(self._seen_base))
            files["checkpointconfig"] = {"LocalPath": str(folder)}
        return files

    def _download(self, channel: Record) -> Record:
        source = channel["DataSource"]["S3DataSource"]
        distribution = source.get("S3DataDistributionType", "FullyReplicated")
        sharded = distribution == "ShardedByS3Key"
        folder = self.base / "input" / "data" / channel["ChannelName"]
        folder.mkdir(parents=True)
        share = (self._number, len(self._hosts)) if sharded else (0, 1)
        s3 = self._context.client("s3", role=self._role)
        if not objects.download_prefix(s3, source["S3Uri"], folder, share=share):
            raise FileNotFoundError(f"no object under {source['S3Uri']}")
        return {
            "TrainingInputMode": "File",
            "S3DistributionType": distribution,
            "RecordWrapperType": "None",
        }

    def _share_of_the_processor(self) -> dict[str, str]:
        """Return variables that keep several hosts from each using all cores."""
        hosts = len(self._hosts)
        return {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // hosts))} if hosts > 1 else {}


def loopback_interface() -> str:
    """Return the name of the network interface of 127.0.0.1: lo on Linux, lo0 on macOS."""
    for name, addresses in psutil.net_if_addrs().items():
        if any(a.family == socket.AF_INET and a.address == "127.0.0.1" for a in addresses):
            return str(name)
    raise OSError("no network interface has the address 127.0.0.1")
