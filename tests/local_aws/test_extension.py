"""The names of ministack's inside that the extension rests on."""

import inspect
from importlib.metadata import version
from types import ModuleType

import pytest

from local_aws.emulator import enforcement, extension
from scripts import ROOT

NAMES = (*extension.PRIVATE_NAMES, *enforcement.PRIVATE_NAMES)
# The parameters with which ministack calls what the extension puts in place.
SIGNATURES = {
    "_apigw_method_settings": ["raw"],
    "_apply_bucket_scope": ["method", "bucket", "key", "headers", "query_params", "body", "internal"],
    "_check_viewer_protocol_policy": [
        "behavior", "method", "viewer_is_https", "request_uri", "query_string", "headers",
    ],
    "_evaluate_alarm": ["alarm"],
    "_lambda_proxy_response": ["result"],
    "_origin_connect_target": ["origin", "viewer_is_https"],
    "_resolve_condition_key": ["key", "ctx"],
    "enforce": [
        "access_key_id", "iam_action", "service", "region", "resource_arn", "service_context",
    ],
    "extract_iam_action": ["service", "method", "path", "headers", "body", "query_params"],
    "extract_resource_arn": [
        "service", "method", "path", "headers", "body", "query_params", "region", "account_id",
    ],
    "_runs_on_worker_thread": ["resource_type"],
    "acquire_worker": ["func_name", "config", "code_zip", "qualifier", "max_concurrency"],
    "handle_execute": ["api_id", "stage_name", "method", "path", "headers", "body", "query_params"],
    "release_worker": ["worker"],
}  # fmt: skip


def test_the_pinned_version_is_installed() -> None:
    pinned = (ROOT / "requirements/dev.in").read_text()
    assert f"ministack=={version('ministack')}\n" in pinned


def test_every_name_is_there() -> None:
    extension.check(enforcement.PRIVATE_NAMES)


@pytest.mark.parametrize(("module", "name"), NAMES, ids=[name for _, name in NAMES])
def test_a_moved_name_is_told(
    module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(module, name)
    with pytest.raises(RuntimeError, match=rf"ministack has no \S*\.{name}$"):
        extension.check(enforcement.PRIVATE_NAMES)


@pytest.mark.parametrize("name", SIGNATURES)
def test_ministack_calls_it_as_the_extension_expects(name: str) -> None:
    module = next(module for module, known in NAMES if known == name)
    assert list(inspect.signature(getattr(module, name)).parameters) == SIGNATURES[name]
