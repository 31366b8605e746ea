"""Pages of other origins, which read the answers that API Gateway itself gives."""

import json
from collections.abc import Iterator

import pytest
from aws_cdk import App, CfnOutput, Stack
from aws_cdk.aws_apigateway import MockIntegration, RestApi, StageOptions
from playwright.sync_api import Browser

from local_aws.testing import EmbeddedAws
from local_aws.urls import local_url
from stacks.web.gateway_responses import declare_problem_responses

NAME = "other-origins"
ASK_UNTIL_REFUSED = """async url => {
  for (let calls = 0; calls < 20; calls += 1) {
    // The answers of the mock behind the API cannot be read.
    const answer = await fetch(url).catch(() => null);
    if (answer?.status === 429) {
      return [answer.headers.get("Retry-After"), answer.headers.get("X-Request-Id"), (await answer.json()).request_id];
    }
  }
}"""


@pytest.fixture
def api_url(embedded_aws: EmbeddedAws) -> Iterator[str]:
    """Deploy an API that refuses the fourth call."""
    app = App()
    stack = Stack(app, NAME)
    limits = StageOptions(throttling_rate_limit=0.001, throttling_burst_limit=3)
    api = RestApi(stack, "Api", cloud_watch_role=False, deploy_options=limits)
    api.root.add_method("GET", MockIntegration())
    declare_problem_responses(api, signed=False, other_origins=True)
    CfnOutput(stack, "Url", value=api.url)
    template = app.synth().get_stack_by_name(NAME).template
    template = {part: template[part] for part in ("Resources", "Outputs")}
    client = embedded_aws.client("cloudformation")
    client.create_stack(StackName=NAME, TemplateBody=json.dumps(template))
    client.get_waiter("stack_create_complete").wait(StackName=NAME, WaiterConfig={"Delay": 1})
    (described,) = client.describe_stacks(StackName=NAME)["Stacks"]
    (url,) = [one["OutputValue"] for one in described["Outputs"] if one["OutputKey"] == "Url"]
    yield local_url(url, embedded_aws.port)
    client.delete_stack(StackName=NAME)


def test_a_page_of_another_origin_reads_how_long_to_wait(browser: Browser, api_url: str) -> None:
    page = browser.new_page()
    page.goto(api_url.replace("127.0.0.1", "localhost"))  # is another origin
    wait, header, request_id = page.evaluate(ASK_UNTIL_REFUSED, api_url)
    page.close()
    assert wait == "1"
    assert header == request_id != ""
