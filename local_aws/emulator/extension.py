"""Touches of ministack's private names; `enforcement`, `cold_starts`, `monitoring` have theirs.

ministack has no public way to add a service or a CloudFormation resource. The names below are those
of the exactly pinned version; `check` fails by name when a later version has moved one.
"""

import re
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import ministack.app
from ministack.core import iam_evaluator, persistence
from ministack.services import (
    apigateway_v1,
    cloudformation,
    cloudfront,
    cloudwatch_logs,
    lambda_svc,
    s3,
)
from ministack.services.cloudformation import provisioners, stacks

from local_aws.emulator import cold_starts, monitoring

Answer = tuple[int, dict[str, str], bytes]
ServiceHandler = Callable[
    [str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Answer]
]
ResourceHandler = Mapping[str, Callable[..., Any]]
Properties = dict[str, Any]

API_GATEWAY_ORIGIN = re.compile(r"^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")
PRIVATE_NAMES = (
    (ministack.app, "SERVICE_HANDLERS"),
    (ministack.app, "main"),
    (ministack.app, "_build_persistence_save_dict"),
    (ministack.app, "_run_ready_scripts"),
    (cloudformation, "_stack_events"),
    (cloudformation, "_stacks"),
    (persistence, "STATE_DIR"),
    (persistence, "save_all"),
    (iam_evaluator, "_resolve_condition_key"),
    (apigateway_v1, "_lambda_proxy_response"),
    (cloudwatch_logs, "_log_groups"),
    (lambda_svc, "CODE_BLOB_DIR"),
    (lambda_svc, "_emit_lambda_logs"),
    (s3, "_apply_bucket_scope"),
    (s3, "_bucket_owner_account"),
    (s3, "_bucket_tags"),
    (s3, "_delete_bucket"),
    (s3, "_error"),
    (s3, "_foreign_bucket_allows"),
    (s3, "_request_access_key"),
    (provisioners, "_RESOURCE_HANDLERS"),
    (provisioners, "_apigw_method_settings"),
    (stacks, "_runs_on_worker_thread"),
    (cloudfront, "_check_viewer_protocol_policy"),
    (cloudfront, "_forward_to_origin"),
    (cloudfront, "_origin_connect_target"),
    *cold_starts.PRIVATE_NAMES,
    *monitoring.PRIVATE_NAMES,
)


def check(further: Iterable[tuple[ModuleType, str]] = ()) -> None:
    """Fail when ministack has moved a name that the extension needs.

    Args:
        further: names that are needed beside the extension's own.

    Raises:
        RuntimeError: naming what is missing.
    """
    missing = [
        f"{module.__name__}.{name}"
        for module, name in (*PRIVATE_NAMES, *further)
        if not hasattr(module, name)
    ]
    if missing:
        raise RuntimeError(f"this version of ministack has no {', '.join(missing)}")


def add_service(name: str, handler: ServiceHandler) -> None:
    """Let `handler` answer all requests that are signed for the service `name`."""
    ministack.app.SERVICE_HANDLERS[name] = handler


def add_resource(resource_type: str, handler: ResourceHandler) -> None:
    """Let `handler` create, update and delete CloudFormation resources of a type.

    Its functions may take their time and call the emulator: they run on a worker thread.
    """
    provisioners._RESOURCE_HANDLERS[resource_type] = handler  # noqa: SLF001
    by_ministack = stacks._runs_on_worker_thread  # noqa: SLF001

    def runs_on_worker_thread(asked: str) -> bool:
        return asked == resource_type or bool(by_ministack(asked))

    stacks._runs_on_worker_thread = runs_on_worker_thread  # noqa: SLF001


def known_resources() -> set[str]:
    """Return the CloudFormation resource types that can be created."""
    return set(provisioners._RESOURCE_HANDLERS)  # noqa: SLF001


def reach_api_gateway_from_cloudfront(port: int) -> None:
    """Let distributions with an API Gateway origin reach the emulated one.

    ministack refuses to dial hosts under amazonaws.com, so that nothing can reach the real AWS;
    such an origin becomes the emulator itself.
    """
    forward = cloudfront._forward_to_origin  # noqa: SLF001
    connect_target = cloudfront._origin_connect_target  # noqa: SLF001

    def forward_to_origin(origin: dict[str, Any], *arguments: Any, **keywords: Any) -> Any:
        if match := API_GATEWAY_ORIGIN.match(str(origin["domain_name"])):
            origin = {**origin, "domain_name": f"{match[1]}.execute-api.localhost"}
        return forward(origin, *arguments, **keywords)

    def origin_connect_target(origin: dict[str, Any], viewer_is_https: bool) -> Any:  # noqa: FBT001
        if str(origin["domain_name"]).endswith(".execute-api.localhost"):
            return "127.0.0.1", port, False
        return connect_target(origin, viewer_is_https)

    cloudfront._forward_to_origin = forward_to_origin  # noqa: SLF001
    cloudfront._origin_connect_target = origin_connect_target  # noqa: SLF001


def count_requests_as_https() -> None:
    """Let what AWS serves by HTTPS alone answer on the loopback interface, which has no TLS.

    Distributions neither redirect nor refuse viewers, and policies that demand HTTPS are satisfied,
    also where CloudFront reads from a bucket.
    """
    resolve = iam_evaluator._resolve_condition_key  # noqa: SLF001

    def resolve_condition_key(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    iam_evaluator._resolve_condition_key = resolve_condition_key  # noqa: SLF001
    cloudfront._check_viewer_protocol_policy = lambda *_arguments: None  # noqa: SLF001


def refuse_anonymous_reads() -> None:
    """Refuse unsigned requests for buckets that are not public, as S3 does.

    ministack does so only when it enforces IAM for everybody.
    """
    apply_scope = s3._apply_bucket_scope  # noqa: SLF001

    def apply_bucket_scope(  # noqa: PLR0913, PLR0917 - the signature that ministack calls
        method: str,
        bucket: str,
        key: str,
        headers: dict[str, str],
        query: dict[str, list[str]],
        body: bytes = b"",
        internal: bool = False,  # noqa: FBT001, FBT002
    ) -> Any:
        denied = apply_scope(method, bucket, key, headers, query, body, internal)
        owner = s3._bucket_owner_account(bucket) if bucket else None  # noqa: SLF001
        if denied is not None or internal or owner is None or method == "OPTIONS":
            return denied
        if s3._request_access_key(method, key, headers, query, body):  # noqa: SLF001
            return None
        if s3._foreign_bucket_allows(owner, bucket, key, method, query, "", headers):  # noqa: SLF001
            return None
        return s3._error("AccessDenied", "Access Denied", 403, f"/{bucket}/{key}")  # noqa: SLF001

    s3._apply_bucket_scope = apply_bucket_scope  # noqa: SLF001


def complete_buckets() -> None:
    """Give CloudFormation's buckets their tags, and refuse to delete one that is not empty.

    The function that empties a bucket before its deletion does so only where it finds CDK's tag.
    """
    handler = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]  # noqa: SLF001

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        return tagged(handler["create"](logical_id, properties, stack), properties)

    def update(name: str, old: Properties, new: Properties, stack: str) -> Any:
        return tagged(handler["update"](name, old, new, stack), new)

    def tagged(created: tuple[str, Properties], properties: Properties) -> tuple[str, Properties]:
        tags = {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags", [])}
        s3._bucket_tags[created[0]] = tags  # noqa: SLF001
        return created

    def delete(name: str, properties: Properties) -> None:
        status, _, body = s3._delete_bucket(name)  # noqa: SLF001
        if status == HTTPStatus.CONFLICT:
            raise RuntimeError(f"the bucket {name} is not empty: {body.decode()}")
        handler["delete"](name, properties)

    provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"] = {  # noqa: SLF001
        **handler, "create": create, "update": update, "delete": delete,
    }  # fmt: skip


def hide_function_errors() -> None:
    """Let API Gateway answer a function's exception as AWS does, without its text."""
    shape = apigateway_v1._lambda_proxy_response  # noqa: SLF001

    def lambda_proxy_response(result: Any) -> Any:
        answer, error = shape(result)
        return answer, "Internal server error" if error else None

    apigateway_v1._lambda_proxy_response = lambda_proxy_response  # noqa: SLF001


def throttle_single_methods() -> None:
    """Find the method that a stage's setting is for; templates write its path as a JSON pointer.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
    """
    read = provisioners._apigw_method_settings  # noqa: SLF001

    def method_settings(raw: list[Properties] | None) -> Properties:
        return dict(read([{**each, **decoded(each)} for each in raw or []]))

    def decoded(setting: Properties) -> Properties:
        pointer = setting.get("ResourcePath", "")
        if "~1" not in pointer:
            return {}
        path = pointer.removeprefix("/").replace("~1", "/").replace("~0", "~")
        return {"ResourcePath": path}

    provisioners._apigw_method_settings = method_settings  # noqa: SLF001


def respect_declared_log_groups(may_write: Callable[[str, str], bool]) -> None:
    """Let no function bring back a log group that its stack declared and has deleted.

    ministack makes a missing log group on the first line. On AWS the role would need the right to.

    Args:
        may_write: tells whether a role, given by its ARN, may write to a log group.
    """
    emit = lambda_svc._emit_lambda_logs  # noqa: SLF001

    def emit_lambda_logs(func: dict[str, Any], *arguments: Any, **keywords: Any) -> None:
        config = func.get("config") or func
        declared = config.get("LoggingConfig", {}).get("LogGroup")
        group = declared or f"/aws/lambda/{config['FunctionName']}"
        there = declared is None or declared in cloudwatch_logs._log_groups  # noqa: SLF001
        if there and may_write(str(config.get("Role")), group):
            emit(func, *arguments, **keywords)

    lambda_svc._emit_lambda_logs = emit_lambda_logs  # noqa: SLF001


def settled_stacks() -> tuple[tuple[str, str, int], ...] | None:
    """Return each stack's id, status and number of events; None while one is being changed."""
    every = cloudformation._stacks._data.values()  # noqa: SLF001
    if any(stack["StackStatus"].endswith("_IN_PROGRESS") for stack in every):
        return None
    events = cloudformation._stack_events._data  # noqa: SLF001
    return tuple(
        (str(key), str(stack["StackStatus"]), len(events.get(key, ())))
        for key, stack in cloudformation._stacks._data.items()  # noqa: SLF001
    )


def write_state(folder: Path) -> None:
    """Write the state of every service to a folder, from which a later start reads it."""
    persistence.STATE_DIR = str(folder)
    lambda_svc.CODE_BLOB_DIR = str(folder / "lambda-blobs")
    persistence.save_all(ministack.app._build_persistence_save_dict())  # noqa: SLF001


def run_beside(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Start a coroutine in the emulator's own loop when it serves."""
    ready = ministack.app._run_ready_scripts  # noqa: SLF001

    async def run_ready_scripts() -> None:
        await ready()
        await work()

    ministack.app._run_ready_scripts = run_ready_scripts  # noqa: SLF001


def run() -> None:
    """Serve until the process is ended."""
    sys.argv[1:] = []  # ministack reads options of its own
    ministack.app.main()
