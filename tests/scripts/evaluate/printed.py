"""Parser for printed tables."""

import re


def rows(output: str) -> list[list[str]]:
    """Return the cells of every row of every table."""
    lines = (line for line in output.splitlines() if line[:1] in {"│", "┃"})
    return [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in lines]
