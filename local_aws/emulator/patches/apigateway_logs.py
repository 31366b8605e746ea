"""REST APIs' logs, which API Gateway writes with the one role that an account sets for a region."""

import re
import time
from datetime import UTC, datetime
from typing import Any

from ministack.services import apigateway_v1, cloudwatch_logs, iam
from ministack.services.cloudformation import provisioners

from local_aws.emulator.patches.cloudformation import Created, Properties

PRIVATE_NAMES = (
    (apigateway_v1, "_account_settings", "AccountRegionScopedDict"),
    (apigateway_v1, "_create_rest_api", "(data)"),
    (apigateway_v1, "_handle_execute_in_scope", "async (api_id, stage_name, method, path, headers, body, query_params, owner_account_id, owner_region)"),
    (apigateway_v1, "_stages_v1", "AccountRegionScopedDict"),
    (apigateway_v1, "_update_account", "(data)"),
    (apigateway_v1, "_v1_error", "(code, message, status)"),
    (cloudwatch_logs, "_create_log_stream", "(data)"),
    (cloudwatch_logs, "_put_log_events", "(data)"),
    (iam, "_roles", "AccountScopedDict"),
    (provisioners, "_RESOURCE_HANDLERS", "dict"),
)  # fmt: skip
SERVICE = "apigateway.amazonaws.com"
POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
ROLE = "cloudwatchRoleArn"
EVER = "hasHadAnApi"
REFUSED_ROLE = (
    "The role ARN does not have required permissions configured. Please grant trust permission for "
    "API Gateway and add the required role policy."
)
NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"
NO_API = "API Gateway has never had a resource in this account, so it has no account settings yet"
VARIABLE = re.compile(r"\$context\.([A-Za-z.]+)")


def apply() -> None:
    """Patch ministack."""
    _check_account()
    _check_stages()
    _write_access_logs()


def _check_account() -> None:
    """Refuse unusable roles, and keep the setting when its resource is deleted.

    Sources:
        https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-account.html
    """
    create_api, update_account = apigateway_v1._create_rest_api, apigateway_v1._update_account

    def create_rest_api(data: Properties) -> Any:
        _settings(**{EVER: True})
        return create_api(data)

    def update_checked(data: Properties) -> Any:
        for operation in data.get("patchOperations", []):
            role = operation.get("value")
            if operation.get("path") == f"/{ROLE}" and role and not _may_write_logs(str(role)):
                return apigateway_v1._v1_error("BadRequestException", REFUSED_ROLE, 400)
        return update_account(data)

    apigateway_v1._create_rest_api = create_rest_api
    apigateway_v1._update_account = update_checked
    provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::Account"] = {
        "create": lambda logical_id, new, _stack: _set_role(logical_id, new),
        "update": lambda physical_id, _old, new, _stack: _set_role(physical_id, new),
        "delete": lambda _physical_id, _properties: None,
    }


def _set_role(physical_id: str, properties: Properties) -> Created:
    if not _settings().get(EVER):
        raise ValueError(NO_API)
    role = properties.get("CloudWatchRoleArn")
    if role and not _may_write_logs(str(role)):
        raise ValueError(REFUSED_ROLE)
    _settings(**{ROLE: role})
    return physical_id, {"Id": physical_id}


def _settings(**changed: Any) -> Properties:
    """Return the account's settings in the current region, after a change if there is one."""
    settings = {**(apigateway_v1._account_settings.get("settings") or {}), **changed}
    if changed:
        apigateway_v1._account_settings["settings"] = settings
    return settings


def _may_write_logs(arn: str) -> bool:
    """Return whether API Gateway may assume a role, and whether that role may write any log."""
    role = iam._roles.get(arn.rpartition("/")[2])
    if role is None or SERVICE not in str(role["AssumeRolePolicyDocument"]):
        return False
    return any(str(policy).endswith(POLICY) for policy in role["AttachedPolicies"])


def _check_stages() -> None:
    """Refuse logs of a stage in an account without a role, and keep the stage's log settings."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::Stage"]
    create, update = handler["create"], handler["update"]

    def complete(properties: Properties) -> None:
        levels = [one.get("LoggingLevel", "OFF") for one in properties.get("MethodSettings", [])]
        access = properties.get("AccessLogSetting") or {}
        if (access or set(levels) - {"OFF"}) and not _settings().get(ROLE):
            raise ValueError(NO_ROLE)
        stage = apigateway_v1._stages_v1[properties["RestApiId"]][properties["StageName"]]
        stage["accessLogSettings"] = {
            f"{key[0].lower()}{key[1:]}": value for key, value in access.items()
        }

    def create_stage(logical_id: str, properties: Properties, stack: str) -> Any:
        created = create(logical_id, properties, stack)
        complete(properties)
        return created

    def update_stage(physical_id: str, old: Properties, new: Properties, stack: str) -> Any:
        updated = update(physical_id, old, new, stack)
        complete(new)
        return updated

    provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::Stage"] = {
        **handler, "create": create_stage, "update": update_stage,
    }  # fmt: skip


def _write_access_logs() -> None:
    """Write a line of a stage's access log for each request, while the account's role exists."""
    execute = apigateway_v1._handle_execute_in_scope

    async def handle_execute(
        api_id: str, stage_name: str, method: str, path: str, *rest: Any
    ) -> Any:
        answer = await execute(api_id, stage_name, method, path, *rest)
        stage = apigateway_v1._stages_v1.get(api_id, {}).get(stage_name) or {}
        access = stage.get("accessLogSettings") or {}
        if access.get("destinationArn") and _may_write_logs(str(_settings().get(ROLE))):
            _write(access, api_id, _described(method, path, answer))
        return answer

    apigateway_v1._handle_execute_in_scope = handle_execute


def _described(method: str, path: str, answer: Any) -> dict[str, str]:
    """Return the variables of an access log line; AWS writes - for those without a value."""
    status, headers, body = answer[:3]
    known = {name.lower(): str(value) for name, value in headers.items()}
    return {
        "requestId": known.get("x-amzn-requestid", "-"),
        "identity.sourceIp": "127.0.0.1",
        "requestTime": datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S %z"),
        "httpMethod": method,
        "resourcePath": path,
        "status": str(status),
        "protocol": "HTTP/1.1",
        "responseLength": str(len(body)),
    }


def _write(access: Properties, api_id: str, variables: dict[str, str]) -> None:
    group = str(access["destinationArn"]).partition(":log-group:")[2].removesuffix(":*")
    named = {"logGroupName": group, "logStreamName": api_id}
    line = VARIABLE.sub(lambda match: variables.get(match[1], "-"), str(access.get("format", "")))
    cloudwatch_logs._create_log_stream(named)
    event = {"timestamp": int(time.time() * 1000), "message": line}
    cloudwatch_logs._put_log_events({**named, "logEvents": [event]})
