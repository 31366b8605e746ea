"""Names of the deployed resources that the calls refer to."""

import json
from dataclasses import dataclass

from local_aws.environment import ACCOUNT, DEFAULT_REGION
from tests.proof.privilege.identities import Identities


@dataclass(frozen=True)
class Names:
    """Names of deployed resources.

    Attributes:
        data: name of the data bucket.
        site: name of the page's bucket.
        logs: name of the bucket for access logs.
        assets: name of CDK's asset bucket.
        dataset: key of the training data.
        artifact: key of the model.
        source: key of the training source in CDK's asset bucket.
        other_asset: key of another asset.
        feedback: key of a stored piece of feedback.
        job: name of the training job.
        training_image: image of the training job.
        api_function: name of the API function.
        api_log_group: log group of the API function.
        smoke_log_group: log group of the smoke test.
        api: id of the REST API.
        api_access_log: log group of the REST API's stage.
        distribution: id of the CloudFront distribution.
        data_key: id of the data key.
        data_ciphertext: text encrypted with the data key.
        roles: ARN of each role, by `stack/LogicalId`.
        tasks: functions that a state machine's tasks call, by the ARN of the machine's role.
        log_groups: log group of each function, by the ARN of its role.
    """

    data: str
    site: str
    logs: str
    assets: str
    dataset: str
    artifact: str
    source: str
    other_asset: str
    feedback: str
    job: str
    training_image: str
    api_function: str
    api_log_group: str
    smoke_log_group: str
    api: str
    api_access_log: str
    distribution: str
    data_key: str
    data_ciphertext: bytes
    roles: dict[str, str]
    tasks: dict[str, dict[str, str]]
    log_groups: dict[str, str]

    @property
    def dataset_folder(self) -> str:
        """The prefix of the training data's keys, with its slash."""
        return self.dataset.rpartition("/")[0] + "/"

    @property
    def inputs(self) -> list[dict[str, object]]:
        """The channels of a training job on the deployed dataset."""
        source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self.data}/{self.dataset_folder}"}
        return [{"ChannelName": "training", "DataSource": {"S3DataSource": source}}]

    def training(self, name: str, *, role: str) -> dict[str, object]:
        """Return valid parameters for CreateTrainingJob."""
        return {
            "TrainingJobName": name,
            "RoleArn": self.roles[role],
            "AlgorithmSpecification": {
                "TrainingImage": self.training_image, "TrainingInputMode": "File",
            },
            "InputDataConfig": self.inputs,
            "OutputDataConfig": {"S3OutputPath": f"s3://{self.data}/models"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        }  # fmt: skip


def names_of(identities: Identities) -> Names:
    """Look up the resource names of a deployment that has stored feedback."""
    deployment = identities.deployment
    s3, kms = deployment.client("s3"), deployment.client("kms")
    outputs = deployment.outputs
    data = outputs["DataBucketName"]
    assets = f"cdk-hnb659fds-assets-{ACCOUNT}-{DEFAULT_REGION}"
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=assets)["Contents"]]
    source = next(key for key in keys if key.endswith(".gz"))
    job = outputs["TrainingJobName"]
    described = deployment.client("sagemaker").describe_training_job(TrainingJobName=job)
    stored = [item["Key"] for item in s3.list_objects_v2(Bucket=data)["Contents"]]
    key = identities.physical("storage", "DataKey", "AWS::KMS::Key")
    function = identities.physical("web", "PredictApiHandler", "AWS::Lambda::Function")
    return Names(
        data=data,
        site=f"sentiment-{identities.environment}-site-{ACCOUNT}-{DEFAULT_REGION}",
        logs=outputs["LogBucketName"],
        assets=assets,
        dataset=next(name for name in stored if name.startswith("datasets/")),
        artifact=f"models/{job}/output/model.tar.gz",
        source=source,
        other_asset=next(key for key in keys if key != source),
        feedback=next(name for name in stored if name.startswith("feedback/")),
        job=job,
        training_image=described["AlgorithmSpecification"]["TrainingImage"],
        api_function=function,
        api_log_group=_log_group(identities, function),
        smoke_log_group=_log_group(
            identities, identities.physical("model", "SmokeTestOnEvent", "AWS::Lambda::Function")
        ),
        api=identities.physical("web", "PredictApi", "AWS::ApiGateway::RestApi"),
        api_access_log=identities.physical("web", "PredictApiAccessLog", "AWS::Logs::LogGroup"),
        distribution=identities.physical("web", "Site", "AWS::CloudFront::Distribution"),
        data_key=key,
        data_ciphertext=kms.encrypt(KeyId=key, Plaintext=b"a review")["CiphertextBlob"],
        roles=identities.arns,
        tasks=_tasks(identities),
        log_groups=_log_groups(identities),
    )


def _tasks(identities: Identities) -> dict[str, dict[str, str]]:
    client = identities.deployment.client("stepfunctions")
    machines = [
        client.describe_state_machine(stateMachineArn=resource["PhysicalResourceId"])
        for resource in identities.resources("model")
        if resource["ResourceType"] == "AWS::StepFunctions::StateMachine"
    ]
    return {
        machine["roleArn"]: {
            name: state["Resource"]
            for name, state in json.loads(machine["definition"])["States"].items()
            if state["Type"] == "Task"
        }
        for machine in machines
    }


def _log_groups(identities: Identities) -> dict[str, str]:
    pages = identities.deployment.client("lambda").get_paginator("list_functions").paginate()
    return {
        function["Role"]: function["LoggingConfig"]["LogGroup"]
        for page in pages
        for function in page["Functions"]
    }


def _log_group(identities: Identities, function: str) -> str:
    functions = identities.deployment.client("lambda")
    configuration = functions.get_function_configuration(FunctionName=function)
    return str(configuration["LoggingConfig"]["LogGroup"])
