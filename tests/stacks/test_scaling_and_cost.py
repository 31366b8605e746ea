"""Automatic scaling and limits on an environment's cost."""

from botocore.session import Session

from tests.stacks.assembly import Assembly
from tests.stacks.test_permissions import as_list, statements


def test_dev_costs_nothing_while_idle(dev: Assembly) -> None:
    for kind in ("ApplicationAutoScaling::ScalableTarget", "CloudWatch::Alarm", "Budgets::Budget"):
        assert dev.resources(f"AWS::{kind}") == {}
    (variant,) = dev.only("AWS::SageMaker::EndpointConfig")["ProductionVariants"]
    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 3072, "MaxConcurrency": 5}


def test_instances_of_prod_follow_the_invocations(prod: Assembly) -> None:
    target = prod.only("AWS::ApplicationAutoScaling::ScalableTarget", "model")
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 6)
    assert target["ScalableDimension"] == "sagemaker:variant:DesiredInstanceCount"
    start, endpoint, end = target["ResourceId"]["Fn::Join"][1]
    assert (start, end) == ("endpoint/", "/variant/AllTraffic")
    resources = prod.template("model")["Resources"]
    assert resources[endpoint["Fn::GetAtt"][0]]["Type"] == "AWS::SageMaker::Endpoint"
    policy = prod.only("AWS::ApplicationAutoScaling::ScalingPolicy", "model")
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    assert configuration == {
        "TargetValue": 1500,
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
        },
        "DisableScaleIn": False,
        "ScaleInCooldown": 600,
        "ScaleOutCooldown": 60,
    }


def reserved(assembly: Assembly) -> object:
    """Return the reserved concurrency of the API's function."""
    (handler,) = [
        function["Properties"]
        for key, function in assembly.resources("AWS::Lambda::Function", "web").items()
        if "PredictApiHandler" in key
    ]
    return handler.get("ReservedConcurrentExecutions")


def test_the_function_of_prod_has_reserved_concurrency(dev: Assembly, prod: Assembly) -> None:
    assert (reserved(dev), reserved(prod)) == (None, 100)


def test_no_function_reserves_concurrency_unless_a_setting_says_so(
    dev: Assembly, prod: Assembly, altered_dev: Assembly
) -> None:
    # A new account may reserve none: AWS keeps all its 10 unreserved.
    for assembly in (dev, prod, altered_dev):
        found = [
            key
            for key, function in assembly.resources("AWS::Lambda::Function").items()
            if "ReservedConcurrentExecutions" in function["Properties"]
        ]
        assert [key for key in found if "PredictApiHandler" not in key] == []


def test_an_update_keeps_the_scaled_number_of_instances(prod: Assembly) -> None:
    endpoint = prod.only("AWS::SageMaker::Endpoint")
    assert endpoint["RetainAllVariantProperties"] is True
    # SageMaker cannot exclude captured data, and CloudFormation accepts no exclusions at creation.
    assert "ExcludeRetainedVariantProperties" not in endpoint


def test_scaling_starts_after_the_rollout(prod: Assembly) -> None:
    resources = prod.template("model")["Resources"]
    ((name, _),) = prod.resources("AWS::ApplicationAutoScaling::ScalableTarget").items()
    (before,) = resources[name.removeprefix("model/")]["DependsOn"]
    assert resources[before]["Type"] == "Custom::SmokeTest"


def test_an_idle_endpoint_raises_an_alarm(prod: Assembly) -> None:
    (idle,) = [
        alarm["Properties"]
        for key, alarm in prod.resources("AWS::CloudWatch::Alarm", "model").items()
        if "IdleEndpoint" in key
    ]
    assert (idle["MetricName"], idle["Statistic"], idle["Threshold"]) == ("Invocations", "Sum", 0)
    assert idle["Period"] * idle["EvaluationPeriods"] == 48 * 3600
    assert idle["TreatMissingData"] == "breaching"  # no request, no data
    assert len(idle["AlarmActions"]) == 1


def test_the_idle_alarm_starts_after_the_first_requests(prod: Assembly) -> None:
    resources = prod.template("model")["Resources"]
    (alarm,) = [one for key, one in resources.items() if "IdleEndpoint" in key]
    (before,) = alarm["DependsOn"]
    assert resources[before]["Type"] == "Custom::SmokeTest"


def test_the_budget_counts_only_this_environment_and_notifies_the_topic(prod: Assembly) -> None:
    properties = prod.only("AWS::Budgets::Budget", "storage")
    budget = properties["Budget"]
    assert budget["BudgetLimit"] == {"Amount": 400, "Unit": "USD"}
    # CloudFormation's schema accepts any text here.
    assert set(budget["Metrics"]) <= set(
        Session().get_service_model("budgets").shape_for("Metric").enum
    )
    tags = {one["Tags"]["Key"]: one["Tags"]["Values"] for one in budget["FilterExpression"]["And"]}
    assert tags == {"application": ["sentiment"], "environment": ["prod"]}
    alerted = {
        one["Notification"]["NotificationType"]: (
            one["Notification"]["Threshold"],
            [subscriber["SubscriptionType"] for subscriber in one["Subscribers"]],
        )
        for one in properties["NotificationsWithSubscribers"]
    }
    assert alerted == {"ACTUAL": (80, ["SNS"]), "FORECASTED": (100, ["SNS"])}


def test_the_budget_is_created_after_the_permission_to_publish(prod: Assembly) -> None:
    resources = prod.template("storage")["Resources"]
    (budget,) = [one for one in resources.values() if one["Type"] == "AWS::Budgets::Budget"]
    before = {resources[name]["Type"] for name in budget["DependsOn"]}
    assert {"AWS::SNS::Topic", "AWS::SNS::TopicPolicy"} <= before


def test_dev_can_have_limits(altered_dev: Assembly) -> None:
    notifications = altered_dev.only("AWS::Budgets::Budget")["NotificationsWithSubscribers"]
    assert [one["Subscribers"] for one in notifications] == [
        [{"Address": "ops@example.com", "SubscriptionType": "EMAIL"}]
    ] * 2
    assert reserved(altered_dev) == 20
    rule = altered_dev.only("AWS::Events::Rule", "model")
    assert rule["ScheduleExpression"] == "rate(1 hour)"
    (removes,) = [
        statement
        for _, statement in statements(altered_dev)
        if "cloudformation:DeleteStack" in as_list(statement["Action"])
    ]
    assert removes["Resource"] == {"Ref": "AWS::StackId"}
