"""The rollout of a new model and its rollback by alarms."""

import json

from tests.stacks.assembly import Assembly
from tests.stacks.test_permissions import as_list, statements


def test_dev_switches_all_at_once(dev: Assembly) -> None:
    assert "DeploymentConfig" not in dev.only("AWS::SageMaker::Endpoint")
    assert dev.resources("AWS::CloudWatch::Alarm", "model") == {}
    assert dev.resources("AWS::SNS::Topic") == {}


def test_prod_sends_part_of_the_traffic_to_a_new_model_first(prod: Assembly) -> None:
    config = prod.only("AWS::SageMaker::Endpoint")["DeploymentConfig"]
    policy = config["BlueGreenUpdatePolicy"]
    assert policy["TrafficRoutingConfiguration"] == {
        "Type": "CANARY",
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        "WaitIntervalInSeconds": 600,
    }
    assert policy["TerminationWaitInSeconds"] == 300
    # Larger than both waits, with time for the instances to start and stop.
    assert policy["MaximumExecutionTimeoutInSeconds"] == 2700
    (variant,) = prod.only("AWS::SageMaker::EndpointConfig")["ProductionVariants"]
    assert variant["InitialInstanceCount"] >= 2


def test_three_alarms_roll_a_new_model_back(prod: Assembly) -> None:
    config = prod.only("AWS::SageMaker::Endpoint")["DeploymentConfig"]
    resources = prod.template("model")["Resources"]
    watched = [
        resources[one["AlarmName"]["Ref"]]["Properties"]
        for one in config["AutoRollbackConfiguration"]["Alarms"]
    ]
    limits = {
        alarm["MetricName"]: (
            alarm["Threshold"],
            alarm.get("ExtendedStatistic") or alarm["Statistic"],
        )
        for alarm in watched
    }
    assert limits == {
        "Invocation5XXErrors": (0.01, "Average"),
        "ModelLatency": (1_000_000, "p99"),  # microseconds
        "FailedProbes": (0, "Sum"),
    }
    for alarm in watched:
        dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
        assert dimensions["EndpointName"] == "sentiment-prod"
        assert alarm["TreatMissingData"] == "notBreaching"
        assert json.dumps(alarm["AlarmActions"]).endswith(':sentiment-prod-alarms"]]}]')


def test_a_new_model_is_tested_before_the_endpoint_changes(assembly: Assembly) -> None:
    candidate = assembly.only("Custom::Candidate")
    assert candidate["ServingEndpointName"] == f"sentiment-{assembly.environment}"
    assert candidate["EndpointName"] == f"sentiment-{assembly.environment}-candidate"
    (trial,) = assembly.resources("Custom::Candidate")
    (endpoint,) = assembly.resources("AWS::SageMaker::Endpoint", "model").values()
    assert trial.rpartition("/")[2] in endpoint["DependsOn"]


def test_the_candidate_can_be_disabled(altered_prod: Assembly) -> None:
    assert altered_prod.resources("Custom::Candidate") == {}
    assert "-candidate" not in json.dumps(altered_prod.template("model"))


def test_a_new_model_has_five_minutes_for_its_first_answers(assembly: Assembly) -> None:
    assert assembly.only("Custom::SmokeTest")["PatienceSeconds"] == 300


def test_the_role_may_read_these_alarms(prod: Assembly) -> None:
    (found,) = [
        statement
        for _, statement in statements(prod)
        if "cloudwatch:DescribeAlarms" in as_list(statement["Action"])
    ]
    assert len(found["Resource"]) == 3
    assert all(one["Fn::GetAtt"][1] == "Arn" for one in found["Resource"])


def test_one_probe_runs_every_minute(prod: Assembly) -> None:
    rules = prod.resources("AWS::Events::Rule", "model").values()
    (rule,) = [one["Properties"] for one in rules if "ScheduleExpression" in one["Properties"]]
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    (probe,) = [
        resource["Properties"]
        for key, resource in prod.resources("AWS::Lambda::Function", "model").items()
        if "RolloutProbe" in key
    ]
    assert probe["Timeout"] == 60
    assert probe["Environment"]["Variables"] == {
        "ENDPOINT_NAME": "sentiment-prod",
        "METRICS_NAMESPACE": "sentiment-prod",
    }


def test_only_aws_sends_alarms_and_they_are_encrypted(prod: Assembly) -> None:
    topic = prod.only("AWS::SNS::Topic")
    assert topic["TopicName"] == "sentiment-prod-alarms"
    assert topic["KmsMasterKeyId"]["Fn::GetAtt"][0].startswith("AlarmKey")
    policy = prod.only("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    own_account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    allowed = [one for one in policy if one["Effect"] == "Allow"]
    assert {one["Action"] for one in allowed} == {"sns:Publish"}
    # EventBridge sends no context for conditions.
    conditions = {
        sender: one.get("Condition")
        for one in allowed
        for sender in as_list(one["Principal"]["Service"])
    }
    assert conditions == {
        "budgets.amazonaws.com": own_account,
        "cloudwatch.amazonaws.com": own_account,
        "events.amazonaws.com": None,
    }
    (plain,) = [one for one in policy if one["Effect"] == "Deny"]
    assert plain["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
