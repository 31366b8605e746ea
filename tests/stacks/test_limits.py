"""Templates with the longest names and texts stay within AWS's limits."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from scripts.synthesis import STACKS, context
from tests.stacks.altered import CERTIFICATE
from tests.stacks.assembly import Assembly, synthesize
from tests.stacks.literals import literal

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
TEMPLATE_BYTES = 1_000_000
RESOURCES = 500
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
DYNAMIC_REFERENCES = 60
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
INLINE_POLICIES = 10_240
TRUST_POLICY = 2_048
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
VARIABLES_BYTES = 4_096
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ResponseHeadersPolicyConfig.html
COMMENT = 128
# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
TAGS, TAG_KEY, TAG_VALUE = 50, 128, 256
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
JOB_NAME = 63

# The longest settings
NAME = "a" + "1" * 11
LONGEST = {
    "region": "ap-southeast-1",
    "feedback.enabled": "true",
    "dataset.feedback": "2026-10",
    "network.subnet_ids": ",".join(f"subnet-{number:017x}" for number in range(16)),
    "network.security_group_ids": ",".join(f"sg-{number:017x}" for number in range(5)),
    "model.register": "true",
    "operations.alarm_email": "ops@example.com",
    "retraining.schedule": "cron(0 4 2 * ? *)",
    "site.certificate_arn": CERTIFICATE,
    "site.comment": "c" * COMMENT,
    "site.domain_name": "films.example.com",
    "training.use_spot": "true",
    "training.max_wait_seconds": "3200",
}
# Names by type and property, with the longest that AWS accepts
NAMES = {
    ("AWS::ApiGateway::RestApi", "Name"): 255,
    ("AWS::CloudFront::Function", "Name"): 64,
    ("AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig.Name"): 64,
    ("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig.Name"): 128,
    ("AWS::CloudWatch::Dashboard", "DashboardName"): 255,
    ("AWS::KMS::Alias", "AliasName"): 256,
    ("AWS::S3::Bucket", "BucketName"): 63,
    ("AWS::SageMaker::Endpoint", "EndpointName"): 63,
    ("AWS::SageMaker::ModelPackageGroup", "ModelPackageGroupName"): 63,
    ("AWS::SNS::Topic", "TopicName"): 256,
    ("Custom::Candidate", "EndpointName"): 63,
    # SageMaker's limit of 63 includes the number of the attempt, "-50" at most.
    ("Custom::TrainingJob", "JobName"): 60,
}
# Texts by type and property, with the longest that AWS accepts
TEXTS = {
    ("AWS::ApiGateway::RestApi", "Description"): 1024,
    ("AWS::CloudFront::Distribution", "DistributionConfig.Comment"): COMMENT,
    ("AWS::CloudFront::Function", "FunctionConfig.Comment"): COMMENT,
    ("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig.Comment"): COMMENT,
    ("AWS::CloudWatch::Alarm", "AlarmDescription"): 1024,
    ("AWS::Events::Rule", "Description"): 512,
    ("AWS::Lambda::Function", "Description"): 256,
    ("AWS::Scheduler::Schedule", "Description"): 512,
    ("AWS::WAFv2::WebACL", "Description"): 256,
}


@pytest.fixture(scope="module")
def longest(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An environment with every feature and the longest name, region and texts."""
    environments = {NAME: context("prod")["environments"]["prod"]}
    overrides: dict[str, Any] = {"environments": environments, **LONGEST}
    longest = synthesize(NAME, tmp_path_factory.mktemp("longest"), overrides)
    for kind in ("AWS::IAM::Role", "AWS::IAM::Policy"):
        assert longest.every(kind)
    declared = [one["Properties"] for one in longest.every("AWS::Lambda::Function").values()]
    assert any("Environment" in one for one in declared)
    assert any("Tags" in one for one in declared)
    return longest


def resources(assembly: Assembly) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield name, type and properties of each resource, with functions resolved."""
    for stack in STACKS:
        declared = assembly.template(stack)["Resources"]
        for name, one in declared.items():
            yield f"{stack}/{name}", one["Type"], literal(one.get("Properties", {}), declared)


def at(properties: dict[str, Any], path: str) -> str:
    """Return the text at a path such as `Budget.BudgetName`, empty if there is none."""
    found: Any = properties
    for part in path.split("."):
        found = found.get(part, "") if isinstance(found, dict) else ""
    return str(found)


def size(document: Any) -> int:
    """Return the number of characters that IAM counts, which excludes white space."""
    return len(json.dumps(document, separators=(",", ":")).replace(" ", ""))


@pytest.mark.parametrize("limits", [NAMES, TEXTS], ids=["names", "texts"])
def test_names_and_texts_fit(longest: Assembly, limits: dict[tuple[str, str], int]) -> None:
    seen, too_long = set(), {}
    for name, kind, properties in resources(longest):
        for (limited, path), most in limits.items():
            text = at(properties, path) if kind == limited else ""
            if text:
                seen.add((limited, path))
            if len(text) > most:
                too_long[name, path] = len(text)
    assert seen == limits.keys()
    assert too_long == {}


def test_the_name_of_a_scheduled_job_fits_with_a_uuid(longest: Assembly) -> None:
    (request,) = [
        json.loads(properties["Target"]["Input"])
        for _, kind, properties in resources(longest)
        if kind == "AWS::Scheduler::Schedule"
    ]
    name = request["TrainingJobName"].replace("<aws.scheduler.execution-id>", str(uuid4()))
    assert len(name) <= JOB_NAME


def test_policies_of_a_role_fit(longest: Assembly) -> None:
    sizes: dict[str, int] = {}
    for name, kind, properties in resources(longest):
        if kind == "AWS::IAM::Role":
            assert size(properties["AssumeRolePolicyDocument"]) <= TRUST_POLICY, name
            sizes[name] = sum(size(one["PolicyDocument"]) for one in properties.get("Policies", []))
    for name, kind, properties in resources(longest):
        if kind == "AWS::IAM::Policy":
            for role in properties["Roles"]:
                sizes[f"{name.partition('/')[0]}/{role}"] += size(properties["PolicyDocument"])
    assert {name: most for name, most in sizes.items() if most > INLINE_POLICIES} == {}


def test_variables_of_a_function_fit(longest: Assembly) -> None:
    for name, kind, properties in resources(longest):
        if kind == "AWS::Lambda::Function":
            variables = properties.get("Environment", {}).get("Variables", {})
            assert sum(map(len, [*variables, *variables.values()])) < VARIABLES_BYTES, name


def test_tags_of_a_resource_fit(longest: Assembly) -> None:
    for name, _, properties in resources(longest):
        tags = properties.get("Tags") or []
        assert len(tags) <= TAGS, name
        for tag in tags if isinstance(tags, list) else ():
            assert len(tag["Key"]) <= TAG_KEY, name
            assert len(tag["Value"]) <= TAG_VALUE, name


@pytest.mark.parametrize("stack", STACKS)
def test_a_template_fits(longest: Assembly, stack: str) -> None:
    template = longest.template(stack)
    text = json.dumps(template)
    assert len(text) < TEMPLATE_BYTES
    assert len(template["Resources"]) <= RESOURCES
    assert text.count("{{resolve:") <= DYNAMIC_REFERENCES
