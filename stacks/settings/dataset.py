"""The settings of the labelled reviews."""

from typing import Annotated

from stacks.settings.types import BlankIsNone, Month, Section, Source


class DatasetSettings(Section):
    """Which labelled reviews are trained and tested on.

    Attributes:
        training: `packaged`, a file or folder (relative to the repository), or an s3:// prefix.
        testing: the same for the test reviews; without it a share of `training` is held out.
        feedback: a month whose feedback is trained on, too, such as 2026-01. A month that is over:
            one that still grows would be another training under the same name.
    """

    training: Source = "packaged"
    testing: Annotated[Source | None, BlankIsNone] = None
    feedback: Annotated[Month | None, BlankIsNone] = None
