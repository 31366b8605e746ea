"""Say what changes against the accepted templates: resources, permissions, cost."""

import argparse
import sys
from collections.abc import Sequence

from scripts.diff.snapshots import NoSnapshotError, accepted, present
from scripts.diff.summary import summarize
from scripts.synthesis import SynthesisError, environments


def main(given: Sequence[str] | None = None) -> int:
    """Compare every environment, or the one that is named, with the snapshots of a revision.

    Args:
        given: the arguments; those of the command line without.
    """
    parser = argparse.ArgumentParser(prog="make diff", description=__doc__)
    parser.add_argument("--environment", choices=environments(), action="append")
    parser.add_argument("--against", default="HEAD", metavar="REVISION", help="default: HEAD")
    arguments = parser.parse_args(given)
    chosen = arguments.environment or environments()
    try:
        before = {environment: accepted(environment, arguments.against) for environment in chosen}
        after = present(chosen)
    except (NoSnapshotError, SynthesisError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for environment in chosen:
        for line in summarize(environment, before[environment], after[environment]):
            sys.stdout.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
