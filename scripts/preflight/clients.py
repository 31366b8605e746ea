"""Clients of AWS with the caller's credentials."""

from threading import Lock
from typing import Any

from botocore.config import Config
from botocore.session import Session

CONFIG = Config(
    connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 6}
)


class Clients:
    """Clients of one account and region, which threads may share."""

    def __init__(self, region: str) -> None:
        """Create no client yet.

        Args:
            region: region of the clients.
        """
        self._region, self._session, self._lock = region, Session(), Lock()
        self._made: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, region: str | None = None) -> Any:
        """Return the client of a service, which is created once.

        Args:
            service: its name in botocore.
            region: another region than the clients' own.
        """
        key = (service, region or self._region)
        with self._lock:  # botocore's sessions are not safe for threads
            if key not in self._made:
                self._made[key] = self._session.create_client(
                    service, region_name=key[1], config=CONFIG
                )
            return self._made[key]
