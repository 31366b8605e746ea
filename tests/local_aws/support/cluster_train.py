"""A training script for several hosts that adds up ranks instead of training."""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import psutil

Values = dict[str, Any]


def main(behaviour: str) -> None:
    """Add up the ranks over all processes, unless a rank is to fail."""
    rank = int(os.environ["RANK"])
    if behaviour in {"explain", "vanish"}:
        if rank == 0:
            time.sleep(600)  # busy, so it does not notice that a rank is missing
        if behaviour == "vanish":
            os.kill(os.getpid(), signal.SIGKILL)  # as the kernel does when memory runs out
        Path(os.environ["SM_OUTPUT_DIR"], "failure").write_text("rank 1 has no label in line 7")
        sys.exit(1)
    add(rank, fails=behaviour == "crash" and rank == 1)


def add(rank: int, *, fails: bool) -> None:
    """Add up the ranks over all processes and save each rank's view."""
    import torch  # noqa: PLC0415 - takes seconds, which the ranks that fail early do without
    import torch.distributed as dist  # noqa: PLC0415

    dist.init_process_group("gloo")
    total = torch.tensor([rank + 1.0])
    dist.all_reduce(total)
    if fails:
        raise ValueError("rank 1 found a defect")
    found: list[Values | None] = [None] * dist.get_world_size()
    dist.all_gather_object(found, seen(rank, float(total)))
    Path(os.environ["SM_MODEL_DIR"], f"rank-{rank}.json").write_text(json.dumps(found))
    sys.stdout.write(f"rank {rank} is done\n")
    dist.destroy_process_group()


def seen(rank: int, total: float) -> Values:
    """Return a rank's view of its host."""
    files = Path(os.environ["SM_CHANNEL_PARTS"])
    agent = psutil.Process(os.getppid())
    return {
        "rank": rank,
        "total": total,
        "local_rank": os.environ["LOCAL_RANK"],
        "host": os.environ["SM_CURRENT_HOST"],
        "hosts": json.loads(os.environ["SM_HOSTS"]),
        "base": Path(os.environ["SAGEMAKER_BASE_DIR"]).stat().st_ino,
        "port": os.environ["MASTER_PORT"],
        "parts": sorted(file.name for file in files.iterdir()),
        "listens": [
            connection.laddr.ip
            for process in (agent, psutil.Process())
            for connection in process.net_connections(kind="tcp")
            if connection.status == psutil.CONN_LISTEN
        ],
    }


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--behaviour")
    main(options.parse_known_args()[0].behaviour)
