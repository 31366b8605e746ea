"""The settings of the labelled reviews."""

from typing import Annotated

from stacks.settings.types import BlankIsNone, Month, Section, Source


class DatasetSettings(Section):
    """The labelled reviews for training and testing.

    Attributes:
        training: `packaged`, a file or folder (relative to the repository), or an s3:// prefix.
        testing: the same for the test reviews; by default a share of `training` is held out.
        feedback: a past month, such as 2026-01, whose feedback is added to the training data. Not
            the current month: its feedback still grows, but the job's name would not change.
    """

    training: Source = "packaged"
    testing: Annotated[Source | None, BlankIsNone] = None
    feedback: Annotated[Month | None, BlankIsNone] = None
