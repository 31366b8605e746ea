"""The settings of the labelled reviews."""

import json
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from sentiment.schema import Schema, is_number
from stacks.settings.types import BlankIsNone, Column, Month, Section, Sha256, Source, of_json

LONGEST_NAME = 60
A_MAPPING = (
    'an object of labels, each "negative", "positive", another name or null, '
    'such as {"1": "negative", "2": null, "3": "positive"}'
)
# A hyperparameter has at most 2,500 characters, of which the columns need up to 1,100.
LONGEST_MAPPING = 1000


def _mapping(value: Any) -> Any:
    """Return a mapping of labels from an object or its JSON.

    Raises:
        ValueError: saying what is allowed.
    """
    found = of_json(value, A_MAPPING)
    if not isinstance(found, dict) or not found:
        raise ValueError(A_MAPPING)
    if not all(name is None or _is_name(name) for name in found.values()):
        raise ValueError(A_MAPPING)
    if len(json.dumps(found)) > LONGEST_MAPPING:
        raise ValueError(f"{A_MAPPING}, of at most {LONGEST_MAPPING:,} characters")
    return found


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and name == name.strip() != "" and len(name) <= LONGEST_NAME


LabelMapping = Annotated[dict[str, str | None], BeforeValidator(_mapping)]


class DatasetSettings(Section):
    """The labelled reviews for training and testing.

    Attributes:
        training: `packaged`, a file or folder (relative to the repository), or an s3:// prefix.
        testing: the same for the test reviews; by default a share of `training` is held out.
        text_column: name of the column or JSON key with the texts, in all tables of `training` and
            `testing`, or its number from 1 in tables without a header. By default the usual names
            are tried.
        label_column: the same for the labels.
        labels: spelling of a label to `negative`, `positive`, another name, or null to leave out
            its rows, as an object in cdk.json or as its JSON in `-c`. By default the usual pairs
            are negative and positive, and other labels keep their names.
        feedback: a month, such as 2026-01, whose feedback is added to the training data.
        listing: hash of the objects of the datasets in S3, including the feedback. `make deploy`
            sets it, so that changed data are trained on. A bare `cdk deploy` compares only the
            URIs: use a new URI for new data, and a past month, whose feedback no longer grows.
    """

    training: Source = "packaged"
    testing: Annotated[Source | None, BlankIsNone] = None
    text_column: Annotated[Column | None, BlankIsNone] = None
    label_column: Annotated[Column | None, BlankIsNone, Field(validate_default=True)] = None
    labels: Annotated[LabelMapping | None, BlankIsNone] = None
    feedback: Annotated[Month | None, BlankIsNone] = None
    listing: Annotated[Sha256 | None, BlankIsNone] = None

    @field_validator("label_column")
    @classmethod
    def _both_are_named_alike(cls, label: str | None, info: ValidationInfo) -> str | None:
        text = info.data.get("text_column")
        if is_number(text or "") != is_number(label or ""):
            raise ValueError("a number if dataset.text_column is one, and a name if it is a name")
        if text is not None and text == label:
            raise ValueError("another column than dataset.text_column")
        return label

    @property
    def table_schema(self) -> Schema:
        """The columns and labels, as the reader takes them."""
        return Schema(self.text_column, self.label_column, self.labels or {})
