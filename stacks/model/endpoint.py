"""The SageMaker endpoint and its model."""

from collections.abc import Mapping, Sequence

from aws_cdk import RemovalPolicy
from aws_cdk.aws_iam import Role
from aws_cdk.aws_logs import LogGroup
from aws_cdk.aws_sagemaker import CfnEndpoint, CfnEndpointConfig, CfnModel
from constructs import Construct

from stacks.building_blocks.log_group import declare_log_group
from stacks.building_blocks.permissions import (
    READ,
    READ_AND_WRITE,
    Permission,
    encrypt_volumes,
    has_volume,
    pull_image,
    put_metrics,
    use_key_in_s3,
    use_network,
    write_objects,
)
from stacks.building_blocks.reasons import acknowledge
from stacks.building_blocks.roles import sagemaker_role
from stacks.model.rollout import Rollout
from stacks.names import VARIANT
from stacks.settings.endpoint import EndpointSettings
from stacks.settings.images import ContainerImage
from stacks.settings.network import NetworkSettings

NO_VOLUME = "A serverless endpoint has no instance whose volume a key could encrypt"
NEVER_ISOLATED = "Serverless endpoints do not support it; real-time ones have it (endpoint.kind)"
NOT_ISOLATED = "The environment gives its model access to the network (endpoint.network_isolation)"
AWS_KEY = "AWS's own key encrypts the volume, or the instance's hardware its local disk"
ENVIRONMENT = {
    "SAGEMAKER_PROGRAM": "predict.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
}
SCIKIT_LEARN_ENVIRONMENT = {
    **ENVIRONMENT,
    "SAGEMAKER_PROGRAM": "predict_transform.py",
    # At its start the container builds a package from the code. An isolated build would download
    # setuptools, which is already installed. pip's spelling: false switches the isolation off.
    "PIP_NO_BUILD_ISOLATION": "false",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


class Endpoint(Construct):
    """Serves one model artifact under a constant name.

    A change replaces the model and the configuration, so CloudFormation names them. It updates the
    endpoint in place: the old model serves until the new one does.

    Creates: model, endpoint configuration, endpoint, their role and log groups.
    Idle: nothing if serverless; a real-time endpoint costs all its instances around the clock.
    Destroy: everything is deleted; the storage stack keeps the artifact and captured data.

    Attributes:
        name: the endpoint's name.
        config_name: name of its configuration, which differs after every change.
        resource: the endpoint's CloudFormation resource, for dependencies.
        volume_key_arn: key of its instances' volumes, if they have one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        log_group_names: Mapping[str, str],
        image: ContainerImage,
        model_data: str,
        read_model: Permission,
        settings: EndpointSettings,
        scales: bool,
        capture_uri: str,
        network: NetworkSettings,
        key_arn: str | None,
        rollout: Rollout | None,
    ) -> None:
        """Declare the endpoint.

        Args:
            name: the endpoint's name.
            log_group_names: id to name of the log groups of this endpoint and of the candidate, if
                there is one; SageMaker derives the names from the endpoints' names.
            image: the serving image.
            model_data: S3 URI of the model.tar.gz, which includes the code.
            read_model: permission to read it.
            settings: settings of the endpoint.
            scales: whether scaling sets the number of instances, which updates then retain.
            capture_uri: S3 URI under which sampled requests and answers are kept.
            network: VPC of the instances.
            key_arn: key of the artifact and of the instances' volumes; None for AWS's own.
            rollout: the canary rollout of a change; None to switch all at once.
        """
        super().__init__(scope, construct_id)
        log_groups = [
            declare_log_group(self, key, name=log_group)
            for key, log_group in log_group_names.items()
        ]
        real_time = settings.kind == "real_time"
        volume_key = key_arn if real_time and has_volume(settings.instance_type) else None
        permissions = {
            "Read": [read_model, *use_key_in_s3(key_arn, READ)],
            **({"Capture": _keep(capture_uri, key_arn)} if settings.capture_percent else {}),
            "Observe": [put_metrics("/aws/sagemaker/Endpoints"), _write_logs(log_groups)],
            "Image": pull_image(image),
            **({"Volumes": encrypt_volumes(volume_key)} if volume_key else {}),
            **({"Rollout": [_watch(rollout)]} if rollout else {}),
            **({"Network": use_network(network)} if network.subnet_ids else {}),
        }
        role = sagemaker_role(self, "Role", permissions=permissions)
        model = self._declare_model(role, image, model_data, network, settings)
        capture = _capture(settings.capture_percent, capture_uri, key_arn)
        config = self._declare_config(model, capture, volume_key, settings)
        endpoint = self._declare_endpoint(name, config, rollout, scales=scales)
        # Otherwise SageMaker creates the log groups, and their events never expire.
        endpoint.node.add_dependency(*log_groups)
        self.name = endpoint.attr_endpoint_name
        self.config_name = config.attr_endpoint_config_name
        self.resource = endpoint
        self.volume_key_arn = volume_key

    def _declare_endpoint(
        self, name: str, config: CfnEndpointConfig, rollout: Rollout | None, *, scales: bool
    ) -> CfnEndpoint:
        endpoint = CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=name,
            deployment_config=rollout.deployment_config if rollout else None,
            endpoint_config_name=config.attr_endpoint_config_name,
            # An update starts with the number of instances that scaling has set.
            retain_all_variant_properties=True if scales else None,
        )
        endpoint.apply_removal_policy(RemovalPolicy.DESTROY)
        return endpoint

    def _declare_model(
        self,
        role: Role,
        image: ContainerImage,
        model_data: str,
        network: NetworkSettings,
        settings: EndpointSettings,
    ) -> CfnModel:
        model = CfnModel(
            self,
            "Model",
            execution_role_arn=role.role_arn,
            enable_network_isolation=True if settings.isolated else None,
            vpc_config=vpc_of(network),
            primary_container=container(image, model_data),
        )
        if not settings.isolated:
            why = NOT_ISOLATED if settings.kind == "real_time" else NEVER_ISOLATED
            acknowledge(model, {"CKV_AWS_370": why})
        return model

    def _declare_config(
        self,
        model: CfnModel,
        capture: CfnEndpointConfig.DataCaptureConfigProperty | None,
        volume_key: str | None,
        settings: EndpointSettings,
    ) -> CfnEndpointConfig:
        real_time = settings.kind == "real_time"
        config = CfnEndpointConfig(
            self,
            "Config",
            kms_key_id=volume_key,
            data_capture_config=capture,
            production_variants=[
                _real_time(model, settings) if real_time else _serverless(model, settings)
            ],
        )
        if volume_key is None:
            rule = "NIST.800.53.R5-SageMakerEndpointConfigurationKMSKeyConfigured"
            acknowledge(config, {rule: AWS_KEY if real_time else NO_VOLUME})
        return config


def container(image: ContainerImage, model_data: str) -> CfnModel.ContainerDefinitionProperty:
    """Return the container that serves an artifact."""
    return CfnModel.ContainerDefinitionProperty(
        image=image.uri,
        model_data_url=model_data,
        environment=SCIKIT_LEARN_ENVIRONMENT if image.is_scikit_learn else ENVIRONMENT,
    )


def vpc_of(network: NetworkSettings) -> CfnModel.VpcConfigProperty | None:
    """Return the VPC of a model's machines, or None."""
    if not network.subnet_ids:
        return None
    return CfnModel.VpcConfigProperty(
        subnets=list(network.subnet_ids), security_group_ids=list(network.security_group_ids)
    )


def _write_logs(log_groups: Sequence[LogGroup]) -> Permission:
    return Permission(
        sid="WriteLogs",
        actions=[
            "logs:CreateLogGroup",  # SageMaker calls it even if the group exists
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
        ],
        resources=[log_group.log_group_arn for log_group in log_groups],
    )


def _keep(uri: str, key_arn: str | None) -> list[Permission]:
    return [write_objects(uri), *use_key_in_s3(key_arn, READ_AND_WRITE)]


def _capture(
    percent: int, uri: str, key_arn: str | None
) -> CfnEndpointConfig.DataCaptureConfigProperty | None:
    """Return the configuration that captures a sample of requests and answers, or None.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
    """
    if not percent:
        return None
    return CfnEndpointConfig.DataCaptureConfigProperty(
        enable_capture=True,
        initial_sampling_percentage=percent,
        destination_s3_uri=uri,
        kms_key_id=key_arn,
        capture_options=[
            CfnEndpointConfig.CaptureOptionProperty(capture_mode=mode)
            for mode in ("Input", "Output")
        ],
        capture_content_type_header=CfnEndpointConfig.CaptureContentTypeHeaderProperty(
            json_content_types=["application/json"]
        ),
    )


def _watch(rollout: Rollout) -> Permission:
    return Permission(
        sid="WatchRollout",
        actions=["cloudwatch:DescribeAlarms"],
        resources=[alarm.alarm_arn for alarm in rollout.alarms],
    )


def _serverless(
    model: CfnModel, settings: EndpointSettings
) -> CfnEndpointConfig.ProductionVariantProperty:
    return CfnEndpointConfig.ProductionVariantProperty(
        model_name=model.attr_model_name,
        variant_name=VARIANT,
        initial_variant_weight=1,
        serverless_config=CfnEndpointConfig.ServerlessConfigProperty(
            max_concurrency=settings.max_concurrency, memory_size_in_mb=settings.memory_mb
        ),
    )


def _real_time(
    model: CfnModel, settings: EndpointSettings
) -> CfnEndpointConfig.ProductionVariantProperty:
    return CfnEndpointConfig.ProductionVariantProperty(
        model_name=model.attr_model_name,
        variant_name=VARIANT,
        initial_variant_weight=1,
        instance_type=settings.instance_type,
        initial_instance_count=settings.instance_count,
    )
