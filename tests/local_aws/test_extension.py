"""Additions to ministack's process."""

import ministack.app
import pytest
from ministack.core import router

from local_aws.emulator import extension
from local_aws.sagemaker.service import Answer


async def handler(*_request: object) -> Answer:
    return 200, {}, b""


def test_an_added_service_is_known_without_botocores_descriptions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up: list[str] = []
    monkeypatch.setattr(router, "_is_aws_service_name", looked_up.append)
    monkeypatch.setitem(ministack.app.SERVICE_HANDLERS, "added", None)
    extension.add_service("added", handler)
    is_service = vars(router)["_is_aws_service_name"]
    assert is_service("added")
    assert looked_up == []
    is_service("glacier")
    assert looked_up == ["glacier"]
