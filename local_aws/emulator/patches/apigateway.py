"""REST APIs: metrics, hidden errors of functions, and limits per method."""

import time
from typing import Any

from ministack.services import apigateway_v1, cloudwatch
from ministack.services.cloudformation import provisioners

PRIVATE_NAMES = (
    (apigateway_v1, "_invoke_lambda_proxy_v1", "async (integration, api_id, stage_name, stage, resource, request_path, method, headers, body, query_params, path_params, *, owner_account_id=None, owner_region=None, binary_media_types=None, authorizer_context=None, caller_identity=None)"),
    (apigateway_v1, "_lambda_proxy_response", "(result)"),
    (apigateway_v1, "_rest_apis", "AccountRegionScopedDict"),
    (apigateway_v1, "handle_execute", "async (api_id, stage_name, method, path, headers, body, query_params)"),
    (cloudwatch, "record_metric", "(namespace, metric_name, value, unit='None', dimensions=None)"),
    (provisioners, "_apigw_method_settings", "(raw)"),
)  # fmt: skip
Properties = dict[str, Any]


def apply() -> None:
    """Patch ministack."""
    _publish_metrics()
    _hide_function_errors()
    _throttle_single_methods()


def _publish_metrics() -> None:
    """Publish the metrics of each stage.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    """
    execute = apigateway_v1.handle_execute
    integrate = apigateway_v1._invoke_lambda_proxy_v1

    async def handle_execute(api_id: str, stage: str, *arguments: Any, **keywords: Any) -> Any:
        began = time.perf_counter()
        answer = await execute(api_id, stage, *arguments, **keywords)
        publish(api_id, stage, "Count", 1)
        publish(api_id, stage, "4XXError", int(answer[0] // 100 == 4))  # noqa: PLR2004
        publish(api_id, stage, "5XXError", int(answer[0] // 100 == 5))  # noqa: PLR2004
        publish(api_id, stage, "Latency", milliseconds(began), "Milliseconds")
        return answer

    async def invoke_lambda_proxy(
        integration: Any, api_id: str, stage: str, *arguments: Any, **keywords: Any
    ) -> Any:
        began = time.perf_counter()
        answer = await integrate(integration, api_id, stage, *arguments, **keywords)
        publish(api_id, stage, "IntegrationLatency", milliseconds(began), "Milliseconds")
        return answer

    def publish(api_id: str, stage: str, name: str, value: float, unit: str = "Count") -> None:
        if (api := apigateway_v1._rest_apis.get(api_id)) is not None:
            dimensions = {"ApiName": str(api["name"]), "Stage": stage}
            cloudwatch.record_metric("AWS/ApiGateway", name, value, unit, dimensions)

    def milliseconds(began: float) -> float:
        return (time.perf_counter() - began) * 1000

    apigateway_v1.handle_execute = handle_execute
    apigateway_v1._invoke_lambda_proxy_v1 = invoke_lambda_proxy


def _hide_function_errors() -> None:
    """Answer a function's exception as AWS does, without its text."""
    shape = apigateway_v1._lambda_proxy_response

    def lambda_proxy_response(result: Any) -> Any:
        answer, error = shape(result)
        return answer, "Internal server error" if error else None

    apigateway_v1._lambda_proxy_response = lambda_proxy_response


def _throttle_single_methods() -> None:
    """Apply a stage's setting for one method, whose path templates write as a JSON pointer.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
    """
    read = provisioners._apigw_method_settings

    def method_settings(raw: list[Properties] | None) -> Properties:
        return dict(read([{**each, **decoded(each)} for each in raw or []]))

    def decoded(setting: Properties) -> Properties:
        pointer = setting.get("ResourcePath", "")
        if "~1" not in pointer:
            return {}
        path = pointer.removeprefix("/").replace("~1", "/").replace("~0", "~")
        return {"ResourcePath": path}

    provisioners._apigw_method_settings = method_settings
