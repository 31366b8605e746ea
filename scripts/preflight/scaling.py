"""A change that SageMaker refuses while Application Auto Scaling scales the endpoint."""

from collections.abc import Iterator

from scripts.preflight.assembly import Assembly
from scripts.preflight.clients import Clients
from scripts.preflight.deployed import Deployed
from scripts.preflight.row import Row, State

CHECK = "instance type of the endpoint"


def check_instance_type(clients: Clients, assembly: Assembly, deployed: Deployed) -> Iterator[Row]:
    """Compare the instance type in service with the template's.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
    """
    targets = assembly.resources("AWS::ApplicationAutoScaling::ScalableTarget")
    if not any(deployed.id_of(target) for target in targets):
        return
    (endpoint,) = assembly.resources("AWS::SageMaker::Endpoint")
    (config,) = assembly.resources("AWS::SageMaker::EndpointConfig")
    sagemaker = clients("sagemaker")
    described = sagemaker.describe_endpoint(EndpointName=endpoint.properties["EndpointName"])
    name = described["EndpointConfigName"]
    old = sagemaker.describe_endpoint_config(EndpointConfigName=name)["ProductionVariants"]
    before, after = (
        variants[0].get("InstanceType")
        for variants in (old, config.properties["ProductionVariants"])
    )
    if before == after:
        yield Row(CHECK, State.GOOD, str(before))
    else:
        found = f"{before}, to be {after}; SageMaker refuses the change while the endpoint scales"
        action = "deploy with -c scaling.max_instances= first, and then again without it"
        yield Row(CHECK, State.PROBLEM, found, action)
