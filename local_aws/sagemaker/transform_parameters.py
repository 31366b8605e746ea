"""Parameters with which a transform job's records become requests."""

import json
from dataclasses import dataclass
from typing import Any

from local_aws.sagemaker.store import Record


@dataclass(frozen=True)
class Parameters:
    """Sizes and number of the requests.

    Attributes:
        concurrent: number of requests at the same time.
        payload_mb: maximum size of a request; 0 for any size.
        strategy: MultiRecord or SingleRecord.
    """

    concurrent: int
    payload_mb: int
    strategy: str

    @classmethod
    def of(cls, request: Record, answer: bytes) -> "Parameters":
        """Return the job's parameters; the container's fill the gaps.

        Args:
            request: parameters of CreateTransformJob.
            answer: the container's answer to GET /execution-parameters; may be empty.
        """
        try:
            found = json.loads(answer or b"{}")
        except ValueError:
            found = {}
        found = found if isinstance(found, dict) else {}
        single = str(found.get("BatchStrategy", "")).upper() == "SINGLE_RECORD"
        stated = request.get("MaxConcurrentTransforms")
        payload: Any = request.get("MaxPayloadInMB", found.get("MaxPayloadInMB", 6))
        return cls(
            int(stated or found.get("MaxConcurrentTransforms") or 1),
            int(payload),
            request.get("BatchStrategy", "SingleRecord" if single else "MultiRecord"),
        )

    def __str__(self) -> str:
        """Return the first line of the data log."""
        strategy = "SINGLE_RECORD" if self.strategy == "SingleRecord" else "MULTI_RECORD"
        return (
            f"MaxConcurrentTransforms={self.concurrent}, MaxPayloadInMB={self.payload_mb}, "
            f"BatchStrategy={strategy}"
        )
