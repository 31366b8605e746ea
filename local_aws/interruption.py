"""Interruption of spot training jobs on request; on AWS interruptions come unasked."""

import json
from http import HTTPStatus

from local_aws.environment import DEFAULT_REGION, DUMMY_KEY
from local_aws.process import EmulatorError
from local_aws.urls import send

HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "SageMaker.InterruptTrainingJob",
    # The emulator finds the service by the scope of the credentials and checks no signature.
    "Authorization": (
        f"AWS4-HMAC-SHA256 Credential={DUMMY_KEY}/20000101/{DEFAULT_REGION}/sagemaker/aws4_request,"
        " SignedHeaders=host, Signature=none"
    ),
}


def interrupt_training_job(url: str, name: str) -> None:
    """Take a job's machines away; it resumes on others from its checkpoints.

    Args:
        url: URL of the embedded AWS.
        name: the TrainingJobName.

    Raises:
        EmulatorError: when the job is not a running managed spot training job.
    """
    body = json.dumps({"TrainingJobName": name}).encode()
    status, _, answer = send(url, body=body, headers=HEADERS)
    if status != HTTPStatus.OK:
        raise EmulatorError(json.loads(answer)["message"])
