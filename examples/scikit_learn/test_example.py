"""The scripts of `source` train and serve on the embedded AWS, driven by plain boto3."""

import io
import json
import tarfile
from pathlib import Path

import corpus

SOURCE = Path(__file__).with_name("source")
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
BUCKET, NAME = "shop", "support-requests"
CODE = f"s3://{BUCKET}/source.tar.gz"
QUICKLY = {"Delay": 1, "MaxAttempts": 300}


def test_train_and_serve(embedded_aws):
    s3, sagemaker = embedded_aws.client("s3"), embedded_aws.client("sagemaker")
    role = embedded_aws.execution_role()
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="train/requests.csv", Body=corpus.table())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(SOURCE, ".")
    s3.put_object(Bucket=BUCKET, Key="source.tar.gz", Body=packed.getvalue())

    sagemaker.create_training_job(
        TrainingJobName=NAME,
        RoleArn=role,
        AlgorithmSpecification={
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "accuracy", "Regex": "accuracy: ([0-9.]+)"}],
        },
        HyperParameters={
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": CODE,
            "strength": "10",
        },
        InputDataConfig=[
            {
                "ChannelName": "train",
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/train/"}
                },
            }
        ],
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(
        TrainingJobName=NAME, WaiterConfig=QUICKLY
    )
    job = sagemaker.describe_training_job(TrainingJobName=NAME)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    [accuracy] = [metric["Value"] for metric in job["FinalMetricDataList"]]
    assert accuracy > 0.9

    sagemaker.create_model(
        ModelName=NAME,
        ExecutionRoleArn=role,
        PrimaryContainer={
            "Image": IMAGE,
            "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"],
            "Environment": {
                "SAGEMAKER_PROGRAM": "predict.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": CODE,
            },
        },
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName=NAME,
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": NAME,
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
            }
        ],
    )
    sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=NAME)
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=NAME, WaiterConfig=QUICKLY)

    runtime = embedded_aws.client("sagemaker-runtime")
    asked = ["the carpet is broken", "I was charged twice"]
    answer = runtime.invoke_endpoint(
        EndpointName=NAME, ContentType="application/json", Body=json.dumps(asked)
    )
    teams = [one["team"] for one in json.loads(answer["Body"].read())]
    assert teams == ["returns", "billing"]
    one = runtime.invoke_endpoint(
        EndpointName=NAME, ContentType="text/plain", Body="where is my parcel?"
    )
    assert json.loads(one["Body"].read())[0]["team"] == "delivery"
