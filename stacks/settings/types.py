"""Types of settings.

cdk.json holds JSON values, but `cdk -c key=value` passes only strings. These types accept the
exact JSON value or the string that spells it: not `2.0` for 2, and not `yes`.
"""

import json
import re
from typing import Annotated, Any, Literal
from unicodedata import category

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict

from stacks.settings.images import SCIKIT_LEARN
from stacks.settings.schedule import EXAMPLE, SCHEDULE


class Section(BaseModel):
    """A group of settings; immutable and without undeclared keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
PATH = re.compile(r"(?!\w+://)[^\x00-\x1f]+", re.ASCII)
S3_URI = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?", re.DOTALL)
# IAM reads `*` and `?` as wildcards and `${` as a variable, CloudFormation reads `{{` as a
# reference, and people read `[` as a wildcard. Policies cannot contain control characters, nor most
# letters outside ASCII.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
REFUSED_IN_S3 = re.compile(r"[*?\[\]{}\\]|[^ -~]")


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) and WHOLE.fullmatch(value) else value


def _decimal(value: Any) -> Any:
    spelled = isinstance(value, str) and DECIMAL.fullmatch(value)
    try:
        return float(value) if spelled or type(value) is int else value
    except OverflowError:  # too large for a float
        return value


def _flag(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _blank_is_none(value: Any) -> Any:
    return None if value == "" else value


def _number_as_text(value: Any) -> Any:
    return str(value) if type(value) is int and value > 0 else value


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part for part in value.split(",") if part)
    return tuple(value) if isinstance(value, list) else value


def of_json(value: Any, allowed: str) -> Any:
    """Return a value of cdk.json, or what a text contains as JSON.

    Raises:
        ValueError: saying what is allowed.
    """
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        raise ValueError(allowed) from None


def _spelled(pattern: str, words: str) -> AfterValidator:
    """Return a check of a text against a pattern, which `words` describe."""
    compiled: re.Pattern[str] = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(words)
        return value

    return AfterValidator(check)


def _shown(longest: int) -> AfterValidator:
    """Return a check of a text that the page shows in one line or paragraph."""

    def check(value: str) -> str:
        unseen = any(category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in value)
        if not 1 <= len(value) <= longest or value != value.strip() or unseen:
            raise ValueError(
                f"a text of 1 to {longest} characters without line breaks, control characters or "
                "spaces at its ends"
            )
        return value

    return AfterValidator(check)


def _s3_uri(value: str, words: str) -> str:
    """Return an S3 URI whose bucket is followed by a slash.

    Raises:
        ValueError: with `words` and, if there is one, the character that is not allowed.
    """
    if value.startswith("s3://") and (refused := REFUSED_IN_S3.search(value)):
        raise ValueError(
            f"{words}, without the character {refused[0]!r}: S3 keys here may not have "
            "wildcards, braces, backslashes, control characters or characters outside ASCII"
        )
    found = S3_URI.fullmatch(value)
    if not found:
        raise ValueError(words)
    return value if found[1] else f"{value}/"


def _model_data(value: str) -> str:
    words = "the URI of a model, s3://<bucket>/<key>.tar.gz"
    if not value.endswith(".tar.gz") or value.endswith("/.tar.gz"):
        raise ValueError(words)
    return _s3_uri(value, words)


def _source(value: str) -> str:
    if PATH.fullmatch(value):
        return value
    return _s3_uri(value, "packaged, the path of a file or folder, or s3://<bucket>/<prefix>")


Whole = Annotated[int, Strict(), BeforeValidator(_whole)]
Decimal = Annotated[float, Strict(), Field(allow_inf_nan=False), BeforeValidator(_decimal)]
Flag = Annotated[bool, Strict(), BeforeValidator(_flag)]

Text = Annotated[str, Strict()]
Title = Annotated[Text, _shown(100)]
Sentence = Annotated[Text, _shown(300)]
Example = Annotated[Text, _shown(500)]
EnvironmentName = Annotated[
    Text,
    _spelled(
        r"[a-z][a-z0-9]{0,11}",
        "a name of 1 to 12 lowercase letters and digits, beginning with a letter",
    ),
]
Region = Annotated[
    Text, _spelled(r"[a-z]{2,4}(-[a-z]+)+-[0-9]", "the code of an AWS region, such as us-east-1")
]
Month = Annotated[Text, _spelled(r"20[0-9]{2}-(0[1-9]|1[0-2])", "a month, such as 2026-01")]
ScheduleExpression = Annotated[
    Text, _spelled(SCHEDULE, f"a cron schedule, at most hourly, such as {EXAMPLE}")
]
Sha256 = Annotated[Text, _spelled(r"[0-9a-f]{64}", "a SHA-256 of 64 hexadecimal digits")]
MlInstance = Annotated[
    Text, _spelled(r"ml\.[a-z0-9-]+\.[a-z0-9-]+", "a SageMaker instance type, such as ml.m5.large")
]
IMAGE_URI = (
    r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[a-z0-9._/-]+"
    r"(:[\w.-]+|@sha256:[0-9a-f]{64})"
)
AN_IMAGE = "the URI of an image, <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>"
Image = Annotated[Text, _spelled(IMAGE_URI, AN_IMAGE)]
ServingImage = Annotated[
    Text, _spelled(f"{SCIKIT_LEARN}|{IMAGE_URI}", f"{SCIKIT_LEARN} or {AN_IMAGE}")
]
ModelData = Annotated[Text, AfterValidator(_model_data)]
# Tables are read without their header when both columns are numbers.
Column = Annotated[
    Text,
    BeforeValidator(_number_as_text),
    _spelled(
        r"(?!0+$)[^\x00-\x1f]{1,100}",
        "a column's name of up to 100 characters, or its number from 1",
    ),
]
# The code that reads a path checks that it exists.
Source = Annotated[Text, AfterValidator(_source)]
DomainName = Annotated[
    Text, _spelled(r"([a-z0-9-]+\.)+[a-z]{2,}", "a domain name in lowercase letters")
]
EmailAddress = Annotated[
    Text, _spelled(r"[\w.+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}", "an e-mail address")
]
Certificate = Annotated[
    Text,
    _spelled(
        r"arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f-]+",
        "the ARN of an ACM certificate in us-east-1",
    ),
]
SubnetId = Annotated[
    Text, _spelled(r"subnet-[0-9a-f]{8,17}", "ids such as subnet-0123456789abcdef0")
]
SecurityGroupId = Annotated[
    Text, _spelled(r"sg-[0-9a-f]{8,17}", "ids such as sg-0123456789abcdef0")
]
Origin = Annotated[
    Text,
    _spelled(
        r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?",
        "origins such as https://example.com, without a path",
    ),
]
# A list in cdk.json, or comma-separated values in `-c`.
Listed = BeforeValidator(_listed)
# An empty text, as in `-c training.image=`, removes the value from cdk.json.
BlankIsNone = BeforeValidator(_blank_is_none)

# The common values that CloudWatch Logs accepts.
RetentionDays = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 180, 365, 731, 1827], BeforeValidator(_whole)
]
# https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
ServerlessMemory = Annotated[Literal[1024, 2048, 3072, 4096, 5120, 6144], BeforeValidator(_whole)]
