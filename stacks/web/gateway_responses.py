"""Responses and logs of API Gateway itself."""

import json
from http import HTTPStatus
from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk.aws_apigateway import (
    AccessLogFormat,
    CfnAccount,
    CfnRestApi,
    ResponseType,
    RestApi,
)
from aws_cdk.aws_iam import ManagedPolicy, Role, ServicePrincipal
from constructs import Construct

from stacks.building_blocks.reasons import acknowledge

PROBLEMS: dict[str, tuple[ResponseType, HTTPStatus, str, str]] = {
    "NotFound": (
        ResponseType.MISSING_AUTHENTICATION_TOKEN,
        HTTPStatus.NOT_FOUND,
        "not_found",
        "This path does not exist; GET /openapi.json lists all paths.",
    ),
    # Refused by a policy of the API or of the caller.
    "AccessDenied": (
        ResponseType.ACCESS_DENIED,
        HTTPStatus.FORBIDDEN,
        "forbidden",
        "The request is refused.",
    ),
    "TooLarge": (
        ResponseType.REQUEST_TOO_LARGE,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "review_too_long",
        "The request is too long. Send a shorter review, or fewer reviews at once.",
    ),
    "Throttled": (
        ResponseType.THROTTLED,
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_many_requests",
        "Too many requests at once; try again in a moment.",
    ),
    "NoContentType": (
        ResponseType.BAD_REQUEST_PARAMETERS,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "The content type must be text/plain or application/json.",
    ),
    "WrongCoding": (
        ResponseType.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "The body is not in its Content-Encoding, which may be gzip or deflate.",
    ),
    "Refused": (
        ResponseType.WAF_FILTERED,
        HTTPStatus.FORBIDDEN,
        "forbidden",
        "The request is refused.",
    ),
    "BadRequest": (
        ResponseType.DEFAULT_4_XX,
        HTTPStatus.BAD_REQUEST,
        "invalid_request",
        "The request cannot be understood.",
    ),
    "Timeout": (
        ResponseType.INTEGRATION_TIMEOUT,
        HTTPStatus.GATEWAY_TIMEOUT,
        "model_timeout",
        "The model did not answer in time; try again in a moment.",
    ),
    # The function has no free concurrency or cannot be reached.
    "Busy": (
        ResponseType.INTEGRATION_FAILURE,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "api_busy",
        "The API is busy; try again in a few seconds.",
    ),
    "Failure": (
        ResponseType.DEFAULT_5_XX,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        "Something went wrong here; try again in a moment.",
    ),
}
# With signed requests, API Gateway answers unsigned requests and unknown paths alike.
SIGNED_PROBLEMS: dict[str, tuple[ResponseType, HTTPStatus, str, str]] = {
    "NotFound": (
        ResponseType.MISSING_AUTHENTICATION_TOKEN,
        HTTPStatus.FORBIDDEN,
        "forbidden",
        "The request is not signed, or this path does not exist.",
    ),
    "InvalidSignature": (
        ResponseType.INVALID_SIGNATURE,
        HTTPStatus.FORBIDDEN,
        "forbidden",
        "The request's signature is invalid.",
    ),
    "ExpiredToken": (
        ResponseType.EXPIRED_TOKEN,
        HTTPStatus.FORBIDDEN,
        "forbidden",
        "The credentials that signed the request have expired.",
    ),
}
# API Gateway needs static header values in single quotes.
HEADERS = {
    "Content-Type": "'application/problem+json'",
    "Cache-Control": "'no-store'",
    "X-Request-Id": "context.requestId",
}
# Headers that pages of other origins need; a browser hides others than Content-Type and its like.
CROSS_ORIGIN_HEADERS = {
    "Access-Control-Allow-Origin": "'*'",
    "Access-Control-Expose-Headers": "'X-Request-Id, Retry-After'",
}
# Seconds until a retry of temporary problems
RETRY_AFTER_SECONDS = {"Throttled": 1, "Timeout": 5, "Busy": 5, "Failure": 5}


def declare_problem_responses(api: RestApi, *, signed: bool, other_origins: bool) -> None:
    """Declare the API's answers to requests that do not reach the function.

    Args:
        api: the API.
        signed: whether its requests are signed.
        other_origins: whether pages of other origins may call it. These answers contain nothing of
            a caller, so every page may read them.
    """
    headers = HEADERS | (CROSS_ORIGIN_HEADERS if other_origins else {})
    problems = PROBLEMS | SIGNED_PROBLEMS if signed else PROBLEMS
    for name, (kind, status, code, detail) in problems.items():
        problem = {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": detail,
            "code": code,
            "request_id": "$context.requestId",
        }
        seconds = RETRY_AFTER_SECONDS.get(name)
        api.add_gateway_response(
            name,
            type=kind,
            status_code=str(status.value),
            response_headers=headers | ({"Retry-After": f"'{seconds}'"} if seconds else {}),
            templates={"application/json": json.dumps(problem)},
        )


# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
FIELDS = {
    "requestId": "$context.requestId",  # also in the function's log, next to the correlation id
    "ip": "$context.identity.sourceIp",
    "requestTime": "$context.requestTime",
    "httpMethod": "$context.httpMethod",
    "resourcePath": "$context.resourcePath",
    "status": "$context.status",
    "protocol": "$context.protocol",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integration.latency",
    "error": "$context.error.responseType",
    "webAcl": "$context.wafResponseCode",
}
CALLER = {"caller": "$context.identity.userArn"}


def access_log_format(*, signed: bool) -> AccessLogFormat:
    """Return the format of an access log line, as JSON without any part of a body.

    Args:
        signed: whether requests are signed and so have a principal.
    """
    fields = {**FIELDS, **(CALLER if signed else {})}
    return AccessLogFormat.custom(json.dumps(fields, separators=(",", ":")))


POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"


class GatewayLogRole(Construct):
    """API Gateway's role for writing logs, set for the account's region.

    Every API in the region uses it, so it has AWS's managed policy for that purpose. API Gateway
    refuses a role with fewer permissions, and documents no condition for its trust policy.
    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html

    Creates: a role and the account's setting.
    Idle: nothing.
    Destroy: both stay, because other APIs may use the role. CloudFormation cannot undo the setting,
        and API Gateway would write no logs with a setting that names a deleted role.
    """

    def __init__(self, scope: Construct, construct_id: str, *, api: RestApi) -> None:
        """Declare the role and the account's setting.

        Args:
            api: an API of the account. Before its first API, an account has no such setting:
                https://github.com/awsdocs/aws-cloudformation-user-guide/blob/main/doc_source/aws-resource-apigateway-account.md
        """
        super().__init__(scope, construct_id)
        role = Role(
            self,
            "Role",
            assumed_by=ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[ManagedPolicy.from_aws_managed_policy_name(POLICY)],
        )
        acknowledge(
            role,
            {
                f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{POLICY}]": (
                    "The role works for every API of the account's region, whoever makes it"
                )
            },
        )
        # Also after a failed first deployment, hence not RETAIN_ON_UPDATE_OR_DELETE.
        role.apply_removal_policy(RemovalPolicy.RETAIN)
        account = CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
        account.apply_removal_policy(RemovalPolicy.RETAIN)
        account.add_dependency(cast("CfnRestApi", api.node.default_child))
