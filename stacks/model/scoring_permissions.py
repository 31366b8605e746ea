"""Permissions of the model's containers when they score files."""

from stacks.building_blocks.permissions import (
    READ_AND_WRITE,
    Permission,
    encrypt_volumes,
    has_volume,
    put_metrics,
    read_prefixes,
    use_key_in_s3,
    write_job_logs,
    write_objects,
)

LOG_GROUP = "/aws/sagemaker/TransformJobs"


def score_objects(
    uri: str, *, name_prefix: str, instance_type: str, key_arn: str | None
) -> list[Permission]:
    """Allow a transform job to read reviews, and to write answers and its log.

    Args:
        uri: S3 URI with the folders of reviews and answers.
        name_prefix: prefix of the jobs' names.
        instance_type: instance type of the jobs.
        key_arn: key of the objects and of the machines' volumes; None for AWS's own.
    """
    return [
        *read_prefixes([f"{uri}/in/"]),
        write_objects(f"{uri}/out"),
        put_metrics(LOG_GROUP),
        *write_job_logs(LOG_GROUP, name_prefix),
        *use_key_in_s3(key_arn, READ_AND_WRITE),
        *(encrypt_volumes(key_arn) if has_volume(instance_type) else []),
    ]
