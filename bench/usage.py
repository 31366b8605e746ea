"""Run a command and print its resource usage: `python -m bench.usage COMMAND`.

Linux counts the memory that a process had before it started its program, a copy of its parent's, as
its own. So the parent of a measured process must be small: this one.
"""

import json
import resource
import subprocess
import sys

PREFIX = "usage="  # prefix of the last line
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes


def main() -> int:
    """Print processor seconds and peak bytes as JSON; return the command's exit status."""
    code = subprocess.run(sys.argv[1:], check=False).returncode  # noqa: S603 - our own commands
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, peak = used.ru_utime + used.ru_stime, used.ru_maxrss * MAXRSS_UNIT
    print(PREFIX + json.dumps([seconds, peak]), flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
