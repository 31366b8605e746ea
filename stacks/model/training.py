"""A SageMaker training job as a custom resource, since CloudFormation has no such type."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import CustomResource, Duration, Stack
from constructs import Construct

from stacks.building_blocks.assets import ROOT, SourceArchive
from stacks.building_blocks.custom_resource import CONSISTENCY, PROPERTIES, ResourceProvider
from stacks.building_blocks.permissions import Permission, has_volume
from stacks.building_blocks.python_function import PythonFunction
from stacks.model.training_permissions import start_jobs, training_role, watch_jobs
from stacks.settings.images import ContainerImage
from stacks.settings.network import NetworkSettings
from stacks.settings.training import TrainingSettings

HANDLERS = ROOT / "lambda_fn" / "training_job"
ENTRY_POINT = "train.py"
NAME_DIGITS = 12
# Makes SageMaker's PyTorch toolkit run torchrun on each host, with one process per GPU, or one in
# all without GPUs. Otherwise each host would train separately.
# Source: https://github.com/aws/sagemaker-pytorch-training-toolkit, training.py
TORCHRUN = {"sagemaker_torch_distributed_enabled": "true"}


@dataclass(frozen=True)
class TrainedModel:
    """The model that the deployment trains.

    Attributes:
        job_name: name of the training job.
        artifact: S3 URI of its model.tar.gz.
        accuracy: held-out accuracy that the job reported.
        gate: balanced accuracy that the job reported, and its confidence interval.
    """

    job_name: str
    artifact: str
    accuracy: str
    gate: str


class TrainingJob(Construct):
    """Training job, which a deployment runs once for the same inputs, or a schedule starts.

    Creates: the jobs' role and, for a deployment, a custom resource with its two functions and
        CDK's framework, which start a training job.
    Idle: nothing: the job's machines cost only while it runs.
    Destroy: a running job is stopped. A finished job and its artifact stay; a deployment with the
        same inputs within storage.artifact_expiry_days reuses them.

    Attributes:
        role: role of the jobs.
        properties: properties of the custom resource, which describe the job.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name_prefix: str,
        source: Path,
        image: ContainerImage,
        channels: Mapping[str, str],
        further_data: Sequence[str],
        dataset_identities: Mapping[str, str],
        output: str,
        checkpoints: str,
        tags: Mapping[str, str],
        schema: str,
        settings: TrainingSettings,
        network: NetworkSettings,
        key_arn: str | None,
    ) -> None:
        """Declare the role and describe the job.

        Args:
            name_prefix: prefix of the job's name.
            source: folder of the training source.
            image: the training image.
            channels: channel name to the S3 URI of its data.
            further_data: S3 URIs of data that scheduled jobs may read as well.
            dataset_identities: channel name to the identity of its dataset.
            output: S3 URI under which artifacts are written.
            checkpoints: S3 URI under which jobs on spot instances keep their checkpoints.
            tags: cost allocation tags of the job.
            schema: columns and labels of the datasets, encoded; empty for the usual ones.
            settings: machine, hyperparameters and quality gate.
            network: VPC of the job's machines.
            key_arn: key of data, artifacts and volumes; None for AWS's own.
        """
        super().__init__(scope, construct_id)
        archive = SourceArchive(self, "Source", source=source)
        self.role = role = training_role(
            self,
            "Role",
            image=image,
            source_arn=archive.object_arn,
            channels=[*channels.values(), *further_data],
            output=output,
            checkpoints=checkpoints if settings.use_spot else None,
            name_prefix=name_prefix,
            network=network,
            key_arn=key_arn,
        )
        self._start = start_jobs(name_prefix, role=role, output=output, key_arn=key_arn)
        self._watch = watch_jobs(name_prefix, output=output, key_arn=key_arn)
        self.properties: dict[str, Any] = {
            **self._program(
                name_prefix, archive, image, settings, datasets=dataset_identities, schema=schema
            ),
            "Channels": dict(channels),
            "OutputPath": output,
            **_machines(settings, tags, checkpoints, network, key_arn),
        }

    def _program(
        self,
        name_prefix: str,
        archive: SourceArchive,
        image: ContainerImage,
        settings: TrainingSettings,
        *,
        datasets: Mapping[str, str],
        schema: str,
    ) -> dict[str, object]:
        """Return the properties for the job's program, and its name, which depends on it."""
        hyperparameters = settings.hyperparameters() | ({"schema": schema} if schema else {})
        return {
            "JobName": job_name(
                name_prefix,
                source=archive.sha256,
                datasets=datasets,
                image=image.uri,
                hyperparameters=hyperparameters,
                instances=[settings.instance_type, settings.instance_count],
            ),
            "RoleArn": self.role.role_arn,
            "Image": image.uri,
            "Hyperparameters": {
                **hyperparameters,
                **_script_mode(archive.url, Stack.of(self).region),
                **(TORCHRUN if settings.distributed else {}),
            },
        }

    def run(self, metrics_namespace: str) -> TrainedModel:
        """Declare the custom resource that runs the job during the deployment.

        Args:
            metrics_namespace: CloudWatch namespace for the accuracy of each training.
        """
        resource = CustomResource(
            self,
            "Resource",
            service_token=self._declare_provider(metrics_namespace).service_token,
            resource_type="Custom::TrainingJob",
            service_timeout=Duration.hours(1),
            properties=self.properties,
        )
        return TrainedModel(
            job_name=resource.get_att_string("TrainingJobName"),
            artifact=resource.get_att_string("ModelArtifact"),
            accuracy=resource.get_att_string("Accuracy"),
            gate=resource.get_att_string("Gate"),
        )

    def _declare_provider(self, metrics_namespace: str) -> ResourceProvider:
        return ResourceProvider(
            self,
            "Provider",
            on_event=self._handler(
                "on_event",
                "Starts, joins or reuses a training job",
                self._start,
            ),
            is_complete=self._handler(
                "is_complete",
                "Checks whether a training job has ended, and its result",
                self._watch,
                {"METRICS_NAMESPACE": metrics_namespace},
            ),
            query_interval=Duration.seconds(15),
            total_timeout=Duration.minutes(58),
        )

    def _handler(
        self,
        name: str,
        description: str,
        permissions: list[Permission],
        environment: Mapping[str, str] | None = None,
    ) -> PythonFunction:
        return PythonFunction(
            self,
            name.title().replace("_", ""),
            package=HANDLERS,
            libraries=[PROPERTIES, CONSISTENCY],
            handler=f"handler.{name}",
            description=description,
            timeout=Duration.minutes(3),
            permissions=permissions,
            environment=environment,
        )


def job_name(
    prefix: str,
    *,
    source: str,
    datasets: Mapping[str, str],
    image: str,
    hyperparameters: Mapping[str, str],
    instances: Sequence[object],
) -> str:
    """Return a job name that changes exactly when an input of the model changes."""
    inputs = {
        "source": source,
        "datasets": dict(datasets),
        "image": image,
        "hyperparameters": dict(hyperparameters),
        "instances": list(instances),
    }
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return f"{prefix}-{digest[:NAME_DIGITS]}"


def _machines(
    settings: TrainingSettings,
    tags: Mapping[str, str],
    checkpoints: str,
    network: NetworkSettings,
    key_arn: str | None,
) -> dict[str, object]:
    """Return a job's properties for its machines, its gate and its tags."""
    return {
        "InstanceType": settings.instance_type,
        "InstanceCount": settings.instance_count,
        "VolumeSizeGiB": settings.volume_size_gib,
        "MaxRuntimeSeconds": settings.max_runtime_seconds,
        "MinimumAccuracy": repr(settings.minimum_accuracy),
        "Tags": dict(tags),
        # Not part of the job's name, because it does not change the model.
        **_spot(settings, checkpoints),
        **_private(network, key_arn, has_volume=has_volume(settings.instance_type)),
    }


def _spot(settings: TrainingSettings, checkpoints: str) -> dict[str, object]:
    """Return a job's properties for spot instances; none for on-demand instances."""
    if settings.spot_wait_seconds is None:
        return {}
    return {"MaxWaitSeconds": settings.spot_wait_seconds, "CheckpointPath": checkpoints}


def _private(
    network: NetworkSettings, key_arn: str | None, *, has_volume: bool
) -> dict[str, object]:
    """Return a job's properties for the account's keys and VPC."""
    return {
        **({"OutputKeyArn": key_arn} if key_arn else {}),
        **({"VolumeKeyArn": key_arn} if key_arn and has_volume else {}),
        **({"SubnetIds": list(network.subnet_ids)} if network.subnet_ids else {}),
        **({"SecurityGroupIds": list(network.security_group_ids)} if network.subnet_ids else {}),
    }


def _script_mode(archive: str, region: str) -> dict[str, str]:
    """Return the hyperparameters that SageMaker's training toolkit reads.

    Source: https://github.com/aws/sagemaker-training-toolkit
    """
    return {
        "sagemaker_program": ENTRY_POINT,
        "sagemaker_submit_directory": archive,
        "sagemaker_container_log_level": "20",
        "sagemaker_region": region,
    }
