"""Asks the embedded SageMaker to interrupt a spot training job, which AWS does unasked."""

import json
import urllib.error
import urllib.request

from local_aws.environment import DEFAULT_REGION, DUMMY_KEY

TARGET = "SageMaker.InterruptTrainingJob"
# The emulator finds the service by the scope of the credentials; it checks no signature.
AUTHORIZATION = (
    f"AWS4-HMAC-SHA256 Credential={DUMMY_KEY}/20000101/{DEFAULT_REGION}/sagemaker/aws4_request, "
    "SignedHeaders=host, Signature=none"
)


class InterruptionError(Exception):
    """The job cannot be interrupted; the message says why."""


def interrupt_training_job(url: str, name: str) -> None:
    """Take the machines of a job back; it starts again on others, from its checkpoints.

    Args:
        url: the embedded AWS.
        name: the TrainingJobName.

    Raises:
        InterruptionError: when the job does not run, or not as managed spot training.
    """
    request = urllib.request.Request(  # noqa: S310 - the embedded AWS speaks HTTP
        url,
        json.dumps({"TrainingJobName": name}).encode(),
        {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": TARGET,
            "Authorization": AUTHORIZATION,
        },
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=30):
            return
    except urllib.error.HTTPError as error:
        raise InterruptionError(json.loads(error.read())["message"]) from None
