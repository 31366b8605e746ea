"""The names of ministack's inside that the extension rests on."""

import inspect
from importlib.metadata import version
from types import ModuleType

import pytest

from local_aws.emulator import extension
from tests.conftest import ROOT

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
    "_runs_on_worker_thread": ["resource_type"],
    "acquire_worker": ["func_name", "config", "code_zip", "qualifier", "max_concurrency"],
    "handle_execute": ["api_id", "stage_name", "method", "path", "headers", "body", "query_params"],
    "release_worker": ["worker"],
}  # fmt: skip


def test_the_pinned_version_is_installed() -> None:
    pinned = (ROOT / "requirements-dev.in").read_text()
    assert f"ministack=={version('ministack')}\n" in pinned


def test_every_name_is_there() -> None:
    extension.check()


@pytest.mark.parametrize(
    ("module", "name"), extension.PRIVATE_NAMES, ids=[name for _, name in extension.PRIVATE_NAMES]
)
def test_a_moved_name_is_told(
    module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(module, name)
    with pytest.raises(RuntimeError, match=rf"ministack has no \S*\.{name}$"):
        extension.check()


@pytest.mark.parametrize("name", SIGNATURES)
def test_ministack_calls_it_as_the_extension_expects(name: str) -> None:
    module = next(module for module, known in extension.PRIVATE_NAMES if known == name)
    assert list(inspect.signature(getattr(module, name)).parameters) == SIGNATURES[name]
