"""Archives of every kind: valid, unusual, truncated, damaged and hostile ones."""

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


def tarred(members: list[Member]) -> bytes:
    """Return a .tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind, content, target in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            member.size = len(content) if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def gzipped(content: bytes) -> bytes:
    """Return a valid .gz with any content."""
    return gzip.compress(content, 1, mtime=0)


def packed(members: list[Member]) -> bytes:
    """Return a .tar.gz."""
    return gzipped(tarred(members))


def packed_files(files: dict[str, bytes]) -> bytes:
    """Return a .tar.gz of plain files."""
    return packed(plain_members(files))


def plain_members(files: dict[str, bytes]) -> list[Member]:
    """Return the members of an archive of plain files."""
    return [(name, tarfile.REGTYPE, content, "") for name, content in files.items()]


def with_headers(headers: dict[str, str]) -> bytes:
    """Return a .tar.gz with two members, one with extended headers."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, own in (("train/neg/1.txt", {}), ("train/pos/1.txt", headers)):
            member = tarfile.TarInfo(name)
            member.pax_headers, member.size = own, 4
            tar.addfile(member, io.BytesIO(b"film"))
    return gzip.compress(buffer.getvalue(), mtime=0)


def with_long_header(size: int) -> bytes:
    """Return a .tar.gz with an extended header of this size, which compresses well."""
    return with_headers({"comment": "x" * size})


def with_headers_of_headers(depth: int) -> bytes:
    """Return a .tar.gz with nested extended headers."""
    header = tarfile.TarInfo("x")
    header.type = tarfile.XHDTYPE
    return gzipped(header.tobuf() * depth + tarred([("a", tarfile.REGTYPE, b"x", "")]))


@st.composite
def truncated(draw: st.DrawFn, tar: bytes) -> bytes:
    """Draw a .tar truncated in a member, in a header, between members or in its final zeros."""
    last = len(tar.rstrip(b"\0")) // tarfile.BLOCKSIZE + 4
    place = draw(st.integers(0, last)) * tarfile.BLOCKSIZE
    return tar[: max(0, place - draw(st.just(0) | st.integers(1, tarfile.BLOCKSIZE - 1)))]


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw the content with one byte changed or with its end missing."""
    place = draw(st.integers(0, max(0, len(content) - 1)))
    if draw(st.booleans()):
        return content[:place]
    return (
        content[:place] + bytes([content[place] ^ draw(st.integers(1, 255))]) + content[place + 1 :]
    )


HEADERS = st.dictionaries(
    st.sampled_from(
        ["path", "linkpath", "mtime", "uid", "comment", "hdrcharset", "GNU.sparse.map", "GNU.sparse.size",
         "GNU.sparse.realsize", "GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.name"]
    ),
    st.text(max_size=8) | st.sampled_from(["0", "1", "0,4", "4,-1", "9" * 20, "-1", "nan", "BINARY"]),
    max_size=4,
)  # fmt: skip
ARCHIVES = st.one_of(
    st.binary(),
    MEMBERS.map(packed),
    MEMBERS.map(packed).flatmap(damaged),
    MEMBERS.map(tarred).flatmap(truncated).map(gzipped),
    MEMBERS.map(tarred).flatmap(damaged).map(gzipped),
    HEADERS.map(with_headers),
    st.binary().map(gzipped),
)
