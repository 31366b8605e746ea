"""REST APIs: metrics, errors of functions, limits, and the validation of requests."""

import gzip
import json
import time
import zlib
from http import HTTPStatus
from typing import Any

from ministack.services import apigateway_v1, cloudwatch
from ministack.services.cloudformation import provisioners

PRIVATE_NAMES = (
    (apigateway_v1, "_call_lambda_raw", "async (function_ref, event, *, account_id=None, region=None)"),
    (apigateway_v1, "_create_request_validator", "(api_id, data)"),
    (apigateway_v1, "_delete_request_validator", "(api_id, validator_id)"),
    (apigateway_v1, "_gw_error", "(response_type, message)"),
    (apigateway_v1, "_invoke_lambda_proxy_v1", "async (integration, api_id, stage_name, stage, resource, request_path, method, headers, body, query_params, path_params, *, owner_account_id=None, owner_region=None, binary_media_types=None, authorizer_context=None, caller_identity=None)"),
    (apigateway_v1, "_lambda_proxy_response", "(result)"),
    (apigateway_v1, "_resources", "AccountRegionScopedDict"),
    (apigateway_v1, "_rest_apis", "AccountRegionScopedDict"),
    (apigateway_v1, "handle_execute", "async (api_id, stage_name, method, path, headers, body, query_params)"),
    (cloudwatch, "record_metric", "(namespace, metric_name, value, unit='None', dimensions=None)"),
    (provisioners, "_RESOURCE_HANDLERS", "dict"),
    (provisioners, "_apigw_method_settings", "(raw)"),
)  # fmt: skip
Properties = dict[str, Any]
# Longest body of a request
BODY_BYTES = 10 * 1024 * 1024
# Value of `wbits` with which zlib reads gzip as well as deflate
EITHER_CODING = 32 + zlib.MAX_WBITS
# Longest event and longest answer of a function: 6 MiB, and the 100 bytes that Lambda allows on top
EVENT_BYTES = 6 * 1024 * 1024 + 100


def apply() -> None:
    """Patch ministack."""
    _publish_metrics()
    _hide_function_errors()
    _throttle_single_methods()
    _decompress_requests()
    _limit_sizes()
    _compress_answers()
    _validate_requests()


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


def _decompress_requests() -> None:
    """Decompress the bodies of requests; refuse other codings and bodies that are not compressed.

    Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
    and https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html
    """
    integrate = apigateway_v1._invoke_lambda_proxy_v1

    async def invoke_lambda_proxy(*arguments: Any, **keywords: Any) -> Any:
        *before, headers, body, query, path = arguments
        coding = headers.get("content-encoding", "identity").lower()
        if coding != "identity":
            try:
                body = decompressed(body) if coding in {"gzip", "deflate"} else None
            except zlib.error:
                body = None
        if body is None:
            return apigateway_v1._gw_error("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type")
        if len(body) > BODY_BYTES:
            return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
        return await integrate(*before, headers, body, query, path, **keywords)

    def decompressed(body: bytes) -> bytes | None:
        """Return the start of the text, up to one byte more than allowed; None if it is cut off."""
        reading = zlib.decompressobj(EITHER_CODING)
        text = reading.decompress(body, BODY_BYTES + 1)
        return text if reading.eof or len(text) > BODY_BYTES else None

    apigateway_v1._invoke_lambda_proxy_v1 = invoke_lambda_proxy


def _limit_sizes() -> None:
    """Refuse bodies and events that are too long, and fail for answers that are.

    API Gateway itself refuses the longest bodies, as plain text that no gateway response replaces.

    Sources: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
    https://github.com/koki-develop/lgtm-generator/issues/10 and
    https://github.com/DataBiosphere/azul/issues/8258
    """
    execute, call = apigateway_v1.handle_execute, apigateway_v1._call_lambda_raw
    integrate = apigateway_v1._invoke_lambda_proxy_v1

    async def handle_execute(api_id: str, stage: str, *request: Any) -> Any:
        _method, _path, _headers, body, _query = request
        if len(body) > BODY_BYTES:
            message = f"HTTP content length exceeded {BODY_BYTES} bytes."
            return (
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE.value,
                {"Content-Type": "text; charset=utf-8"},
                message.encode(),
            )
        return await execute(api_id, stage, *request)

    async def call_lambda_raw(reference: str, event: Any, **scope: Any) -> Any:
        if _bytes(event) > EVENT_BYTES:
            raise OverflowError
        result, error = await call(reference, event, **scope)
        if result is not None and not result.get("error") and _bytes(result["body"]) > EVENT_BYTES:
            text = f"Response payload size exceeded maximum allowed payload size ({EVENT_BYTES} bytes)."
            return {**result, "error": True, "body": {"errorMessage": text}}, error
        return result, error

    async def invoke_lambda_proxy(*arguments: Any, **keywords: Any) -> Any:
        try:
            return await integrate(*arguments, **keywords)
        except OverflowError:
            return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")

    apigateway_v1.handle_execute = handle_execute
    apigateway_v1._call_lambda_raw = call_lambda_raw
    apigateway_v1._invoke_lambda_proxy_v1 = invoke_lambda_proxy


def _compress_answers() -> None:
    """Compress answers from the API's minimum size on for clients that accept gzip.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
    """
    execute = apigateway_v1.handle_execute

    async def handle_execute(api_id: str, stage: str, *request: Any) -> Any:
        _method, _path, headers, _body, _query = request
        status, answered, content = await execute(api_id, stage, *request)
        least = (apigateway_v1._rest_apis.get(api_id) or {}).get("minimumCompressionSize")
        content = content.encode() if isinstance(content, str) else content
        accepted = "gzip" in headers.get("accept-encoding", "")
        if least is None or not accepted or len(content) < int(least):
            return status, answered, content
        return status, {**answered, "Content-Encoding": "gzip"}, gzip.compress(content)

    apigateway_v1.handle_execute = handle_execute


def _bytes(payload: Any) -> int:
    text = payload if isinstance(payload, str | bytes) else json.dumps(payload)
    return len(text)


def _validate_requests() -> None:
    """Create the validators of a template, and attach them to its methods.

    ministack validates requests of APIs that were made through API Gateway's own API only.

    Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    """
    handlers = provisioners._RESOURCE_HANDLERS
    method = handlers["AWS::ApiGateway::Method"]

    def create_validator(_logical_id: str, properties: Properties, _stack: str) -> Any:
        flags = ("ValidateRequestBody", "ValidateRequestParameters")
        data = {
            name[0].lower() + name[1:]: properties.get(name) in {True, "true"} for name in flags
        }
        _, _, answer = apigateway_v1._create_request_validator(
            properties["RestApiId"], {"name": properties.get("Name", ""), **data}
        )
        identity = str(json.loads(answer)["id"])
        return identity, {"RequestValidatorId": identity}

    def delete_validator(identity: str, properties: Properties) -> None:
        apigateway_v1._delete_request_validator(properties["RestApiId"], identity)

    def replace_validator(_identity: str, _old: Properties, new: Properties, stack: str) -> Any:
        return create_validator("", new, stack)

    def create_method(logical_id: str, properties: Properties, stack: str) -> Any:
        return validated(method["create"](logical_id, properties, stack), properties)

    def update_method(identity: str, old: Properties, new: Properties, stack: str) -> Any:
        return validated(method["update"](identity, old, new, stack), new)

    def validated(created: Any, properties: Properties) -> Any:
        resource = apigateway_v1._resources[properties["RestApiId"]][properties["ResourceId"]]
        declared = resource["resourceMethods"][properties["HttpMethod"]]
        declared["requestValidatorId"] = properties.get("RequestValidatorId")
        return created

    handlers["AWS::ApiGateway::RequestValidator"] = {
        "create": create_validator, "update": replace_validator, "delete": delete_validator,
    }  # fmt: skip
    handlers["AWS::ApiGateway::Method"] = {
        **method, "create": create_method, "update": update_method,
    }  # fmt: skip
