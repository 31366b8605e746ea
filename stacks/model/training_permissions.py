"""Permissions of a training job and of the functions that start and monitor it."""

from collections.abc import Sequence
from dataclasses import replace

from aws_cdk.aws_iam import IRole, Role
from constructs import Construct

from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION
from stacks.building_blocks.permissions import (
    READ,
    READ_AND_WRITE,
    Permission,
    encrypt_volumes,
    find_objects,
    pull_image,
    put_metrics,
    read_prefixes,
    tag_objects,
    use_key_in_s3,
    use_network,
    write_job_logs,
    write_objects,
)
from stacks.building_blocks.roles import sagemaker_role
from stacks.settings.images import ContainerImage
from stacks.settings.network import NetworkSettings

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


def training_role(
    scope: Construct,
    construct_id: str,
    *,
    image: ContainerImage,
    source_arn: str,
    channels: Sequence[str],
    output: str,
    checkpoints: str | None,
    name_prefix: str,
    network: NetworkSettings,
    key_arn: str | None,
) -> Role:
    """Return the role of the training jobs.

    Args:
        image: the training image.
        source_arn: ARN of the source archive.
        channels: S3 URIs of the data.
        output: S3 URI under which artifacts are written.
        checkpoints: S3 URI under which checkpoints are saved and restored; None for jobs without
            checkpoints.
        name_prefix: prefix of the jobs' names.
        network: VPC of the jobs' machines.
        key_arn: key of data, artifacts and volumes; None for AWS's own.
    """
    keep = [*read_prefixes([f"{checkpoints}/"]), write_objects(checkpoints)] if checkpoints else []
    source = Permission(sid="ReadSource", actions=["s3:GetObject"], resources=[source_arn])
    return sagemaker_role(
        scope,
        construct_id,
        permissions={
            "Read": [source, *read_prefixes(channels)],
            "Write": [write_objects(output)],
            **({"Checkpoints": keep} if keep else {}),
            "Observe": [put_metrics(LOG_GROUP), *write_job_logs(LOG_GROUP, name_prefix)],
            "Image": pull_image(image),
            **({"Key": _use_key(key_arn)} if key_arn else {}),
            **({"Network": use_network(network)} if network.subnet_ids else {}),
        },
    )


def _use_key(key_arn: str) -> list[Permission]:
    """Allow a job to use the key of its output.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html
    """
    return [
        *use_key_in_s3(key_arn, (*READ_AND_WRITE, "kms:Encrypt")),
        *encrypt_volumes(key_arn),
    ]


def start_jobs(
    name_prefix: str, *, role: IRole, output: str, key_arn: str | None
) -> list[Permission]:
    """Allow starting, joining, reusing and stopping jobs, and expiring their artifacts."""
    return [
        Permission(
            sid="RunJobs",
            actions=[
                "sagemaker:AddTags",
                "sagemaker:CreateTrainingJob",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:StopTrainingJob",
            ],
            resources=[_jobs(name_prefix)],
        ),
        Permission(
            sid="PassRole",
            actions=["iam:PassRole"],
            resources=[role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        *find_objects(output),
        tag_objects(output),
        *use_key_in_s3(key_arn, READ),
        # SageMaker creates the grants for a job's volumes on behalf of the role that starts it.
        *encrypt_volumes(key_arn),
    ]


def start_scheduled_jobs(name_prefix: str, *, role: IRole, key_arn: str | None) -> list[Permission]:
    """Allow starting jobs, but neither stopping them nor reading what they write."""
    run, pass_role = start_jobs(name_prefix, role=role, output="", key_arn=None)[:2]
    start = ["sagemaker:AddTags", "sagemaker:CreateTrainingJob"]
    return [replace(run, actions=start), pass_role, *encrypt_volumes(key_arn)]


def watch_jobs(name_prefix: str, *, output: str, key_arn: str | None) -> list[Permission]:
    """Allow reading the state of jobs and checking whether their artifacts exist."""
    return [
        Permission(
            sid="WatchJobs",
            actions=["sagemaker:DescribeTrainingJob"],
            resources=[_jobs(name_prefix)],
        ),
        *find_objects(output),
        *use_key_in_s3(key_arn, READ),
    ]


def _jobs(name_prefix: str) -> str:
    return f"arn:{PARTITION}:sagemaker:{REGION}:{ACCOUNT_ID}:training-job/{name_prefix}-*"
