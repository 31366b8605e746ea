"""What API Gateway writes down of each request."""

import json

from aws_cdk.aws_apigateway import AccessLogFormat

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
FIELDS = {
    "requestId": "$context.requestId",  # the function's log has it beside the correlation id
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
    """Return the format of a line, which is JSON; never a part of a body.

    Args:
        signed: whether requests are signed, so that there is a principal to name.
    """
    fields = {**FIELDS, **(CALLER if signed else {})}
    return AccessLogFormat.custom(json.dumps(fields, separators=(",", ":")))
