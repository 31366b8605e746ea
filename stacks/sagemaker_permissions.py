"""What SageMaker's execution roles need, resource by resource.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
"""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk.aws_iam import PolicyStatement

from stacks.images import ContainerImage


def pull_image(image: ContainerImage) -> list[PolicyStatement]:
    """Allow pulling one image."""
    repository = (
        f"arn:{Aws.PARTITION}:ecr:{image.region}:{image.account}:repository/{image.repository}"
    )
    return [
        PolicyStatement(
            sid="PullImage",
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            resources=[repository],
        ),
        # The action supports no resource.
        PolicyStatement(
            sid="LogInToRegistry", actions=["ecr:GetAuthorizationToken"], resources=["*"]
        ),
    ]


def put_metrics(namespace: str) -> PolicyStatement:
    """Allow publishing metrics of one namespace; the action supports no resource."""
    return PolicyStatement(
        sid="PutMetrics",
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": namespace}},
    )


def read_object(uri: str) -> PolicyStatement:
    """Allow reading the one object that an S3 URI names."""
    return PolicyStatement(sid="ReadObject", actions=["s3:GetObject"], resources=[_arn(uri)])


def read_prefixes(uris: Sequence[str]) -> list[PolicyStatement]:
    """Allow finding and reading every object whose URI begins with one of these."""
    listings = [
        PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[_arn(f"s3://{bucket}")],
            conditions={"StringLike": {"s3:prefix": f"{key}*"}},
        )
        for bucket, _, key in (uri.removeprefix("s3://").partition("/") for uri in uris)
    ]
    objects = [_arn(f"{uri}*") for uri in uris]
    return [
        PolicyStatement(sid="ReadObjects", actions=["s3:GetObject"], resources=objects),
        *listings,
    ]


def find_objects(uri: str) -> list[PolicyStatement]:
    """Allow asking whether objects under an S3 URI exist and reading them.

    Listing is for the whole bucket: without it, S3 answers a question for a missing object with
    403 and not with 404.
    """
    bucket = uri.removeprefix("s3://").partition("/")[0]
    return [
        PolicyStatement(sid="ReadObjects", actions=["s3:GetObject"], resources=[_arn(f"{uri}/*")]),
        PolicyStatement(
            sid="TellMissing", actions=["s3:ListBucket"], resources=[_arn(f"s3://{bucket}")]
        ),
    ]


def write_objects(uri: str) -> PolicyStatement:
    """Allow writing objects under an S3 URI."""
    return PolicyStatement(
        sid="WriteObjects", actions=["s3:PutObject"], resources=[_arn(f"{uri}/*")]
    )


def tag_objects(uri: str) -> PolicyStatement:
    """Allow tagging objects under an S3 URI."""
    return PolicyStatement(
        sid="TagObjects",
        actions=["s3:PutObjectTagging", "s3:DeleteObjectTagging"],
        resources=[_arn(f"{uri}/*")],
    )


def _arn(uri: str) -> str:
    return f"arn:{Aws.PARTITION}:s3:::{uri.removeprefix('s3://')}"
