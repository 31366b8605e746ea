"""Permissions of roles as plain values."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_cdk.aws_iam import PolicyDocument

from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION, URL_SUFFIX
from stacks.settings.images import ContainerImage
from stacks.settings.network import NetworkSettings


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Actions that a role may take on resources.

    Attributes:
        sid: id of the policy statement; empty for none.
        actions: IAM actions, such as `s3:GetObject`.
        resources: ARNs, which may contain CDK references.
        conditions: condition operator to condition key to values.
    """

    sid: str = ""
    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def statement(self) -> dict[str, Any]:
        """The policy statement that grants it, in IAM's JSON format."""
        return {
            **({"Sid": self.sid} if self.sid else {}),
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
            **({"Condition": self.conditions} if self.conditions else {}),
        }


def policy_of(permissions: Iterable[Permission]) -> PolicyDocument:
    """Return the policy with one statement for each permission."""
    return PolicyDocument.from_json({"Statement": [one.statement for one in permissions]})


# Families whose instances bring their own disk: m5d, c7gd, g5, p3dn, p4de, p6-b200, trn1, dl1.
LOCAL_DISK = re.compile(
    r"[cmr]\d+[a-z]*d[a-z]*|g[4-9][a-z]*|p3dn|p[4-9][a-z]*(-[a-z0-9]+)?|dl\d|trn\d[a-z]*|inf2"
)


def pull_image(image: ContainerImage) -> list[Permission]:
    """Allow pulling one image."""
    repository = f"arn:{PARTITION}:ecr:{image.region}:{image.account}:repository/{image.repository}"
    return [
        Permission(
            sid="PullImage",
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            resources=[repository],
        ),
        # The action does not support resources.
        Permission(sid="LogInToRegistry", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
    ]


def has_volume(instance_type: str) -> bool:
    """Return whether an instance has a volume that a key can encrypt, rather than a local disk.

    SageMaker refuses a key for local disks, which the hardware encrypts.
    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    family = instance_type.split(".")[1]
    return not LOCAL_DISK.fullmatch(family)


def use_network(network: NetworkSettings) -> list[Permission]:
    """Allow SageMaker to attach its hosts to the subnets of a VPC.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    ec2 = f"arn:{PARTITION}:ec2:{REGION}:{ACCOUNT_ID}"
    attached = [f"{ec2}:subnet/{subnet}" for subnet in network.subnet_ids]
    guarded = [f"{ec2}:security-group/{group}" for group in network.security_group_ids]
    return [
        Permission(
            sid="AttachInterfaces",
            actions=[
                "ec2:CreateNetworkInterface",
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            resources=[f"{ec2}:network-interface/*", *attached, *guarded],
        ),
        Permission(
            sid="DescribeNetwork",
            actions=[
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            resources=["*"],
        ),
    ]


def put_metrics(namespace: str) -> Permission:
    """Allow publishing metrics in one namespace; the action does not support resources."""
    return Permission(
        sid="PutMetrics",
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": namespace}},
    )


def write_job_logs(log_group: str, name_prefix: str) -> list[Permission]:
    """Allow writing to the account's log group of all SageMaker jobs of one kind.

    SageMaker chooses its name and all environments share it, so no stack declares it: the account's
    first job creates it.

    Args:
        log_group: the log group's name.
        name_prefix: prefix of the jobs' names.
    """
    group = f"arn:{PARTITION}:logs:{REGION}:{ACCOUNT_ID}:log-group:{log_group}"
    return [
        Permission(
            sid="FindLogs",
            actions=["logs:CreateLogGroup", "logs:DescribeLogStreams"],
            resources=[group, f"{group}:log-stream:"],
        ),
        Permission(
            sid="WriteLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{group}:log-stream:{name_prefix}-*"],
        ),
    ]


def bucket_and_key(uri: str) -> tuple[str, str]:
    """Return the bucket of an S3 URI, and its key or prefix."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def read_object(uri: str) -> Permission:
    """Allow reading the one object that an S3 URI names."""
    return Permission(sid="ReadObject", actions=["s3:GetObject"], resources=[_arn(uri)])


def read_prefixes(uris: Sequence[str]) -> list[Permission]:
    """Allow listing and reading every object whose URI begins with one of these."""
    listings = [
        Permission(
            actions=["s3:ListBucket"],
            resources=[_arn(f"s3://{bucket}")],
            conditions={"StringLike": {"s3:prefix": f"{key}*"}},
        )
        for bucket, key in map(bucket_and_key, uris)
    ]
    objects = [_arn(f"{uri}*") for uri in uris]
    return [
        Permission(sid="ReadObjects", actions=["s3:GetObject"], resources=objects),
        *listings,
    ]


def find_objects(uri: str) -> list[Permission]:
    """Allow checking whether objects under an S3 URI exist, and reading them.

    It includes listing the whole bucket: otherwise S3 answers requests for a missing object with
    403 instead of 404.
    """
    bucket, _ = bucket_and_key(uri)
    return [
        Permission(sid="ReadObjects", actions=["s3:GetObject"], resources=[_arn(f"{uri}/*")]),
        Permission(
            sid="TellMissing", actions=["s3:ListBucket"], resources=[_arn(f"s3://{bucket}")]
        ),
    ]


def write_objects(uri: str) -> Permission:
    """Allow writing objects under an S3 URI."""
    return Permission(sid="WriteObjects", actions=["s3:PutObject"], resources=[_arn(f"{uri}/*")])


def tag_objects(uri: str) -> Permission:
    """Allow tagging objects under an S3 URI."""
    return Permission(
        sid="TagObjects",
        actions=["s3:PutObjectTagging", "s3:DeleteObjectTagging"],
        resources=[_arn(f"{uri}/*")],
    )


def _arn(uri: str) -> str:
    return f"arn:{PARTITION}:s3:::{uri.removeprefix('s3://')}"


READ = ("kms:Decrypt",)
WRITE = ("kms:GenerateDataKey",)
READ_AND_WRITE = (*READ, *WRITE)


def use_key_in_s3(key_arn: str | None, actions: Sequence[str]) -> list[Permission]:
    """Allow using a key through S3 for reads or writes; no permission without a key."""
    if key_arn is None:
        return []
    return [
        Permission(
            sid="UseKey",
            actions=list(actions),
            resources=[key_arn],
            conditions={"StringEquals": {"kms:ViaService": f"s3.{REGION}.{URL_SUFFIX}"}},
        )
    ]


def encrypt_volumes(key_arn: str | None) -> list[Permission]:
    """Allow SageMaker to attach volumes that a key encrypts; no permission without a key.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    if key_arn is None:
        return []
    return [
        Permission(sid="DescribeKey", actions=["kms:DescribeKey"], resources=[key_arn]),
        Permission(
            sid="GrantKey",
            actions=["kms:CreateGrant"],
            resources=[key_arn],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]
