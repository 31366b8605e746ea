"""torchrun for containers that share one machine's network.

A container's Python runs this script in place of torchrun. On AWS each job has its own network, so
the training toolkit starts every job's rendezvous on the same port, and torch opens that port on
all interfaces. This script uses the job's own port, on the loopback interface only.
"""

import os
import socket
import sys
from collections.abc import Sequence
from datetime import timedelta

from torch.distributed import TCPStore  # type: ignore[attr-defined]
from torch.distributed.elastic.rendezvous import static_tcp_rendezvous
from torch.distributed.run import main

PORT_VARIABLE = "LOCAL_AWS_MASTER_PORT"
OPTION = "--master_port"


def with_port(arguments: Sequence[str], port: str) -> list[str]:
    """Return torchrun's arguments with another rendezvous port."""
    kept = list(arguments)
    if OPTION in kept:
        at = kept.index(OPTION)
        del kept[at : at + 2]
    return [OPTION, port, *kept]


def store_on_loopback(  # noqa: PLR0913 - called in place of TCPStore
    host: str,
    port: int,
    world_size: int,
    is_master: bool,  # noqa: FBT001
    timeout: timedelta,
    *,
    multi_tenant: bool,
) -> TCPStore:
    """Return the store of the rendezvous, whose server listens on `host` only."""
    listener = socket.create_server((host, port)).detach() if is_master else None
    return TCPStore(
        host,
        port,
        world_size,
        is_master,
        timeout,
        multi_tenant=multi_tenant,
        master_listen_fd=listener,
    )


if __name__ == "__main__":
    setattr(static_tcp_rendezvous, "TCPStore", store_on_loopback)  # noqa: B010 - not exported
    sys.exit(main(with_port(sys.argv[1:], os.environ[PORT_VARIABLE])))
