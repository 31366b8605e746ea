"""The API: API Gateway, which invokes a function, which invokes the endpoint."""

from collections.abc import Mapping
from typing import cast

from aws_cdk import Size
from aws_cdk.aws_apigateway import (
    AuthorizationType,
    CfnRestApi,
    EndpointType,
    LambdaIntegration,
    LogGroupLogDestination,
    MethodDeploymentOptions,
    MethodLoggingLevel,
    RestApi,
    StageOptions,
)
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

from stacks.building_blocks.aws import REGION, URL_SUFFIX
from stacks.building_blocks.log_group import declare_log_group
from stacks.building_blocks.reasons import (
    acknowledge,
    acknowledge_type,
)
from stacks.monitoring.metrics import ApiMetrics
from stacks.settings.api import ApiSettings
from stacks.settings.feedback import FeedbackSettings
from stacks.web.function import NOT_TRACED, TIMEOUT, declare_predict_function
from stacks.web.gateway_responses import (
    GatewayLogRole,
    access_log_format,
    declare_problem_responses,
)
from stacks.web.release import Release
from stacks.web.web_acl import OriginSecret, WebAcl

# Each path of the API, and whether its requests have a body and so a content type
PATHS = {
    "predict": True,
    "predict/batch": True,
    "model": False,
    "health": False,
    "openapi.json": False,
}
FEEDBACK = "feedback"
LEAST_COMPRESSED_BYTES = 1000  # a smaller answer fits in one packet anyway
# The stage's name is the path that CloudFront forwards to the API.
STAGE = "api"

AS_PUBLIC_AS_THE_PAGE = "The API is public, like the page (api.access)"
SIGNED = "Callers are principals of AWS that sign their requests, not users of a Cognito pool"
CHECKED_BY_FUNCTION = (
    "Headers are checked; bodies are passed on as bytes, which API Gateway's models cannot check: "
    "the function does, and says what is wrong"
)
NO_CACHE = "Every review is a different request, and answers must not be stored"
NO_CERTIFICATE = (
    "Lambda authorizes API Gateway by a permission; no server could check a certificate"
)
NO_WEB_ACL = "Throttling limits the cost of a flood; a web ACL would cost more (api.web_acl)"


class PredictApi(Construct):
    """The API for programs and the page.

    Creates: a REST API with one stage, the function behind it, the release of its code, their roles
        and logs; with api.web_acl also a web ACL and the secret of its origin.
    Idle: nothing without the web ACL.
    Destroy: everything is deleted; another deployment has another URL.

    Attributes:
        url: URL of the API, ending in a slash.
        domain: its host name.
        metrics: metrics of the API and its function.
        origin_secret: the secret that CloudFront sends to the web ACL; None without a web ACL.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        endpoint_name: str,
        metrics_namespace: str,
        drift: bool,
        settings: ApiSettings,
        feedback: FeedbackSettings,
        feedback_uri: str,
        artifacts_uri: str | None,
        data_key_arn: str | None,
        web_acl_log_group: str,
    ) -> None:
        """Declare the API.

        Args:
            name: the API's name.
            endpoint_name: the SageMaker endpoint behind it.
            metrics_namespace: namespace of the function's metrics.
            drift: whether the function compares callers' reviews with the test reviews.
            settings: limits and logs.
            feedback: settings of `POST /feedback`.
            feedback_uri: S3 URI of the folder for feedback.
            artifacts_uri: S3 URI of the training jobs' artifacts; None without comparisons.
            data_key_arn: key of the data bucket; None for AWS's own.
            web_acl_log_group: name of the log group of the web ACL, if there is one.
        """
        super().__init__(scope, construct_id)
        function = declare_predict_function(
            self,
            "Handler",
            endpoint_name=endpoint_name,
            metrics_namespace=metrics_namespace,
            drift=drift,
            settings=settings,
            feedback_uri=feedback_uri if feedback.enabled else None,
            artifacts_uri=artifacts_uri,
            data_key_arn=data_key_arn,
        )
        api = self._declare_rest_api(name, settings, feedback)
        paths = PATHS | ({FEEDBACK: True} if feedback.enabled else {})
        release = Release(
            self,
            "Release",
            function=function,
            endpoint_name=endpoint_name,
            longest_review=settings.max_review_characters,
        )
        self._add_operations(api, release.alias, paths, public=settings.access == "public")
        self._complete(api, settings)
        self.origin_secret: str | None = None
        if settings.web_acl:
            self._add_web_acl(name, web_acl_log_group, api.deployment_stage.stage_arn, settings)
        self.metrics = ApiMetrics(name, STAGE, function.function_name)
        self.url = api.url
        self.domain = f"{api.rest_api_id}.execute-api.{REGION}.{URL_SUFFIX}"

    def _complete(self, api: RestApi, settings: ApiSettings) -> None:
        """Add what the API needs once its operations are declared."""
        _refuse_old_tls(api)
        api.node.try_remove_child("Endpoint")  # the stack declares an output with a better name
        declare_problem_responses(
            api, signed=settings.access == "iam", other_origins=bool(settings.allowed_origins)
        )
        stage = api.deployment_stage
        # Otherwise API Gateway creates this log group at the first error.
        execution_log = declare_log_group(
            self,
            "ExecutionLog",
            name=f"API-Gateway-Execution-Logs_{api.rest_api_id}/{STAGE}",
            retention_days=settings.log_retention_days,
        )
        stage.node.add_dependency(execution_log)
        if settings.set_account_log_role:
            stage.node.add_dependency(GatewayLogRole(self, "AccountLogRole", api=api))
        acknowledge(api, {"AwsSolutions-APIG2": CHECKED_BY_FUNCTION})
        acknowledge(stage, _stage_reasons(settings))

    def _declare_rest_api(
        self, name: str, settings: ApiSettings, feedback: FeedbackSettings
    ) -> RestApi:
        access_log = declare_log_group(
            self, "AccessLog", retention_days=settings.log_retention_days
        )
        return RestApi(
            self,
            "Api",
            rest_api_name=name,
            description="Movie review sentiment",
            endpoint_types=[EndpointType.REGIONAL],
            # Bodies reach the function as sent, so that it can detect bad UTF-8.
            binary_media_types=["*/*"],
            min_compression_size=Size.bytes(LEAST_COMPRESSED_BYTES),
            cloud_watch_role=False,
            deploy_options=StageOptions(
                stage_name=STAGE,
                throttling_rate_limit=settings.throttle_rate,
                throttling_burst_limit=settings.throttle_burst,
                access_log_destination=LogGroupLogDestination(access_log),
                access_log_format=access_log_format(signed=settings.access == "iam"),
                logging_level=MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                tracing_enabled=settings.tracing,
                metrics_enabled=True,
                method_options=_throttled(feedback, settings) if feedback.enabled else None,
            ),
        )

    def _add_web_acl(
        self, name: str, log_group_name: str, stage_arn: str, settings: ApiSettings
    ) -> None:
        if settings.access == "public":
            self.origin_secret = OriginSecret(self, "OriginSecret").value
        WebAcl(
            self,
            "WebAcl",
            name=name,
            log_group_name=log_group_name,
            stage_arn=stage_arn,
            origin_secret=self.origin_secret,
            rate=settings.web_acl_rate,
            retention_days=settings.log_retention_days,
        )

    def _add_operations(
        self, api: RestApi, handler: IFunction, paths: Mapping[str, bool], *, public: bool
    ) -> None:
        """Route requests of every method to the function.

        The function rejects wrong methods and bad bodies: API Gateway's models check neither text
        nor binary bodies.
        """
        integration = LambdaIntegration(handler, timeout=TIMEOUT, allow_test_invoke=False)
        validator = api.add_request_validator(
            "Validator", validate_request_parameters=True, validate_request_body=False
        )
        acknowledge_type(self, "AWS::ApiGateway::Method", _access_reasons(public=public))
        for path, takes_body in paths.items():
            resource = api.root.resource_for_path(path)
            # API Gateway prefers POST to ANY, which needs no content type: the function answers a
            # wrong method. It also throttles by method.
            for name in ("POST", "ANY") if takes_body else ("ANY",):
                resource.add_method(
                    name,
                    integration,
                    authorization_type=AuthorizationType.NONE if public else AuthorizationType.IAM,
                    request_parameters={"method.request.header.Content-Type": True}
                    if name == "POST"
                    else None,
                    request_validator=validator,
                )


def _access_reasons(*, public: bool) -> dict[str, str]:
    """Return why rules for methods do not apply."""
    rules = ("AwsSolutions-APIG4", "AwsSolutions-COG4", "CKV_AWS_59")
    return dict.fromkeys(rules, AS_PUBLIC_AS_THE_PAGE) if public else {"AwsSolutions-COG4": SIGNED}


def _throttled(
    feedback: FeedbackSettings, settings: ApiSettings
) -> dict[str, MethodDeploymentOptions]:
    """Return the limits of the one method that stores data; they replace the stage's."""
    return {
        f"/{FEEDBACK}/POST": MethodDeploymentOptions(
            throttling_rate_limit=min(feedback.throttle_rate, settings.throttle_rate),
            throttling_burst_limit=min(feedback.throttle_burst, settings.throttle_burst),
            logging_level=MethodLoggingLevel.ERROR,
            data_trace_enabled=False,
            metrics_enabled=True,
        )
    }


def _stage_reasons(settings: ApiSettings) -> dict[str, str]:
    """Return why rules for stages do not apply."""
    reasons = {
        "NIST.800.53.R5-APIGWCacheEnabledAndEncrypted": NO_CACHE,
        "CKV_AWS_120": NO_CACHE,
        "NIST.800.53.R5-APIGWSSLEnabled": NO_CERTIFICATE,
    }
    if not settings.web_acl:
        reasons["AwsSolutions-APIG3"] = NO_WEB_ACL
        reasons["NIST.800.53.R5-APIGWAssociatedWithWAF"] = NO_WEB_ACL
    if not settings.tracing:
        reasons["Serverless-APIGWXrayEnabled"] = reasons["CKV_AWS_73"] = NOT_TRACED
    return reasons


def _refuse_old_tls(api: RestApi) -> None:
    """Accept only TLS 1.2 with forward secrecy and newer; the default accepts TLS 1.0.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
    """
    resource = cast("CfnRestApi", api.node.default_child)
    resource.security_policy = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
    resource.endpoint_access_mode = "BASIC"
