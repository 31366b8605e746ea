"""Expiry events: a stack is deleted only when it has expired by the event's time."""

from contextlib import ExitStack
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from expiry import handler as expiry
from tests.properties.json_values import JSON

TIMES = st.one_of(
    st.datetimes(timezones=st.timezones() | st.just(UTC)).map(datetime.isoformat),
    st.datetimes().map(datetime.isoformat),
    st.text(),
    JSON,
)


@given(
    st.dictionaries(st.just("time") | st.text(), TIMES),
    st.datetimes(timezones=st.just(UTC)),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.sampled_from(["UPDATE_COMPLETE", "CREATE_FAILED", "UPDATE_IN_PROGRESS"]),
)
@example({"time": "2026-01-31T12:00:00"}, datetime(2026, 1, 1, tzinfo=UTC), None, "CREATE_COMPLETE")
@example({}, datetime(2026, 1, 1, tzinfo=UTC), None, "CREATE_COMPLETE")
def test_a_stack_expires_by_the_time_only(
    sent: dict[str, Any], created: datetime, updated: datetime | None, status: str
) -> None:
    deleted: list[str] = []
    stack: dict[str, Any] = {"StackName": "model", "CreationTime": created, "StackStatus": status}
    stack |= {"LastUpdatedTime": updated} if updated else {}
    client = SimpleNamespace(
        describe_stacks=lambda **_: {"Stacks": [stack]},
        delete_stack=lambda **request: deleted.append(request["StackName"]),
    )
    with ExitStack() as context:
        context.enter_context(
            patch.dict("os.environ", STACK_ID="arn:model", EXPIRES_AFTER_HOURS="2")
        )
        context.enter_context(patch.object(expiry, "_cloudformation", lambda: client))
        try:
            answer = expiry.on_schedule(sent, None)
        except expiry.EventError as error:
            assert "2026-01-31T12:00:00Z" in str(error)
            assert deleted == []
            return
    passed = datetime.fromisoformat(sent["time"]) - (updated or created)
    expired = passed.total_seconds() >= 7200 and status != "UPDATE_IN_PROGRESS"
    assert deleted == (["arn:model"] if expired else [])
    assert list(answer) == (["deleted"] if expired else ["kept"])
