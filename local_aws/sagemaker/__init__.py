"""SageMaker on one machine: training jobs and endpoints with the real toolkits."""

from local_aws.sagemaker.errors import SageMakerError
from local_aws.sagemaker.service import SageMakerService

__all__ = ["SageMakerError", "SageMakerService"]
