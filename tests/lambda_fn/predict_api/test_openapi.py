"""The OpenAPI document is valid, complete and committed."""

import ast
import json
import re
from http import HTTPStatus

import jsonschema_rs
import pytest

from predict_api.model import MODEL_REFUSALS
from predict_api.openapi import document
from predict_api.openapi.codes import CODES, ERRORS
from scripts import ROOT

DOCUMENT = document(100_000)


def test_the_committed_document_is_current() -> None:
    """`make openapi` regenerates it."""
    committed = (ROOT / "docs" / "openapi.json").read_text("utf-8")
    assert committed == json.dumps(DOCUMENT, indent=2) + "\n"


def problems_in_the_code() -> set[tuple[int, str]]:
    """Return the status and code of every problem in the function's source."""
    found = {(status.value, code) for code, (status, _) in MODEL_REFUSALS.items()}
    for file in (ROOT / "lambda_fn" / "predict_api").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="Problem"),
                    args=[ast.Attribute(attr=status), ast.Constant(value=str(code)), *_],
                ):
                    found.add((HTTPStatus[status].value, code))
    return found


def test_every_error_is_documented_with_its_code() -> None:
    found = problems_in_the_code()
    assert (502, "model_failed") in found
    documented = {(int(status), code) for status, (_, codes) in ERRORS.items() for code in codes}
    assert found - documented == {(404, "not_found")}
    # API Gateway answers with these.
    assert {code for _, code in documented - found} == {
        "api_busy",
        "forbidden",
        "model_timeout",
        "too_many_requests",
    }
    assert len(CODES) == len(set(CODES))


def test_every_operation_has_an_answer_and_the_common_errors() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            assert {"403", "405", "429", "500"} <= operation["responses"].keys(), path
            assert operation["responses"].keys() & {"200", "201"}, path


def test_the_feedback_path_is_optional() -> None:
    without = document(100_000, feedback=False)
    assert DOCUMENT["paths"].keys() - without["paths"].keys() == {"/feedback"}


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_schema_is_valid(name: str) -> None:
    schema = {**DOCUMENT["components"]["schemas"][name], "components": DOCUMENT["components"]}
    jsonschema_rs.Draft202012Validator(schema)


def test_every_reference_exists() -> None:
    text = json.dumps(DOCUMENT)
    for name in DOCUMENT["components"]["schemas"]:
        text = text.replace(f'#/components/schemas/{name}"', "")
    assert "#/components/schemas/" not in text


@pytest.mark.parametrize("codes", [range(0x3100), range(0xFE00, 0x10000)])
def test_the_pattern_of_a_review_agrees_with_the_check(codes: range) -> None:
    pattern = re.compile(DOCUMENT["components"]["schemas"]["Review"]["pattern"])
    assert [
        code for code in codes if bool(pattern.search(chr(code))) != bool(chr(code).strip())
    ] == []
