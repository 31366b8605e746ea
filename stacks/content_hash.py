"""Hashes of files' names and contents, the same on every machine and in every checkout."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

# Bytecode, and extensions compiled for the machine that synthesizes: what is vendored does without.
IGNORED_SUFFIXES = (".pyc", ".so", ".pyd", ".c")
IGNORED_FOLDERS = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}


def source_files(root: Path) -> dict[str, Path]:
    """Return every file under `root`, by its relative name and sorted by it, without caches."""
    found: dict[str, Path] = {}
    for folder, inside, names in os.walk(root):
        inside[:] = [one for one in inside if one not in IGNORED_FOLDERS]
        here = Path(folder)
        for name in names:
            if not name.endswith(IGNORED_SUFFIXES) and (path := here / name).is_file():
                found[path.relative_to(root).as_posix()] = path
    return dict(sorted(found.items()))


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def content_hash(files: Mapping[str, Path]) -> str:
    """Return the SHA-256 over the sorted names and the contents of files, in hexadecimal."""
    return combined_hash({name: file_hash(path) for name, path in files.items()})


def combined_hash(hashes: Mapping[str, str]) -> str:
    """Return the SHA-256 over the sorted names of files and their contents' hashes."""
    lines = [f"{digest}  {name}\n" for name, digest in sorted(hashes.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
