"""Archives as anybody may send them: good, odd, cut off, damaged and hostile ones."""

import gzip
import io
import tarfile

from hypothesis import strategies as st

Member = tuple[str, bytes, bytes, str]  # name, type, content, target of a link
NAMES = st.one_of(
    st.sampled_from(
        ["../out", "/etc/out", "code/../../out", "train/pos/1.txt", "test/neg/2.txt", ".", "a/b", "a"]
    ),
    st.text(min_size=1, max_size=12),
)  # fmt: skip
KINDS = st.sampled_from(
    [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)  # fmt: skip
MEMBERS = st.lists(st.tuples(NAMES, KINDS, st.binary(max_size=40), NAMES), max_size=5)
SAFE_NAMES = st.from_regex(r"\A[a-z]{1,3}(/[a-z]{1,3}){0,2}\.txt\Z")
FILES = st.dictionaries(SAFE_NAMES, st.binary(max_size=600), max_size=4)


def packed(members: list[Member]) -> bytes:
    """Return a .tar.gz."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        for name, kind, content, target in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            member.size = len(content) if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def packed_files(files: dict[str, bytes]) -> bytes:
    """Return a .tar.gz of plain files."""
    return packed([(name, tarfile.REGTYPE, content, "") for name, content in files.items()])


def with_long_header(size: int) -> bytes:
    """Return a .tar.gz with an extended header of that many bytes, which compress to few."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("train/pos/1.txt")
        member.pax_headers = {"comment": "x" * size}
        tar.addfile(member)
    return buffer.getvalue()


ARCHIVES = st.one_of(
    st.binary(),
    MEMBERS.map(packed),
    st.tuples(MEMBERS.map(packed), st.integers(1, 200)).map(lambda pair: pair[0][: -pair[1]]),
    st.binary().map(gzip.compress),
)


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw the content with one byte changed, or without its end."""
    place = draw(st.integers(0, max(0, len(content) - 1)))
    if draw(st.booleans()):
        return content[:place]
    return (
        content[:place] + bytes([content[place] ^ draw(st.integers(1, 255))]) + content[place + 1 :]
    )
