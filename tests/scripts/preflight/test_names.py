"""Names that are looked up in lists, which may hold similar ones."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.session import Session
from botocore.stub import Stubber

from local_aws.environment import ACCOUNT, DEFAULT_REGION, DUMMY_KEY
from scripts.preflight.assembly import Account
from scripts.preflight.names import LOOKUPS

NAME = "sentiment-prod"
LONGER = f"{NAME}-candidate"
LIST: dict[str, Any] = {"Quantity": 1, "MaxItems": 100}


def endpoints(name: str) -> dict[str, Any]:
    now = datetime(2026, 1, 31, tzinfo=UTC)
    arn = f"arn:aws:sagemaker:{DEFAULT_REGION}:{ACCOUNT}:endpoint/{name}"
    endpoint = {
        "EndpointName": name, "EndpointArn": arn, "CreationTime": now, "LastModifiedTime": now,
        "EndpointStatus": "InService",
    }  # fmt: skip
    return {"Endpoints": [endpoint]}


def model_groups(name: str) -> dict[str, Any]:
    arn = f"arn:aws:sagemaker:{DEFAULT_REGION}:{ACCOUNT}:model-package-group/{name}"
    group = {
        "ModelPackageGroupName": name, "ModelPackageGroupArn": arn,
        "CreationTime": datetime(2026, 1, 31, tzinfo=UTC), "ModelPackageGroupStatus": "Completed",
    }  # fmt: skip
    return {"ModelPackageGroupSummaryList": [group]}


def headers_policies(name: str) -> dict[str, Any]:
    policy = {"Id": "any", "LastModifiedTime": datetime(2026, 1, 31, tzinfo=UTC)}
    item = {
        "Type": "custom",
        "ResponseHeadersPolicy": {**policy, "ResponseHeadersPolicyConfig": {"Name": name}},
    }
    return {"ResponseHeadersPolicyList": {**LIST, "Items": [item]}}


def origin_accesses(name: str) -> dict[str, Any]:
    item = {
        "Id": "any", "Name": name, "Description": "", "SigningProtocol": "sigv4",
        "SigningBehavior": "always", "OriginAccessControlOriginType": "s3",
    }  # fmt: skip
    items = {**LIST, "Marker": "", "IsTruncated": False, "Items": [item]}
    return {"OriginAccessControlList": items}


@pytest.mark.parametrize(("listed", "taken"), [(NAME, True), (LONGER, False)])
@pytest.mark.parametrize(
    ("kind", "service", "operation", "answer"),
    [
        ("AWS::SageMaker::Endpoint", "sagemaker", "list_endpoints", endpoints),
        (
            "AWS::SageMaker::ModelPackageGroup", "sagemaker", "list_model_package_groups",
            model_groups,
        ),
        (
            "AWS::CloudFront::ResponseHeadersPolicy", "cloudfront",
            "list_response_headers_policies", headers_policies,
        ),
        (
            "AWS::CloudFront::OriginAccessControl", "cloudfront",
            "list_origin_access_controls", origin_accesses,
        ),
    ],
)  # fmt: skip
def test_only_the_same_name_is_taken(
    kind: str,
    service: str,
    operation: str,
    answer: Callable[[str], dict[str, Any]],
    listed: str,
    taken: bool,  # noqa: FBT001 - the table's column
) -> None:
    client = Session().create_client(
        service, DEFAULT_REGION, aws_access_key_id=DUMMY_KEY, aws_secret_access_key=DUMMY_KEY
    )
    _, exists = LOOKUPS[kind]
    with Stubber(client) as stubber:
        stubber.add_response(operation, answer(listed))
        account = Account(ACCOUNT, DEFAULT_REGION, "aws")
        assert exists(lambda _service: client, NAME, account) is taken  # type: ignore[arg-type]
