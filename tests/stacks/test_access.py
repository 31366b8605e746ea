"""Access to the API, and refusals in front of it."""

import json
import re
from typing import Any

import pytest

from predict_api.body import BODY_LIMIT_BYTES
from tests.stacks.assembly import Assembly, synthesize

PROOF = "x-origin-secret"


def rules(assembly: Assembly) -> dict[str, dict[str, Any]]:
    """Return the web ACL's rules by name, in the order in which they apply."""
    found = sorted(assembly.only("AWS::WAFv2::WebACL")["Rules"], key=lambda one: one["Priority"])
    assert [one["Priority"] for one in found] == list(range(len(found)))
    return {one["Name"]: one for one in found}


def origin(assembly: Assembly) -> dict[str, Any]:
    config = assembly.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    (api,) = [one for one in config["Origins"] if "CustomOriginConfig" in one]
    found: dict[str, Any] = api
    return found


SUBNETS, GROUP = "subnet-0123456789abcdef0,subnet-0123456789abcdef1", "sg-0123456789abcdef0"
PRIVATE = {
    "api.access": "iam",
    "network.subnet_ids": SUBNETS,
    "network.security_group_ids": GROUP,
}


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An environment only for signed requests, with its machines in a VPC."""
    return synthesize("prod", tmp_path_factory.mktemp("private"), PRIVATE)


def test_dev_has_no_web_acl(dev: Assembly) -> None:
    assert dev.resources("AWS::WAFv2::WebACL") == {}
    assert dev.resources("AWS::SecretsManager::Secret") == {}
    assert "OriginCustomHeaders" not in origin(dev)


def test_the_web_acl_protects_the_stage(prod: Assembly) -> None:
    association = prod.only("AWS::WAFv2::WebACLAssociation")
    assert "PredictApiWebAcl" in json.dumps(association["WebACLArn"])
    assert "/stages/" in json.dumps(association["ResourceArn"])
    assert prod.only("AWS::WAFv2::WebACL")["Scope"] == "REGIONAL"


def test_calls_that_bypass_cloudfront_are_refused_first(prod: Assembly) -> None:
    name, rule = next(iter(rules(prod).items()))
    match = rule["Statement"]["NotStatement"]["Statement"]["ByteMatchStatement"]
    assert (name, rule["Action"]) == ("round-cloudfront", {"Block": {}})
    assert match["FieldToMatch"] == {"SingleHeader": {"Name": PROOF}}
    assert match["PositionalConstraint"] == "EXACTLY"
    (sent,) = origin(prod)["OriginCustomHeaders"]
    assert sent == {"HeaderName": PROOF, "HeaderValue": match["SearchString"]}


def test_no_template_contains_the_secret(prod: Assembly) -> None:
    (sent,) = origin(prod)["OriginCustomHeaders"]
    assert "{{resolve:secretsmanager:" in json.dumps(sent["HeaderValue"])
    secret = prod.only("AWS::SecretsManager::Secret")
    assert secret["GenerateSecretString"]["PasswordLength"] == 48
    assert "SecretString" not in secret


def test_the_rate_limit_uses_an_address_that_viewers_cannot_forge(prod: Assembly) -> None:
    limit = rules(prod)["rate"]["Statement"]["RateBasedStatement"]
    assert limit["AggregateKeyType"] == "FORWARDED_IP"
    assert (limit["Limit"], limit["EvaluationWindowSec"]) == (1000, 300)
    header = limit["ForwardedIPConfig"]["HeaderName"]
    functions = prod.resources("AWS::CloudFront::Function").values()
    (function,) = [
        one["Properties"] for one in functions if header in one["Properties"]["FunctionCode"]
    ]
    assert f"headers['{header}'] = {{ value: event.viewer.ip }}" in function["FunctionCode"]
    config = prod.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    (behaviour,) = config["CacheBehaviors"]
    (association,) = behaviour["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"


def test_the_web_acl_accepts_the_longest_reviews(prod: Assembly) -> None:
    match = rules(prod)["large-body"]["Statement"]["RegexMatchStatement"]
    assert match["FieldToMatch"] == {"SingleHeader": {"Name": "content-length"}}
    refused = re.compile(match["RegexString"])
    # A review of 100,000 characters in JSON's longest encoding, and a full batch of long ones
    for taken in (0, 100_000 * 6 + 1024, 999_999, BODY_LIMIT_BYTES - 1):
        assert not refused.search(str(taken))
    for more in (BODY_LIMIT_BYTES, 4_999_999, 5_000_000, 9_999_999, 10_000_000):
        assert refused.search(str(more))


def test_aws_managed_rules_are_on(prod: Assembly) -> None:
    groups = {
        name: rule["Statement"]["ManagedRuleGroupStatement"]
        for name, rule in rules(prod).items()
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    assert list(groups) == [
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    ]
    counted = groups["AWSManagedRulesCommonRuleSet"]["RuleActionOverrides"]
    assert all(one["Name"].endswith("_BODY") for one in counted)
    assert all(one["ActionToUse"] == {"Count": {}} for one in counted)


def test_requests_are_logged_without_secrets(prod: Assembly) -> None:
    logging = prod.only("AWS::WAFv2::LoggingConfiguration")
    redacted = [field["SingleHeader"]["Name"] for field in logging["RedactedFields"]]
    assert redacted == [PROOF, "authorization"]
    names = [
        group["Properties"].get("LogGroupName")
        for group in prod.resources("AWS::Logs::LogGroup", "web").values()
    ]
    assert "aws-waf-logs-sentiment-prod" in names


def authorizations(assembly: Assembly) -> set[str]:
    methods = assembly.resources("AWS::ApiGateway::Method").values()
    return {method["Properties"]["AuthorizationType"] for method in methods}


def test_anyone_may_call_a_public_api(assembly: Assembly) -> None:
    assert authorizations(assembly) == {"NONE"}


def test_only_signed_requests_reach_a_private_api(private: Assembly) -> None:
    assert authorizations(private) == {"AWS_IAM"}
    assert private.resources("AWS::CloudFront::Distribution") == {}
    assert sorted(private.template("web")["Outputs"]) == ["ApiUrl"]
    assert "round-cloudfront" not in rules(private)
    limit = rules(private)["rate"]["Statement"]["RateBasedStatement"]
    assert limit["AggregateKeyType"] == "IP"
    assert "ForwardedIPConfig" not in limit


def test_requests_without_a_content_type_are_refused(assembly: Assembly) -> None:
    methods = assembly.resources("AWS::ApiGateway::Method").values()
    required = [method["Properties"].get("RequestParameters") for method in methods]
    # Paths with a body; test_the_paths_match_the_functions checks their names.
    assert [one for one in required if one] == [{"method.request.header.Content-Type": True}] * 2
    validator = assembly.only("AWS::ApiGateway::RequestValidator")
    assert validator["ValidateRequestParameters"] is True


def test_requests_are_traced(assembly: Assembly) -> None:
    assert assembly.only("AWS::ApiGateway::Stage")["TracingEnabled"] is True
    (function,) = [
        resource["Properties"]
        for key, resource in assembly.resources("AWS::Lambda::Function", "web").items()
        if "PredictApiHandler" in key
    ]
    assert function["TracingConfig"] == {"Mode": "Active"}


def test_cloudfront_logs_to_the_log_bucket(assembly: Assembly) -> None:
    config = assembly.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    assert config["Logging"]["Prefix"] == "cloudfront/"
    assert f"sentiment-{assembly.environment}-logs-" in json.dumps(config["Logging"]["Bucket"])
    (log_bucket,) = [
        bucket["Properties"]
        for key, bucket in assembly.resources("AWS::S3::Bucket", "storage").items()
        if "LogBucket" in key
    ]
    ownership = log_bucket["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerPreferred"}]


def test_training_and_serving_use_the_vpc(private: Assembly) -> None:
    expected = {"Subnets": SUBNETS.split(","), "SecurityGroupIds": [GROUP]}
    assert private.only("AWS::SageMaker::Model", within="Endpoint")["VpcConfig"] == expected
    job = private.only("Custom::TrainingJob")
    assert job["SubnetIds"] == expected["Subnets"]
    assert job["SecurityGroupIds"] == expected["SecurityGroupIds"]
    for role in ("EndpointRole", "TrainingJobRole"):
        (policies,) = [
            resource["Properties"]["Policies"]
            for key, resource in private.resources("AWS::IAM::Role", "model").items()
            if key.startswith(f"model/{role}")
        ]
        (network,) = [one for one in policies if one["PolicyName"] == "Network"]
        attached = json.dumps(network["PolicyDocument"]["Statement"][0]["Resource"])
        assert all(f"subnet/{subnet}" in attached for subnet in expected["Subnets"])


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", "not signed"),
        ("INVALID_SIGNATURE", "signature is invalid"),
        ("EXPIRED_TOKEN", "have expired"),
        ("ACCESS_DENIED", "is refused"),
    ],
)
def test_a_refused_caller_gets_the_reason(private: Assembly, kind: str, reason: str) -> None:
    (response,) = [
        one["Properties"]
        for one in private.resources("AWS::ApiGateway::GatewayResponse").values()
        if one["Properties"]["ResponseType"] == kind
    ]
    problem = json.loads(response["ResponseTemplates"]["application/json"])
    assert (response["StatusCode"], problem["code"]) == ("403", "forbidden")
    assert reason in problem["detail"]
