"""The function behind the API."""

import re

from aws_cdk import Duration
from aws_cdk.aws_lambda import Function
from constructs import Construct

from stacks.building_blocks.assets import ROOT
from stacks.building_blocks.aws import ACCOUNT_ID, PARTITION, REGION
from stacks.building_blocks.permissions import (
    READ,
    WRITE,
    Permission,
    bucket_and_key,
    use_key_in_s3,
    write_objects,
)
from stacks.building_blocks.python_function import PythonFunction
from stacks.building_blocks.reasons import CONCURRENCY_RULES, TRACING_RULE, acknowledge
from stacks.names import SERVICE
from stacks.settings.api import ApiSettings

PACKAGE = ROOT / "lambda_fn" / "predict_api"
# Powertools, and its dependencies that AWS's runtime is not documented to include.
LIBRARIES = ("aws_lambda_powertools", "aws_xray_sdk", "jmespath", "typing_extensions", "wrapt")
# The function logs, publishes metrics and traces boto3 calls. It does not use the other nine tenths
# of Powertools, nor the tracer's patches for other libraries.
UNUSED = re.compile(
    r"aws_lambda_powertools/(event_handler/|utilities/(?!__init__|jmespath_utils/|typing/))"
    r"|aws_xray_sdk/ext/(?!__init__|util\.|boto_utils\.|botocore/|resources/)"
)
# API Gateway waits 29 s by default; a cold serverless endpoint takes most of it.
TIMEOUT = Duration.seconds(29)

NOT_TRACED = "The environment has no traces (api.tracing)"
SHARES_CONCURRENCY = (
    "The stage's throttle limits its share of the account's concurrency (api.reserved_concurrency)"
)


def declare_predict_function(
    scope: Construct,
    construct_id: str,
    *,
    endpoint_name: str,
    metrics_namespace: str,
    drift: bool,
    settings: ApiSettings,
    feedback_uri: str | None,
    artifacts_uri: str | None,
    data_key_arn: str | None,
) -> Function:
    """Declare the function that answers the API's requests.

    Args:
        endpoint_name: the SageMaker endpoint that classifies reviews.
        metrics_namespace: namespace of the function's metrics.
        drift: whether the function compares callers' reviews with the test reviews.
        settings: limits and traces.
        feedback_uri: S3 URI of the folder for feedback; None for an API without feedback.
        artifacts_uri: S3 URI of the training jobs' artifacts, of which the function reads the
            comparisons; None without comparisons.
        data_key_arn: key of the data bucket; None for AWS's own.
    """
    origins = settings.allowed_origins
    endpoint = f"arn:{PARTITION}:sagemaker:{REGION}:{ACCOUNT_ID}:endpoint/{endpoint_name}"
    function = PythonFunction(
        scope,
        construct_id,
        package=PACKAGE,
        handler="handler.handler",
        description="Classifies movie reviews through the SageMaker endpoint",
        timeout=TIMEOUT,
        memory_mb=512,
        libraries=LIBRARIES,
        unused=UNUSED,
        tracing=settings.tracing,
        reserved_concurrency=settings.reserved_concurrency,
        environment={
            "ENDPOINT_NAME": endpoint_name,
            "MAX_REVIEW_CHARACTERS": str(settings.max_review_characters),
            **_observed(metrics_namespace, tracing=settings.tracing),
            **({"FEEDBACK_BUCKET": bucket_and_key(feedback_uri)[0]} if feedback_uri else {}),
            **({"DRIFT": "true"} if drift else {}),
            **({"ARTIFACTS_URI": artifacts_uri} if artifacts_uri else {}),
            **({"ALLOWED_ORIGINS": " ".join(origins)} if origins else {}),
        },
        permissions=[
            Permission(
                sid="InvokeEndpoint", actions=["sagemaker:InvokeEndpoint"], resources=[endpoint]
            ),
            *_use_objects(feedback_uri, artifacts_uri, data_key_arn),
        ],
    ).function
    if settings.reserved_concurrency is None:
        acknowledge(function, dict.fromkeys(CONCURRENCY_RULES, SHARES_CONCURRENCY))
    if not settings.tracing:
        acknowledge(function, {TRACING_RULE: NOT_TRACED})
    return function


def _observed(metrics_namespace: str, *, tracing: bool) -> dict[str, str]:
    """Return the variables for logs, metrics and traces."""
    return {
        "POWERTOOLS_SERVICE_NAME": SERVICE,
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": metrics_namespace,
        "POWERTOOLS_TRACE_DISABLED": str(not tracing).lower(),
    }


def _use_objects(
    feedback_uri: str | None, artifacts_uri: str | None, key_arn: str | None
) -> list[Permission]:
    """Allow writing feedback but not reading it, and reading comparisons but no reviews or models.

    Args:
        feedback_uri: S3 URI of the feedback; None without it.
        artifacts_uri: S3 URI of the models' artifacts; None if models are not compared.
        key_arn: key of their bucket; None for AWS's own.
    """
    permissions: list[Permission] = []
    actions: list[str] = []
    if feedback_uri:
        permissions.append(write_objects(feedback_uri))
        actions += WRITE
    if artifacts_uri:
        bucket, folder = bucket_and_key(artifacts_uri)
        records = f"arn:{PARTITION}:s3:::{bucket}/{folder}/*/output/comparison.json"
        permissions.append(
            Permission(sid="ReadComparisons", actions=["s3:GetObject"], resources=[records])
        )
        actions += READ
    return [*permissions, *(use_key_in_s3(key_arn, actions) if actions else [])]
