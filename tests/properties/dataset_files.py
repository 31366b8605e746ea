"""Dataset files for the properties: reading them, compressing them, and reviews to put in them."""

import lzma
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import event
from hypothesis import strategies as st

from sentiment.datasets import Dataset, read_channel
from sentiment.errors import DatasetError
from sentiment.schema import Schema
from tests.properties.tar_archives import gzipped

Halves = dict[str, Dataset]

CHANNEL = "channel"
# Messages about all files of a channel together. Every other message is about one file.
OF_CHANNEL = re.compile(
    rf"{CHANNEL}: (no reviews found; .+|all \d+ (training|test) reviews are .+; .+)"
)
OF_TABLE = re.compile(
    r", (line|object) [1-9]\d*: .+|: unknown format; .+|: a text file needs a folder .+|: not JSON .+|: damaged or truncated (compression|content) \(.*\)|: the (same|review|first) .+|: its content is .+|: UTF-16 without .+|: UTF-32; .+|: contains no reviews; .+"
)
OF_ARCHIVE = re.compile(r"(:.+)?(, line [1-9]\d*)?: .+")
ARCHIVES = (".tar", ".tar.gz", ".tar.xz", ".tar.bz2", ".tgz", ".zip")
REVIEWS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    str.strip
)


def read(name: str, content: bytes, schema: Schema | None = None) -> Halves | str:
    """Return the datasets of a channel with one file, or the reason for its refusal."""
    with TemporaryDirectory() as root:
        folder = Path(root, CHANNEL)
        folder.mkdir()
        (folder / name).write_bytes(content)
        found = read_folder(folder, schema)
        assert list(Path(root).rglob("*")) == [folder, folder / name]
    if isinstance(found, str) and not OF_CHANNEL.fullmatch(found):
        assert found.startswith(name)
        pattern = OF_ARCHIVE if name.endswith(ARCHIVES) else OF_TABLE
        assert pattern.fullmatch(found.removeprefix(name)), found
        assert len(found.removeprefix(name).splitlines()) == 1
        assert found.isprintable() or not name.isprintable()
        assert len(found) < 1000
    return found


def read_folder(folder: Path, schema: Schema | None = None) -> Halves | str:
    """Return the datasets of a channel, or the reason for its refusal."""
    try:
        halves = read_channel(folder, schema)
    except DatasetError as error:
        event("refused")
        return str(error)
    event("read")
    for half in halves.values():
        assert len(set(half.labels)) > 1
        assert set(half.labels) <= set(range(len(half.names)))
    assert all(text.strip() for half in halves.values() for text in half.texts)
    return halves


def compressed(name: str, content: bytes) -> bytes:
    """Compress content as the file name's extension says."""
    if name.endswith((".gz", ".tgz")):
        return gzipped(content)
    return lzma.compress(content, preset=0) if name.endswith(".xz") else content
