"""Checkpoints of a training job: restored before it starts, and copied to S3 while it runs.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
"""

import contextlib
import threading
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.sagemaker import objects
from local_aws.sagemaker.store import Record

DEFAULT_LOCAL_PATH = "/opt/ml/checkpoints"
CONTAINER_BASE = "/opt/ml"
SYNC_SECONDS = 1.0


def local_folder(config: Record, base: Path) -> Path:
    """Return the checkpoint folder of a host whose /opt/ml is `base`.

    Raises:
        ValueError: when the LocalPath of the CheckpointConfig is not under /opt/ml.
    """
    path = PurePosixPath(config.get("LocalPath", DEFAULT_LOCAL_PATH))
    below = path.relative_to(CONTAINER_BASE)
    if not below.parts or ".." in below.parts:
        raise ValueError(f"{path} is not under {CONTAINER_BASE}")
    return base.joinpath(*below.parts)


class CheckpointSync:
    """Copies changed files of the hosts' folders to one S3 prefix, about once a second.

    As on AWS, all hosts share the prefix, and files that a host deletes stay there.
    """

    def __init__(self, s3: Any, config: Record, folders: Sequence[Path]) -> None:
        """Restore the existing checkpoints into every folder.

        Args:
            s3: client of the embedded S3.
            config: the job's CheckpointConfig.
            folders: the checkpoint folder of each host.
        """
        self._s3, self._uri, self._folders = s3, str(config["S3Uri"]), folders
        self._copied: dict[Path, tuple[int, int]] = {}
        self._closed = threading.Event()
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            objects.download_prefix(s3, self._uri, folder)
            self._copied |= {file: _version(file) for file in _files(folder)}
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)

    def start(self) -> None:
        """Start copying in the background."""
        self._thread.start()

    def close(self) -> None:
        """Copy the last changes and stop."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        closed = False
        while not closed:
            closed = self._closed.wait(SYNC_SECONDS)
            # A job can succeed without its checkpoints, so their failure must not end it.
            with contextlib.suppress(ClientError, BotoCoreError):
                self._copy()

    def _copy(self) -> None:
        bucket, prefix = objects.parse(self._uri)
        for folder in self._folders:
            for file in _files(folder):
                # The script may rename a temporary file at this moment.
                with contextlib.suppress(FileNotFoundError):
                    version = _version(file)
                    if self._copied.get(file) != version:
                        key = f"{prefix.rstrip('/')}/{file.relative_to(folder).as_posix()}"
                        with file.open("rb") as content:
                            self._s3.upload_fileobj(content, bucket, key.lstrip("/"))
                        self._copied[file] = version


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _version(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_size
