"""Files that desktops, editors, notebooks and Spark leave behind."""

from pathlib import Path

LEFTOVERS = (
    ".DS_Store", "._review.txt", ".AppleDouble/x.csv", "__MACOSX/._x.csv", "__MACOSX/x.csv", "Icon\r",
    "Thumbs.db", "ehthumbs.db", "Desktop.ini", "$RECYCLE.BIN/x.csv", ".Trash-1000/x.csv", ".directory",
    ".x.py.swp", "x.py.swp", ".x.swo", "x.py~", "#x.csv#", ".#x.csv", "~$x.csv", ".~lock.x.csv#",
    "x.csv.bak", "x.py.orig", "x.py.rej", "x.csv.tmp", ".idea/x.csv", "project.iml", ".vscode/x.csv",
    "x.code-workspace", "x.sublime-workspace", ".ipynb_checkpoints/x-checkpoint.csv",
    "__pycache__/x.cpython-314.pyc", ".mypy_cache/x.json", ".ruff_cache/x.json",
    ".pytest_cache/x.json", ".git/config", ".hg/x.csv", ".svn/x.csv", ".env", ".nfs0001", ".venv/x.csv",
    "_SUCCESS", "_started_123", "_committed_123", "_temporary/0/x.csv", "x.csv.crc", "x_$folder$",
    "_metadata", "_common_metadata",
)  # fmt: skip


def leave_behind(folder: Path) -> None:
    """Put every kind of file into a folder."""
    for name in LEFTOVERS:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\0\0\0\1Bud1 left behind")
