"""What an installed Python package says of its licence."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

# Some classifiers name no licence.
CLASSIFIER = re.compile(r"License :: (?:OSI Approved :: )?(?!OSI Approved$|DFSG|Freely)(.+)")
SPDX = re.compile(r"[A-Za-z0-9.-]+-[A-Za-z0-9.-]+")


def installed(environment: Path) -> Iterator[tuple[str, str, str]]:
    """Return name (normalized), version (public) and licence of what a virtual environment has.

    The licence is the SPDX expression where there is one, else what the classifiers name, else the
    free text's first line; empty where a package says nothing.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for found in distributions(path=[str(environment / "lib" / version / "site-packages")]):
        name = re.sub(r"[-_.]+", "-", found.name).lower()
        yield name, found.version.partition("+")[0], _licence(found)


def _licence(found: Distribution) -> str:
    metadata = found.metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    text = metadata["License"].strip().partition("\n")[0] if "License" in metadata else ""
    if SPDX.fullmatch(text):
        return text
    classifiers = map(CLASSIFIER.fullmatch, metadata.get_all("Classifier", []))
    return "; ".join(match[1] for match in classifiers if match) or text
