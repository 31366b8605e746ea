"""Every log group is declared, expires its events and is deleted with its stack."""

import json

from tests.stacks.assembly import Assembly


def test_events_expire_and_groups_are_deleted_with_the_stack(assembly: Assembly) -> None:
    groups = assembly.resources("AWS::Logs::LogGroup")
    assert groups
    for key, group in groups.items():
        assert group["Properties"]["RetentionInDays"] >= 1, key
        assert group["DeletionPolicy"] == "Delete", key
        assert group["UpdateReplacePolicy"] == "Delete", key


def test_every_function_logs_to_a_declared_group(assembly: Assembly) -> None:
    functions = assembly.resources("AWS::Lambda::Function")
    assert len(functions) >= 10
    for key, function in functions.items():
        stack = key.partition("/")[0]
        group = function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        assert f"{stack}/{group}" in assembly.resources("AWS::Logs::LogGroup"), key


def test_only_sagemaker_may_create_log_groups(assembly: Assembly) -> None:
    makers = [
        key
        for kind in ("AWS::IAM::Role", "AWS::IAM::Policy")
        for key, resource in assembly.resources(kind).items()
        if "logs:CreateLogGroup" in json.dumps(resource)
    ]
    # The groups of all the account's jobs, which no stack owns, and the endpoint's
    roles = ("EndpointRole", "ScoringRole", "TrainingJobRole")
    for maker, role in zip(sorted(makers), roles, strict=True):
        assert maker.startswith(f"model/{role}")


def test_the_endpoints_log_group_is_created_first(assembly: Assembly) -> None:
    name = f"/aws/sagemaker/Endpoints/sentiment-{assembly.environment}"
    (group,) = [
        key.removeprefix("model/")
        for key, resource in assembly.resources("AWS::Logs::LogGroup", "model").items()
        if resource["Properties"].get("LogGroupName") == name
    ]
    ((_, endpoint),) = assembly.resources("AWS::SageMaker::Endpoint").items()
    assert group in endpoint["DependsOn"]


def test_the_api_logs_requests_as_json(assembly: Assembly) -> None:
    stage = assembly.only("AWS::ApiGateway::Stage")
    log_format = json.loads(stage["AccessLogSetting"]["Format"])
    logged = {"requestId", "ip", "httpMethod", "status", "error", "webAcl", "integrationLatency"}
    assert logged <= log_format.keys()
    assert "caller" not in log_format
    assert stage["MethodSettings"][0]["DataTraceEnabled"] is False


def test_the_apis_execution_log_is_created_before_its_stage(assembly: Assembly) -> None:
    ((_, stage),) = assembly.resources("AWS::ApiGateway::Stage").items()
    (group,) = [
        key.removeprefix("web/")
        for key, resource in assembly.resources("AWS::Logs::LogGroup", "web").items()
        if "API-Gateway-Execution-Logs_" in json.dumps(resource["Properties"])
    ]
    assert group in stage["DependsOn"]
