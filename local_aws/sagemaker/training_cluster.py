"""The hosts of a training job, from their start until the last one has ended."""

import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from local_aws.sagemaker.checkpoints import CheckpointSync, local_folder
from local_aws.sagemaker.container import Container, stop_all
from local_aws.sagemaker.context import Context
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.training_host import TrainingHost

POLL_SECONDS = 0.2
# Time for the other hosts to log that one has failed
FAREWELL_SECONDS = 5.0
FAREWELL_GRACE_SECONDS = 1.0


class TrainingCluster:
    """Context manager for the hosts of one start of a job; it leaves nothing behind.

    Attributes:
        failure_reason: FailureReason of the first host that failed, or None.
    """

    def __init__(self, context: Context, record: Record, observe: Callable[[str], None]) -> None:
        """Name the hosts.

        Args:
            context: state and clients.
            record: the job's record.
            observe: receives each line that a host prints.
        """
        hosts = host_names(int(record["ResourceConfig"].get("InstanceCount", 1)))
        self._hosts = [
            TrainingHost(context, record, number, hosts, observe) for number in range(len(hosts))
        ]
        self._containers: list[Container] = []
        self._context, self._config = context, record.get("CheckpointConfig")
        self._role = str(record["RoleArn"])
        self._folder = self.base.parent
        self._checkpoints: CheckpointSync | None = None
        self.failure_reason: str | None = None

    def __enter__(self) -> Self:
        """Remove the files of an earlier start."""
        shutil.rmtree(self._folder, ignore_errors=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the hosts, save the last checkpoints, send the last lines and remove the files."""
        self.stop(0)
        if self._checkpoints is not None:
            self._checkpoints.close()
        for host in self._hosts:
            host.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def base(self) -> Path:
        """The folder of the first host, whose model is the job's."""
        return self._hosts[0].base

    @property
    def started(self) -> bool:
        """True when a host has been started."""
        return bool(self._containers)

    def prepare(self) -> None:
        """Download data and checkpoints to every host."""
        for host in self._hosts:
            host.prepare()
        if self._config is not None:
            folders = [local_folder(self._config, host.base) for host in self._hosts]
            s3 = self._context.client("s3", role=self._role)
            self._checkpoints = CheckpointSync(s3, self._config, folders)

    def start(self) -> None:
        """Start every host."""
        port = _free_port()
        for host in self._hosts:
            self._containers.append(host.start(port))
        if self._checkpoints is not None:
            self._checkpoints.start()

    def has_ended(self) -> bool:
        """Wait a moment and return whether the hosts have ended.

        When one has failed, the others are ended and `failure_reason` is set.
        """
        codes = [container.wait(0) for container in self._containers]
        if not any(codes):
            if None in codes:
                time.sleep(POLL_SECONDS)
            return None not in codes
        deadline = time.monotonic() + FAREWELL_SECONDS
        while None in codes and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            codes = [container.wait(0) for container in self._containers]
        failed = [(host, code) for host, code in zip(self._hosts, codes, strict=True) if code]
        self.stop(FAREWELL_GRACE_SECONDS)
        host, code = min(failed, key=lambda one: one[0].failed_at())
        self.failure_reason = host.failure_reason(code)
        return True

    def stop(self, grace: float) -> None:
        """Ask every host to end, and kill it after `grace` seconds."""
        stop_all(self._containers, grace)


def host_names(count: int) -> list[str]:
    """Return the names of a job's hosts.

    AWS calls them algo-1, algo-2 and so on. Several hosts have to find one another; without a name
    server for those names they get addresses instead.
    """
    return ["algo-1"] if count == 1 else [f"127.0.0.{number}" for number in range(1, count + 1)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
