"""POST /feedback: absent by default; if enabled, stored, throttled and used for training."""

import json

import pytest

from tests.stacks.assembly import Assembly, synthesize
from tests.stacks.test_permissions import as_list, statements


@pytest.fixture(scope="module", params=["dev", "prod"])
def listening(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An environment that accepts feedback and trains on a month of it."""
    folder = tmp_path_factory.mktemp("feedback")
    return synthesize(
        request.param, folder, {"feedback.enabled": "true", "dataset.feedback": "2026-10"}
    )


def test_there_is_no_feedback_by_default(assembly: Assembly) -> None:
    web = json.dumps(assembly.template("web"))
    assert "/feedback" not in web
    assert "FEEDBACK_BUCKET" not in web
    assert "feedback of" not in json.dumps(assembly.template("model"))


def test_other_methods_reach_the_function(listening: Assembly) -> None:
    (feedback,) = [
        key.partition("/")[2]
        for key, resource in listening.resources("AWS::ApiGateway::Resource", "web").items()
        if resource["Properties"]["PathPart"] == "feedback"
    ]
    methods = listening.resources("AWS::ApiGateway::Method", "web").values()
    assert {
        method["Properties"]["HttpMethod"]
        for method in methods
        if method["Properties"]["ResourceId"] == {"Ref": feedback}
    } == {"POST", "ANY"}


def test_feedback_is_throttled_separately(listening: Assembly) -> None:
    settings = listening.only("AWS::ApiGateway::Stage")["MethodSettings"]
    (feedback,) = [one for one in settings if one["ResourcePath"] == "/~1feedback"]
    assert (feedback["HttpMethod"], feedback["DataTraceEnabled"]) == ("POST", False)
    assert (feedback["ThrottlingRateLimit"], feedback["ThrottlingBurstLimit"]) == (2, 10)


def test_the_function_may_only_write_feedback_in_the_bucket(
    listening: Assembly,
) -> None:
    granted = [
        (action, json.dumps(statement["Resource"]))
        for role, statement in statements(listening)
        if "PredictApiHandler" in role
        for action in as_list(statement["Action"])
    ]
    written = [resource for action, resource in granted if action == "s3:PutObject"]
    assert len(written) == 1
    assert "/feedback/*" in written[0]
    # The comparisons of models, whose readers need the key as well
    read = [resource for action, resource in granted if action == "s3:GetObject"]
    in_prod = listening.environment == "prod"
    assert len(read) == in_prod
    assert all("/models/*/output/comparison.json" in resource for resource in read)
    actions = {action for action, _ in granted}
    assert not any(action.startswith("s3:List") for action in actions)
    assert ("kms:GenerateDataKey" in actions) == ("kms:Decrypt" in actions) == in_prod


def test_the_pages_configuration_enables_feedback(listening: Assembly) -> None:
    copy = listening.only("Custom::CDKBucketDeployment", "web")
    folders = [listening.folder / f"asset.{key[:-4]}" for key in copy["SourceObjectKeys"]]
    (config,) = [path for folder in folders for path in folder.rglob("config.json")]
    assert json.loads(config.read_text())["feedback"] is True


def test_a_month_of_feedback_is_a_training_channel(
    listening: Assembly, dev: Assembly, prod: Assembly
) -> None:
    without = {"dev": dev, "prod": prod}[listening.environment].only("Custom::TrainingJob")
    job = listening.only("Custom::TrainingJob")
    assert json.dumps(job["Channels"]["feedback"]).endswith('/feedback/2026-10/"]]}')
    assert job["JobName"] != without["JobName"]
