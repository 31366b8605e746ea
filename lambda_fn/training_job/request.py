"""Training request: the custom resource's properties and the SageMaker job they describe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from resource_properties import listed, optional_text, optional_texts, share, text, texts, whole

ACCURACY = "test:accuracy"
BALANCED_ACCURACY = "test:balanced_accuracy"
BALANCED_ACCURACY_LOW = "test:balanced_accuracy_low"
LABELS = "test:labels"
LOCAL_CHECKPOINTS = "/opt/ml/checkpoints"
# Patterns by which SageMaker extracts metrics from the training script's output
METRICS = [
    {"Name": "train:loss", "Regex": r"\btrain_loss=([0-9.e+-]+)"},
    {"Name": "validation:accuracy", "Regex": r"\bvalidation_accuracy=([0-9.]+)"},
    {"Name": ACCURACY, "Regex": r"\btest_accuracy=([0-9.]+)"},
    {"Name": BALANCED_ACCURACY, "Regex": r"\btest_balanced_accuracy=([0-9.]+)"},
    {"Name": BALANCED_ACCURACY_LOW, "Regex": r"\btest_balanced_accuracy_low=([0-9.]+)"},
    {"Name": LABELS, "Regex": r"\btest_labels=([0-9]+)"},
]


@dataclass(frozen=True)
class Spot:
    """Managed spot training: AWS may reclaim the instances, and the job resumes on others.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html

    Attributes:
        max_wait_seconds: limit of the job's time, including the wait for instances.
        checkpoints: S3 URI of the folder that holds each job's checkpoints.
    """

    max_wait_seconds: int
    checkpoints: str

    @classmethod
    def from_properties(cls, properties: Mapping[str, Any]) -> Self:
        """Read the custom resource's properties.

        Raises:
            PropertyError: naming the property that is missing or wrong.
        """
        return cls(whole(properties, "MaxWaitSeconds"), text(properties, "CheckpointPath"))


@dataclass(frozen=True)
class TrainingRequest:
    """Inputs of a training job.

    Attributes:
        job_name: name of the first attempt, which contains a hash of the inputs.
        role_arn: ARN of the job's role.
        image: URI of the training image.
        hyperparameters: name to value; SageMaker accepts only strings.
        channels: channel name to S3 URI.
        output: S3 URI under which SageMaker writes `<job name>/output/model.tar.gz`.
        instance_type: instance type of each host.
        instance_count: number of hosts.
        volume_size_gib: disk of each host, in GiB.
        max_runtime_seconds: limit of the job's running time.
        minimum_accuracy: lowest balanced accuracy, on held-out reviews, of an acceptable model.
        spot: settings of managed spot training; None for on-demand instances.
        tags: cost allocation tags of the job.
        output_key: ARN of the artifact's KMS key; None for the bucket's default.
        volume_key: ARN of the KMS key of the hosts' disks; None for the AWS key.
        subnets: subnets of the VPC that the hosts join.
        security_groups: security groups of the hosts in that VPC.
    """

    job_name: str
    role_arn: str
    image: str
    hyperparameters: Mapping[str, str]
    channels: Mapping[str, str]
    output: str
    instance_type: str
    instance_count: int
    volume_size_gib: int
    max_runtime_seconds: int
    minimum_accuracy: float
    spot: Spot | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    output_key: str | None = None
    volume_key: str | None = None
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()

    @classmethod
    def from_properties(cls, properties: Mapping[str, Any]) -> Self:
        """Read the properties, in which CloudFormation passes numbers as strings.

        Raises:
            PropertyError: naming the property that is missing or wrong.
        """
        return cls(
            job_name=text(properties, "JobName"),
            role_arn=text(properties, "RoleArn"),
            image=text(properties, "Image"),
            hyperparameters=texts(properties, "Hyperparameters"),
            channels=texts(properties, "Channels"),
            output=text(properties, "OutputPath"),
            instance_type=text(properties, "InstanceType"),
            instance_count=whole(properties, "InstanceCount"),
            volume_size_gib=whole(properties, "VolumeSizeGiB"),
            max_runtime_seconds=whole(properties, "MaxRuntimeSeconds"),
            minimum_accuracy=share(properties, "MinimumAccuracy"),
            spot=Spot.from_properties(properties) if "MaxWaitSeconds" in properties else None,
            tags=optional_texts(properties, "Tags"),
            output_key=optional_text(properties, "OutputKeyArn"),
            volume_key=optional_text(properties, "VolumeKeyArn"),
            subnets=listed(properties, "SubnetIds"),
            security_groups=listed(properties, "SecurityGroupIds"),
        )

    @property
    def listed_tags(self) -> list[dict[str, str]]:
        """The tags as SageMaker's API lists them."""
        return [{"Key": key, "Value": value} for key, value in sorted(self.tags.items())]

    def attempt(self, number: int) -> str:
        """Return the job name of an attempt, counted from 1."""
        return self.job_name if number == 1 else f"{self.job_name}-{number}"

    def job(self, name: str) -> dict[str, Any]:
        """Return the parameters of CreateTrainingJob for an attempt with this name."""
        limits = {"MaxRuntimeInSeconds": self.max_runtime_seconds}
        request: dict[str, Any] = {
            "TrainingJobName": name,
            "RoleArn": self.role_arn,
            "AlgorithmSpecification": {
                "TrainingImage": self.image,
                "TrainingInputMode": "File",
                "MetricDefinitions": METRICS,
            },
            "HyperParameters": dict(self.hyperparameters),
            "InputDataConfig": [_channel(*channel) for channel in sorted(self.channels.items())],
            "OutputDataConfig": {"S3OutputPath": self.output},
            "ResourceConfig": {
                "InstanceType": self.instance_type,
                "InstanceCount": self.instance_count,
                "VolumeSizeInGB": self.volume_size_gib,
            },
            "StoppingCondition": limits,
            # The hosts exchange data about the model and the reviews.
            "EnableInterContainerTrafficEncryption": self.instance_count > 1,
            # The profiler would write to the bucket, which the role cannot.
            "ProfilerConfig": {"DisableProfiler": True},
            "Tags": self.listed_tags,
        }
        if self.output_key is not None:
            request["OutputDataConfig"]["KmsKeyId"] = self.output_key
        if self.volume_key is not None:
            request["ResourceConfig"]["VolumeKmsKeyId"] = self.volume_key
        if self.subnets:
            request["VpcConfig"] = {
                "Subnets": list(self.subnets),
                "SecurityGroupIds": list(self.security_groups),
            }
        if self.spot is not None:
            limits["MaxWaitTimeInSeconds"] = self.spot.max_wait_seconds
            request["EnableManagedSpotTraining"] = True
            request["CheckpointConfig"] = {
                # The first attempt's name, so that the next attempt resumes. Without the slash,
                # SageMaker would also restore folders whose names begin with this one.
                "S3Uri": f"{self.spot.checkpoints}/{self.job_name}/",
                "LocalPath": LOCAL_CHECKPOINTS,
            }
        return request


def _channel(name: str, uri: str) -> dict[str, Any]:
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": uri,
        "S3DataDistributionType": "FullyReplicated",
    }
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}
