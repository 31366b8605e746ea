"""Another instance type of a scaled endpoint, with answers in the form of botocore's models."""

from typing import Any

import pytest
from botocore.stub import Stubber

from local_aws.environment import DEFAULT_REGION
from scripts.preflight.assembly import Assembly
from scripts.preflight.clients import Clients
from scripts.preflight.deployed import Deployed
from scripts.preflight.row import Row, State
from scripts.preflight.scaling import check_instance_type

TIMES = {"CreationTime": 0, "LastModifiedTime": 0}
ARN = "arn:aws:sagemaker:us-east-1:000000000000:endpoint/sentiment-prod"


def rows(assembly: Assembly, instance_type: str, *, scales: bool) -> list[Row]:
    """Return the rows for an endpoint in service, which is scaled or not."""
    clients, targets = Clients(DEFAULT_REGION), "AWS::ApplicationAutoScaling::ScalableTarget"
    ids = {(one.stack, one.logical_id): "id" for one in assembly.resources(targets) if scales}
    variant: dict[str, Any] = {"VariantName": "AllTraffic", "InstanceType": instance_type}
    with Stubber(clients("sagemaker")) as answers:
        if scales:
            endpoint = {
                "EndpointName": "sentiment-prod", "EndpointArn": ARN, "EndpointConfigName": "old",
                "EndpointStatus": "InService", **TIMES,
            }  # fmt: skip
            answers.add_response("describe_endpoint", endpoint, {"EndpointName": "sentiment-prod"})
            config = {
                "EndpointConfigName": "old", "EndpointConfigArn": f"{ARN}-config",
                "ProductionVariants": [variant], "CreationTime": 0,
            }  # fmt: skip
            asked = {"EndpointConfigName": "old"}
            answers.add_response("describe_endpoint_config", config, asked)
        return list(check_instance_type(clients, assembly, Deployed(ids)))


@pytest.mark.usefixtures("caller")
def test_another_instance_type_of_a_scaled_endpoint_is_a_problem(prod_assembly: Assembly) -> None:
    (row,) = rows(prod_assembly, "ml.c5.large", scales=True)
    assert row.state is State.PROBLEM
    assert row.found.startswith("ml.c5.large, to be ml.m5.large")
    assert "scaling.max_instances=" in row.action
    assert [row.state for row in rows(prod_assembly, "ml.m5.large", scales=True)] == [State.GOOD]
    assert rows(prod_assembly, "ml.c5.large", scales=False) == []
