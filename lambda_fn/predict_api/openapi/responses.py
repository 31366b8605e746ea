"""The answers of operations, errors above all."""

from typing import Any

from predict_api.openapi.codes import ERRORS
from predict_api.openapi.schemas import Schema, reference
from predict_api.problem import MEDIA_TYPE as PROBLEM

ALWAYS = ("403", "429", "500")
FROM_MODEL = ("502", "503", "504")


def answered(description: str, content: dict[str, Any]) -> Schema:
    """Return an answer, which has a request id like every other."""
    header = {"$ref": "#/components/headers/X-Request-Id"}
    return {"description": description, "headers": {"X-Request-Id": header}, "content": content}


def errors(*statuses: str) -> dict[str, Schema]:
    """Return the errors of these statuses, and those that any operation may answer."""
    content = {PROBLEM: {"schema": reference("Problem")}}
    return {status: answered(_told(status), content) for status in sorted({*statuses, *ALWAYS})}


def _told(status: str) -> str:
    says, codes = ERRORS[status]
    return f"{says}. Codes: {', '.join(f'`{code}`' for code in codes)}"
