"""Every response has the request id that appears in the function's log."""

import json
from typing import Any

import pytest

from local_aws.urls import send
from tests.support.deployment import Deployment
from tests.support.waiting import until

JSON = {"Content-Type": "application/json"}
# Path, body and expected status of a request
REQUESTS: dict[str, tuple[str, bytes | None, int]] = {
    "judged": ("predict", b'{"review": "A fine film"}', 200),
    "batch": ("predict/batch", b'{"reviews": ["A fine film", ""]}', 200),
    "refused": ("predict", b'{"review": ', 400),
    "described": ("model", None, 200),
}


def logged(deployment: Deployment, request_id: str) -> list[dict[str, Any]]:
    """Return the log lines of the function that contain the id."""
    functions = deployment.client("lambda").get_paginator("list_functions").paginate()
    (group,) = (
        function["LoggingConfig"]["LogGroup"]
        for page in functions
        for function in page["Functions"]
        if "PredictApiHandler" in function["FunctionName"]
    )
    pages = deployment.client("logs").get_paginator("filter_log_events")
    messages = [
        event["message"]
        for page in pages.paginate(logGroupName=group, filterPattern=f'"{request_id}"')
        for event in page["events"]
    ]
    return [json.loads(each) for each in messages if each.startswith("{") and request_id in each]


@pytest.mark.parametrize("way", ["SiteUrl", "ApiUrl"])
@pytest.mark.parametrize("case", REQUESTS)
def test_the_log_contains_the_request_id_of_the_response(
    deployment: Deployment, case: str, way: str
) -> None:
    path, body, expected = REQUESTS[case]
    url = deployment.outputs[way] + ("api/" if way == "SiteUrl" else "") + path
    status, headers, answer = send(url, body=body, headers=JSON if body else {})
    assert status == expected
    request_id = headers["x-request-id"]
    content = json.loads(answer)
    assert content.get("request_id", request_id) == request_id
    lines = until(lambda: logged(deployment, request_id))
    (line,) = (line for line in lines if "level" in line)
    assert (line["request_id"], line["status"]) == (request_id, expected)
    # The log names the model but not the review.
    assert (line.get("version") == deployment.outputs["TrainingJobName"]) == (
        "predict" in path and expected == 200
    )
