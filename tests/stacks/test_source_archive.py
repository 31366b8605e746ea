"""The training source as a reproducible archive."""

import os
import tarfile
from pathlib import Path

import pytest

from stacks.building_blocks.assets import content_hash, source_files, write_archive


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "package" / "__pycache__").mkdir(parents=True)
    (folder / "train.py").write_text("print('training')\n")
    (folder / "package" / "text.py").write_text("WORDS = 3\n")
    (folder / "package" / "__pycache__" / "text.pyc").write_bytes(b"\0")
    return folder


def test_caches_are_left_out(source: Path, tmp_path: Path) -> None:
    write_archive(source_files(source), tmp_path / "one.tar.gz")
    with tarfile.open(tmp_path / "one.tar.gz", "r:gz") as archive:
        assert archive.getnames() == ["package/text.py", "train.py"]


def test_times_owners_and_modes_are_left_out(source: Path, tmp_path: Path) -> None:
    write_archive(source_files(source), tmp_path / "one.tar.gz")
    (source / "train.py").chmod(0o700)
    os.utime(source / "train.py", (1, 1))
    write_archive(source_files(source), tmp_path / "another-name.tar.gz")
    one, two = ((tmp_path / name).read_bytes() for name in ("one.tar.gz", "another-name.tar.gz"))
    assert one == two
    with tarfile.open(tmp_path / "one.tar.gz", "r:gz") as archive:
        for member in archive:
            assert (member.mtime, member.uid, member.gid, member.mode) == (0, 0, 0, 0o644)


def test_the_content_is_packed(source: Path, tmp_path: Path) -> None:
    write_archive(source_files(source), tmp_path / "one.tar.gz")
    with tarfile.open(tmp_path / "one.tar.gz", "r:gz") as archive:
        content = archive.extractfile("train.py")
        assert content is not None
        assert content.read() == b"print('training')\n"


def test_the_hash_depends_only_on_contents_and_names(source: Path) -> None:
    before = content_hash(source_files(source))
    (source / "package" / "__pycache__" / "more.pyc").write_bytes(b"\1")
    os.utime(source / "train.py", (1, 1))
    assert content_hash(source_files(source)) == before
    (source / "train.py").rename(source / "main.py")
    renamed = content_hash(source_files(source))
    (source / "main.py").write_text("print('serving')\n")
    assert len({before, renamed, content_hash(source_files(source))}) == 3
