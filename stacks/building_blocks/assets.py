"""Files that become assets: hashed by name and content, written at synth without Docker."""

import gzip
import hashlib
import os
import re
import shutil
import tarfile
from collections.abc import Callable, Mapping
from fnmatch import translate
from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, BundlingOutput, DockerImage, ILocalBundling
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct

from sentiment.leftovers import LEFTOVERS

ROOT = Path(__file__).resolve().parents[2]
# Bytecode and extensions compiled for this machine; the vendored libraries work without them.
COMPILED = ("*.pyc", "*.pyo", "*.so", "*.pyd", "*.c")
# Among names that begin with a dot, the folder that RFC 8615 defines for sites is a source.
WELL_KNOWN = ".well-known"
NO_SOURCE = re.compile("|".join(map(translate, (*COMPILED, *LEFTOVERS))))


def source_files(root: Path) -> dict[str, Path]:
    """Return relative name to file, sorted, of every file under `root` that is a source.

    Compiled files and leftovers of desktops, editors and notebooks are left out.
    """
    found: dict[str, Path] = {}
    for folder, inside, names in os.walk(root):
        inside[:] = filter(_is_source, inside)
        here = Path(folder)
        for name in filter(_is_source, names):
            if (path := here / name).is_file():
                found[path.relative_to(root).as_posix()] = path
    return dict(sorted(found.items()))


def _is_source(name: str) -> bool:
    if name.startswith("."):
        return name == WELL_KNOWN
    return not NO_SOURCE.match(name.lower())


def copy_files(files: Mapping[str, Path], folder: Path) -> None:
    """Copy files to their names under a folder."""
    for name, path in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def content_hash(files: Mapping[str, Path]) -> str:
    """Return the SHA-256 of the sorted names and the contents of files, in hexadecimal."""
    return combined_hash({name: file_hash(path) for name, path in files.items()})


def combined_hash(hashes: Mapping[str, str]) -> str:
    """Return the SHA-256 of the sorted names of files and the hashes of their contents."""
    lines = [f"{digest}  {name}\n" for name, digest in sorted(hashes.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


NO_IMAGE = DockerImage.from_registry("never-pulled")


@jsii.implements(ILocalBundling)
class LocalBundling:
    """Bundles an asset by calling a function that writes its files to CDK's output folder."""

    def __init__(self, write: Callable[[Path], None]) -> None:
        """Bundle with `write`, which receives the output folder."""
        self._write = write

    def try_bundle(self, output_dir: str, *_options: object, **_more: object) -> bool:
        """Write the asset; CDK falls back to Docker only if this returns False."""
        self._write(Path(output_dir))
        return True


def bundling(
    write: Callable[[Path], None], *, output: BundlingOutput = BundlingOutput.NOT_ARCHIVED
) -> BundlingOptions:
    """Return the bundling of an asset whose files `write` creates.

    Pass a hash of the content along with it: CDK cannot hash files before `write` creates them.
    """
    return BundlingOptions(
        image=NO_IMAGE,
        local=LocalBundling(write),
        output_type=output,
    )


FILE_MODE = 0o644


class SourceArchive(Construct):
    """Packs a source folder into an asset that changes only when the folder's files do.

    Creates: nothing in the stack; an object in the bucket that `cdk bootstrap` created.
    Idle: the storage of less than a megabyte.
    Destroy: the object stays; `cdk gc` removes unused objects.

    Attributes:
        url: the archive's S3 URI.
        object_arn: ARN of the archive's S3 object.
        bucket_arn: ARN of its bucket.
        sha256: hash of the names and contents of the packed files; the compressed bytes would
            depend on the machine's zlib.
    """

    def __init__(self, scope: Construct, construct_id: str, *, source: Path) -> None:
        """Pack the files under `source`."""
        super().__init__(scope, construct_id)
        files = source_files(source)
        self.sha256 = content_hash(files)
        asset = Asset(
            self,
            "Asset",
            path=str(source),
            asset_hash=self.sha256,
            asset_hash_type=AssetHashType.CUSTOM,
            bundling=bundling(
                lambda folder: write_archive(files, folder / "sourcedir.tar.gz"),
                output=BundlingOutput.ARCHIVED,
            ),
        )
        self.url = asset.s3_object_url
        self.bucket_arn = asset.bucket.bucket_arn
        self.object_arn = asset.bucket.arn_for_objects(asset.s3_object_key)


def write_archive(files: Mapping[str, Path], target: Path) -> None:
    """Write an archive of files by their names in it, without times, owners or unusual modes."""
    with (
        target.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, path in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = path.stat().st_size
            member.mode = FILE_MODE
            with path.open("rb") as content:
                archive.addfile(member, content)
