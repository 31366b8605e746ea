"""The settings of the labelled reviews."""

from typing import Annotated

from stacks.settings.types import BlankIsNone, Month, Section, Source


class DatasetSettings(Section):
    """The labelled reviews for training and testing.

    Attributes:
        training: `packaged`, a file or folder (relative to the repository), or an s3:// prefix.
        testing: the same for the test reviews; without it a share of `training` is held out.
        feedback: a past month, such as 2026-01, whose feedback is added to the training data. The
            current month is wrong: its feedback still grows under the same job name.
    """

    training: Source = "packaged"
    testing: Annotated[Source | None, BlankIsNone] = None
    feedback: Annotated[Month | None, BlankIsNone] = None
