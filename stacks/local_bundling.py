"""Assets that are put together by Python functions at synth, without Docker."""

from collections.abc import Callable
from pathlib import Path

import jsii
from aws_cdk import BundlingOptions, BundlingOutput, DockerImage, ILocalBundling

NO_IMAGE = DockerImage.from_registry("never-pulled")


@jsii.implements(ILocalBundling)
class LocalBundling:
    """Hands CDK's output folder to a function that writes the asset's files into it."""

    def __init__(self, write: Callable[[Path], None]) -> None:
        """Bundle with `write`, which gets the folder to write to."""
        self._write = write

    def try_bundle(self, output_dir: str, *_options: object, **_more: object) -> bool:
        """Write the asset; CDK falls back to Docker only where this returns False."""
        self._write(Path(output_dir))
        return True


def bundling(
    write: Callable[[Path], None], *, output: BundlingOutput = BundlingOutput.NOT_ARCHIVED
) -> BundlingOptions:
    """Return the bundling of an asset whose files `write` makes.

    Use it with an asset hash of the content: what is written here has none of its own.
    """
    return BundlingOptions(
        image=NO_IMAGE,
        local=LocalBundling(write),
        output_type=output,
    )
