"""Expected time and price of a transform job, from assumed speeds and the price table."""

import os
import re
from dataclasses import dataclass
from math import isnan

from scripts.cost.prices import Prices
from stacks.settings.scoring import ScoringSettings

# From docs/benchmarks.md, rounded down: bytes of lines that one processor judges a second
BYTES_A_SECOND = 1_500_000
# Minutes until a machine has started and has loaded the model
START_MINUTES = 4.0
PROCESSORS = {"medium": 2, "large": 2, "xlarge": 4}


@dataclass(frozen=True)
class Plan:
    """Expected time and price of a job."""

    minutes: float
    dollars: float  # NaN when the price is unknown

    def __str__(self) -> str:
        """Return time and price for people."""
        price = "unknown" if isnan(self.dollars) else f"${self.dollars:,.2f}"
        return f"about {self.minutes:.0f} minutes, price {price}"


def local_minutes(size: int, processes: int) -> float:
    """Return the expected time of a job on the embedded AWS of this machine.

    Args:
        size: bytes of all lines.
        processes: instances of the job, each a process.
    """
    return size / (BYTES_A_SECOND * min(processes, os.cpu_count() or 1)) / 60


def processors(instance_type: str) -> int:
    """Return the number of an instance's processors, as its size says."""
    size = instance_type.rpartition(".")[2]
    match = re.fullmatch(r"(\d+)xlarge", size)
    return 4 * int(match[1]) if match else PROCESSORS.get(size, 2)


def plan(size: int, settings: ScoringSettings, prices: Prices) -> Plan:
    """Return the expected time and price.

    Args:
        size: bytes of all lines.
        settings: the machines.
        prices: the price table.
    """
    busy = min(processors(settings.instance_type), settings.max_concurrent_transforms)
    seconds = size / (BYTES_A_SECOND * busy * settings.instance_count)
    minutes = START_MINUTES + seconds / 60
    hourly = prices.of("sagemaker.transform_per_hour", settings.instance_type)
    return Plan(minutes, hourly * settings.instance_count * minutes / 60)
