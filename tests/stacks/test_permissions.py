"""Permissions of roles and bucket policies."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stacks.assembly import Assembly, synthesize

# The one managed policy: every API in the account's region uses API Gateway's log role.
ACCOUNT_LOG_POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
RESOURCELESS = {
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(assembly: Assembly) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every statement of every identity policy, with its role's logical id."""
    for role_id, role in assembly.every("AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield role_id, statement
    for policy_id, policy in assembly.every("AWS::IAM::Policy").items():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            yield policy_id, statement


def test_only_api_gateways_role_has_a_managed_policy(assembly: Assembly) -> None:
    managed = {
        role_id: json.dumps(role["Properties"]["ManagedPolicyArns"])
        for role_id, role in assembly.resources("AWS::IAM::Role").items()
        if "ManagedPolicyArns" in role["Properties"]
    }
    assert len(managed) == 1
    ((role_id, policies),) = managed.items()
    assert role_id.startswith("web/PredictApiAccountLogRole")
    assert policies.count("policy/") == 1
    assert ACCOUNT_LOG_POLICY in policies


def test_no_action_has_a_wildcard(assembly: Assembly) -> None:
    found = [
        (role, action)
        for role, statement in statements(assembly)
        for action in as_list(statement["Action"])
        if "*" in action
    ]
    assert found == []


def test_only_actions_without_resources_allow_all_resources(assembly: Assembly) -> None:
    for role, statement in statements(assembly):
        if "*" in as_list(statement["Resource"]):
            assert set(as_list(statement["Action"])) <= RESOURCELESS, role


def test_metrics_are_limited_to_one_namespace(assembly: Assembly) -> None:
    found = [
        statement
        for _, statement in statements(assembly)
        if statement["Action"] == "cloudwatch:PutMetricData"
    ]
    assert len(found) >= 2
    for statement in found:
        namespace = statement["Condition"]["StringEquals"]["cloudwatch:namespace"]
        assert namespace.startswith(("/aws/sagemaker/", "sentiment-"))


def test_s3_permissions_are_limited_to_the_applications_buckets(assembly: Assembly) -> None:
    for role, statement in statements(assembly):
        if not any(action.startswith("s3:") for action in as_list(statement["Action"])):
            continue
        for resource in as_list(statement["Resource"]):
            text = json.dumps(resource)
            assert "s3:::*" not in text, role
            assert (
                f"sentiment-{assembly.environment}-" in text
                or "cdk-hnb659fds-assets-" in text
                or "Bucket" in text
            ), (role, text)


def test_roles_are_passed_only_to_sagemaker(assembly: Assembly) -> None:
    passing = [
        statement
        for _, statement in statements(assembly)
        if "iam:PassRole" in as_list(statement["Action"])
    ]
    (statement,) = passing
    assert statement["Resource"] == {"Fn::GetAtt": [role_id(assembly, "TrainingJobRole"), "Arn"]}
    assert statement["Condition"] == {
        "StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}
    }


def role_id(assembly: Assembly, prefix: str) -> str:
    (found,) = [
        key.removeprefix("model/")
        for key in assembly.resources("AWS::IAM::Role", "model")
        if key.startswith(f"model/{prefix}")
    ]
    return found


def test_each_role_trusts_one_service_for_this_account_only(assembly: Assembly) -> None:
    own_account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    services = []
    for key, role in assembly.every("AWS::IAM::Role").items():
        (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert list(trust["Principal"]) == ["Service"], key
        service = trust["Principal"]["Service"]
        # API Gateway documents no condition for its account-wide log role.
        without = service == "apigateway.amazonaws.com"
        assert trust.get("Condition") == (None if without else own_account), key
        services.append(service)
    counted = Counter(services)
    # The endpoint, the training job and scoring; the two waiters; the account's log role
    assert counted.pop("lambda.amazonaws.com") > 10
    assert counted == {
        "sagemaker.amazonaws.com": 3,
        "states.amazonaws.com": 2,
        "apigateway.amazonaws.com": 1,
    }


def test_the_api_invokes_one_endpoint(assembly: Assembly) -> None:
    invoking = [
        (role, statement["Resource"])
        for role, statement in statements(assembly)
        if "sagemaker:InvokeEndpoint" in as_list(statement["Action"])
    ]
    # The API's function and its test, two of the smoke test, and with a canary the probe
    assert len(invoking) == (5 if assembly.environment == "prod" else 4)
    serving = f"endpoint/sentiment-{assembly.environment}"
    for role, resources in invoking:
        names = {one["Fn::Join"][1][-1].lstrip(":") for one in as_list(resources)}
        tests = "SmokeTest" in role
        assert names == ({serving, f"{serving}-candidate"} if tests else {serving}), role


def test_only_the_candidate_is_created_outside_cloudformation(assembly: Assembly) -> None:
    made = [
        statement
        for _, statement in statements(assembly)
        if {"sagemaker:CreateEndpoint", "sagemaker:DeleteEndpoint", "sagemaker:UpdateEndpoint"}
        & set(as_list(statement["Action"]))
    ]
    names = [
        {one["Fn::Join"][1][-1].lstrip(":") for one in as_list(statement["Resource"])}
        for statement in made
    ]
    candidate = f"endpoint/sentiment-{assembly.environment}-candidate"
    assert names == [{candidate, "endpoint-config/*"}, {candidate}]


def test_the_endpoint_writes_only_captured_data_to_s3(assembly: Assembly) -> None:
    endpoint = f"model/{role_id(assembly, 'EndpointRole')}"
    allowed = {
        action: json.dumps(statement["Resource"])
        for role, statement in statements(assembly)
        if role == endpoint
        for action in as_list(statement["Action"])
        if action.startswith("s3:")
    }
    captures = "DataCaptureConfig" in assembly.only("AWS::SageMaker::EndpointConfig")
    assert set(allowed) == ({"s3:GetObject", "s3:PutObject"} if captures else {"s3:GetObject"})
    assert not captures or '/captured/*"' in allowed["s3:PutObject"]


def test_scoring_reads_reviews_and_writes_answers_and_nothing_else(assembly: Assembly) -> None:
    scoring = f"model/{role_id(assembly, 'ScoringRole')}"
    allowed = {
        action: json.dumps([statement["Resource"], statement.get("Condition")])
        for role, statement in statements(assembly)
        if role == scoring
        for action in as_list(statement["Action"])
        if action.startswith("s3:") and "models/" not in json.dumps(statement["Resource"])
    }
    assert set(allowed) == {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}
    assert '/scoring/in/*"' in allowed["s3:GetObject"]
    assert '"s3:prefix": "scoring/in/*"' in allowed["s3:ListBucket"]
    assert '/scoring/out/*"' in allowed["s3:PutObject"]


def test_scoring_runs_what_the_endpoint_serves(assembly: Assembly) -> None:
    models = [
        assembly.only("AWS::SageMaker::Model", within=construct)
        for construct in ("Endpoint", "Scoring")
    ]
    assert models[0]["PrimaryContainer"] == models[1]["PrimaryContainer"]
    assert models[0].get("VpcConfig") == models[1].get("VpcConfig")
    assert models[1]["EnableNetworkIsolation"] is True


@pytest.mark.parametrize(
    ("uri", "bucket", "prefix"),
    [
        ("s3://reviews", "reviews", ""),
        ("s3://reviews/", "reviews", ""),
        ("s3://reviews/dt=2026-11-28/", "reviews", "dt=2026-11-28/"),
        ("s3://reviews/a+b@c:d, e/", "reviews", "a+b@c:d, e/"),
    ],
)
def test_a_dataset_in_s3_grants_its_own_objects(
    tmp_path: Path, uri: str, bucket: str, prefix: str
) -> None:
    """`reviews*` without a slash would match every bucket whose name begins so."""
    changed = synthesize("dev", tmp_path, {"dataset.training": uri})
    granted = json.dumps([one for _, one in statements(changed)])
    arn = '["arn:", {"Ref": "AWS::Partition"}, ":s3:::%s"]'
    assert arn % f"{bucket}/{prefix}*" in granted
    assert arn % bucket in granted
    assert json.dumps({"StringLike": {"s3:prefix": f"{prefix}*"}}) in granted
    assert f":::{bucket}*" not in granted
    (job,) = changed.resources("Custom::TrainingJob").values()
    assert job["Properties"]["Channels"]["training"] == f"s3://{bucket}/{prefix}"


def test_a_model_in_s3_grants_its_own_object(tmp_path: Path) -> None:
    uri = "s3://models/run=7/a+b@c:d, e.tar.gz"
    changed = synthesize("prod", tmp_path, {"training.model_data": uri})
    granted = json.dumps([one for _, one in statements(changed)])
    assert ":s3:::models/run=7/a+b@c:d, e.tar.gz" in granted
    assert (
        changed.only("AWS::SageMaker::Model", within="Endpoint")["PrimaryContainer"]["ModelDataUrl"]
        == uri
    )
