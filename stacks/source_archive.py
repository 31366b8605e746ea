"""The training source as SageMaker's script mode takes it: a reproducible tar.gz."""

import gzip
import tarfile
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import AssetHashType, BundlingOutput
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct

from stacks.content_hash import content_hash, source_files
from stacks.local_bundling import bundling

FILE_MODE = 0o644


class SourceArchive(Construct):
    """Packs a source folder into an asset that changes only when the folder's files do.

    Creates: nothing in the stack: an object in the bucket that `cdk bootstrap` made.
    Idle: the storage of less than a megabyte.
    Destroy: the object stays; `cdk gc` removes what no stack uses.

    Attributes:
        url: the archive's S3 URI.
        object_arn: ARN of the archive's S3 object.
        bucket_arn: ARN of its bucket.
        sha256: hash of the names and contents of the packed files. Compressed bytes depend on the
            machine's zlib and are left out of it.
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
    """Write files, by their names inside the archive, without times, owners or odd modes."""
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
