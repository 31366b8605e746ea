"""Members that SageMaker fills in when it describes what a request left out.

Sources: the defaults in https://docs.aws.amazon.com/sagemaker/latest/APIReference/, page by page.
"""

from local_aws.sagemaker.images import is_pytorch
from local_aws.sagemaker.serving_request import PACKAGED, artifact_of
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.training_request import artifact_uri

SWITCHES = {
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
}
OUTPUT = {"KmsKeyId": "", "CompressionType": "GZIP"}
CHANNEL = {"CompressionType": "None", "RecordWrapperType": "None"}


def training_job(record: Record) -> Record:
    """Return a training job as DescribeTrainingJob and Search show it."""
    algorithm = record["AlgorithmSpecification"]
    measured = bool(algorithm.get("MetricDefinitions")) or is_pytorch(algorithm["TrainingImage"])
    output = OUTPUT | record["OutputDataConfig"]
    filled = {
        **SWITCHES,
        "ProfilingStatus": "Disabled",
        # The place where the artifact is or would be
        "ModelArtifacts": {"S3ModelArtifacts": artifact_uri(record)},
        **record,
        "AlgorithmSpecification": {"EnableSageMakerMetricsTimeSeries": measured, **algorithm},
        "OutputDataConfig": output,
    }
    if "InputDataConfig" in record:
        filled["InputDataConfig"] = [_channel(one) for one in record["InputDataConfig"]]
    return filled


def model(record: Record) -> Record:
    """Return a model as DescribeModel shows it."""
    filled = {"EnableNetworkIsolation": False, **record}
    filled.pop(PACKAGED, None)
    if "PrimaryContainer" in record:
        filled["PrimaryContainer"] = _container(record["PrimaryContainer"])
    else:
        filled["Containers"] = [_container(one) for one in record["Containers"]]
    return filled


def endpoint_config(record: Record) -> Record:
    """Return an endpoint configuration as DescribeEndpointConfig shows it."""
    variants = [{"InitialVariantWeight": 1.0, **one} for one in record["ProductionVariants"]]
    return {"EnableNetworkIsolation": False, **record, "ProductionVariants": variants}


def variant(configured: Record, image: str, started: float) -> Record:
    """Return a variant in service as DescribeEndpoint shows it.

    Args:
        configured: the production variant of the endpoint's configuration.
        image: URI of its container's image.
        started: when its container was started, in seconds since 1970.
    """
    weight = configured.get("InitialVariantWeight", 1.0)
    deployed = {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": started}
    shown: Record = {
        "VariantName": configured["VariantName"], "DeployedImages": [deployed],
        "CurrentWeight": weight, "DesiredWeight": weight,
    }  # fmt: skip
    if "ServerlessConfig" in configured:
        return {**shown, "CurrentServerlessConfig": configured["ServerlessConfig"]}
    count = configured.get("InitialInstanceCount", 1)
    return {**shown, "CurrentInstanceCount": count, "DesiredInstanceCount": count}


def _channel(channel: Record) -> Record:
    filled: Record = CHANNEL | channel
    source = channel["DataSource"].get("S3DataSource")
    if source is not None:
        source = {"S3DataDistributionType": "FullyReplicated", **source}
        filled["DataSource"] = {**channel["DataSource"], "S3DataSource": source}
    return filled


def _container(container: Record) -> Record:
    if "ModelPackageName" in container:  # the package describes its container
        return {"Environment": {}, **container}
    uri = artifact_of(container)
    source = {"S3Uri": uri, "S3DataType": "S3Object", "CompressionType": "Gzip"}
    return {
        "Mode": "SingleModel", "Environment": {}, "ModelDataUrl": uri,
        "ModelDataSource": {"S3DataSource": source}, **container,
    }  # fmt: skip
