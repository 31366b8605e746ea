"""Description of the machine that runs the measurements."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

CPU_INFORMATION = Path("/proc/cpuinfo")


def describe() -> dict[str, str | int]:
    """Return processor, cores, memory, system and versions."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": version("torch"),
    }


def sentence(machine: dict[str, str | int]) -> str:
    """Return the description as one line."""
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']}, Python {machine['python']}, torch {machine['torch']}"
    )


def _processor() -> str:
    if CPU_INFORMATION.is_file():
        for line in CPU_INFORMATION.read_text("utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
