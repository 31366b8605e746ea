"""Filters, order and pages of the list operations."""

from typing import Any

import pytest

from local_aws.sagemaker import SageMakerError
from local_aws.sagemaker.listing import page

RECORDS = [
    {"Name": "Beta", "Status": "Failed", "CreationTime": 100.0, "LastModifiedTime": 400.0},
    {"Name": "alpha", "Status": "InService", "CreationTime": 200.0, "LastModifiedTime": 200.0},
    {"Name": "gamma-beta", "Status": "Creating", "CreationTime": 300.0, "LastModifiedTime": 300.0},
]


def names(order: str = "Descending", **request: Any) -> list[str]:
    return [item["Name"] for item in one_page(order, **request)["Items"]]


def one_page(order: str = "Descending", **request: Any) -> dict[str, Any]:
    return page(
        RECORDS,
        request,
        name="Name",
        answer="Items",
        fields=("CreationTime", "Absent"),
        status="Status",
        order=order,
    )


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, ["gamma-beta", "alpha", "Beta"]),
        ({"SortOrder": "Ascending"}, ["Beta", "alpha", "gamma-beta"]),
        ({"SortBy": "Name", "SortOrder": "Ascending"}, ["Beta", "alpha", "gamma-beta"]),
        ({"SortBy": "Name"}, ["gamma-beta", "alpha", "Beta"]),
        ({"SortBy": "Status", "SortOrder": "Ascending"}, ["gamma-beta", "Beta", "alpha"]),
        ({"SortBy": "CreationTime"}, ["gamma-beta", "alpha", "Beta"]),
        ({"NameContains": "BETA"}, ["gamma-beta", "Beta"]),
        ({"NameContains": "delta"}, []),
        ({"StatusEquals": "InService"}, ["alpha"]),
        ({"CreationTimeAfter": 150}, ["gamma-beta", "alpha"]),
        ({"CreationTimeBefore": 250, "CreationTimeAfter": 150}, ["alpha"]),
        ({"CreationTimeBefore": "1970-01-01T00:02:00Z"}, ["Beta"]),
        ({"LastModifiedTimeAfter": 350}, ["Beta"]),
        ({"LastModifiedTimeBefore": 250}, ["alpha"]),
        ({"MaxResults": 2}, ["gamma-beta", "alpha"]),
        ({"NextToken": "Items/9"}, []),
    ],
)  # fmt: skip
def test_filters_and_order(request_: dict[str, Any], expected: list[str]) -> None:
    assert names(**request_) == expected


def test_default_order_depends_on_the_operation() -> None:
    assert names("Ascending") == ["Beta", "alpha", "gamma-beta"]
    assert names("Ascending", SortOrder="Descending") == ["gamma-beta", "alpha", "Beta"]


def test_summaries_omit_missing_fields() -> None:
    assert one_page(NameContains="alpha")["Items"] == [
        {"Name": "alpha", "Status": "InService", "CreationTime": 200.0}
    ]


def test_pages_contain_every_record_once() -> None:
    seen, token = [], None
    while True:
        got = one_page(MaxResults=1, **({"NextToken": token} if token else {}))
        seen += [item["Name"] for item in got["Items"]]
        token = got.get("NextToken")
        if token is None:
            break
    assert seen == ["gamma-beta", "alpha", "Beta"]


@pytest.mark.parametrize("token", ["Others/1", "Items/", "Items/-1", "1", "soon"])
def test_the_token_of_another_list_is_refused(token: str) -> None:
    with pytest.raises(SageMakerError, match=f"NextToken '{token}' is not one of"):
        one_page(NextToken=token)
