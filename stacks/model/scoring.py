"""The model that scores files."""

from aws_cdk.aws_sagemaker import CfnModel
from constructs import Construct

from stacks.building_blocks.permissions import (
    READ_AND_WRITE,
    Permission,
    encrypt_volumes,
    has_volume,
    pull_image,
    put_metrics,
    read_prefixes,
    use_key_in_s3,
    use_network,
    write_job_logs,
    write_objects,
)
from stacks.building_blocks.roles import sagemaker_role
from stacks.model.endpoint import container, vpc_of
from stacks.settings.images import ContainerImage
from stacks.settings.network import NetworkSettings

LOG_GROUP = "/aws/sagemaker/TransformJobs"


class Scoring(Construct):
    """Lets `make score` start transform jobs with the endpoint's image and artifact.

    The endpoint answers anybody's requests, so its role must not read the files that are scored.
    Therefore the jobs have another role, and SageMaker ties a role to a model.

    Creates: a model and its role.
    Idle: nothing.
    Destroy: everything is deleted; SageMaker's record of the jobs stays.

    Attributes:
        model_name: the model's name, which differs after every change.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name_prefix: str,
        image: ContainerImage,
        model_data: str,
        read_model: Permission,
        scored_uri: str,
        instance_type: str,
        network: NetworkSettings,
        key_arn: str | None,
    ) -> None:
        """Declare the model.

        Args:
            name_prefix: prefix of the jobs' names.
            image: the serving image.
            model_data: S3 URI of the model.tar.gz, which includes the code.
            read_model: permission to read it.
            scored_uri: S3 URI with the folders of reviews and answers.
            instance_type: instance type of the jobs.
            network: VPC of the jobs' machines.
            key_arn: key of the objects and of the machines' volumes; None for AWS's own.
        """
        super().__init__(scope, construct_id)
        volume_key = key_arn if has_volume(instance_type) else None
        role = sagemaker_role(
            self,
            "Role",
            permissions={
                "Read": [read_model, *read_prefixes([f"{scored_uri}/in/"])],
                "Write": [write_objects(f"{scored_uri}/out")],
                "Observe": [put_metrics(LOG_GROUP), *write_job_logs(LOG_GROUP, name_prefix)],
                "Image": pull_image(image),
                **({"Key": use_key_in_s3(key_arn, READ_AND_WRITE)} if key_arn else {}),
                **({"Volumes": encrypt_volumes(volume_key)} if volume_key else {}),
                **({"Network": use_network(network)} if network.subnet_ids else {}),
            },
        )
        model = CfnModel(
            self,
            "Model",
            execution_role_arn=role.role_arn,
            enable_network_isolation=True,
            vpc_config=vpc_of(network),
            primary_container=container(image, model_data),
        )
        self.model_name = model.attr_model_name
