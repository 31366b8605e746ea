"""The OpenAPI document: valid, complete, and the one that is committed."""

import json

import jsonschema_rs
import pytest

from app import ROOT
from predict_api.endpoint import MODEL_REFUSALS
from predict_api.openapi import document
from predict_api.openapi.responses import ERRORS

DOCUMENT = document(100_000)


def test_the_committed_document_is_this_one() -> None:
    """`make openapi` writes it anew."""
    committed = (ROOT / "docs" / "openapi.json").read_text("utf-8")
    assert committed == json.dumps(DOCUMENT, indent=2) + "\n"


def test_every_error_is_documented_with_its_code() -> None:
    told = " ".join(ERRORS.values())
    for code in MODEL_REFUSALS:
        assert f"`{code}`" in told
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            assert {"403", "405", "429", "500"} <= operation["responses"].keys(), path
            assert operation["responses"].keys() & {"200", "201"}, path


def test_where_no_feedback_is_taken_there_is_no_such_path() -> None:
    without = document(100_000, feedback=False)
    assert DOCUMENT["paths"].keys() - without["paths"].keys() == {"/feedback"}


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_schema_is_one(name: str) -> None:
    schema = {**DOCUMENT["components"]["schemas"][name], "components": DOCUMENT["components"]}
    jsonschema_rs.Draft202012Validator(schema)


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    for name in DOCUMENT["components"]["schemas"]:
        text = text.replace(f'#/components/schemas/{name}"', "")
    assert "#/components/schemas/" not in text
