"""Wildcards in policies: each needs a reason, and a role refuses a statement without one."""

from collections.abc import Iterable

from stacks.building_blocks.permissions import Permission

# Statement id to the reason why its resources have a wildcard.
WILDCARDS = {
    "ReadAssets": "The assets' keys are hashes that change with every deployment",
    "WriteFiles": "The user chooses the names of the copied files",
    "ReadObjects": "The names of the objects under the prefix are unknown until they exist",
    "WriteObjects": "Object keys are chosen at run time by the writing job, endpoint or request",
    "TagObjects": "The key contains the job's name, which differs for every attempt",
    "ReadObject": "The key contains the job's name, which differs for every attempt",
    "ReadTestReviews": "The key contains the job's name, which differs for every attempt",
    "ReadComparisons": "The key contains the job's name, which differs for every attempt",
    "RecordDecision": "The key contains the job's name, which differs for every attempt",
    "SendTraces": "The actions do not support resource-level permissions",
    "AttachInterfaces": "SageMaker creates and names the interfaces when it attaches a host",
    "DescribeNetwork": "The actions do not support resource-level permissions",
    "PutMetrics": "The action does not support resource-level permissions; a condition limits the "
    "namespace",
    "LogInToRegistry": "The action does not support resource-level permissions",
    "WriteLogs": "The log stream's name begins with the job's, which differs for every attempt",
    "RunJobs": "Every attempt of a training job has its own name",
    "MakeCandidate": "CloudFormation names each configuration; the endpoint itself is exact",
    "RegisterModels": "SageMaker numbers the packages of this one group",
    "RemovePackages": "SageMaker numbers the packages of this one group",
    "TestVersions": "Lambda numbers the versions of this one function, and each is tested",
    "WatchJobs": "Every attempt of a training job has its own name",
}


def wildcard_reasons(permissions: Iterable[Permission]) -> dict[str, str]:
    """Return finding to reason for the wildcards in permissions' resources.

    Raises:
        KeyError: when there is no reason for a wildcard.
    """
    return {
        wildcard(resource): WILDCARDS[one.sid]
        for one in permissions
        for resource in one.resources
        if "*" in resource
    }


def wildcard(resource: str) -> str:
    """Return cdk-nag's finding for a wildcard in a policy's resource."""
    return f"AwsSolutions-IAM5[Resource::{resource}]"
