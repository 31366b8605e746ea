"""Container images, and datasets and models in buckets that the environment does not create."""

import re
from collections.abc import Iterator
from datetime import date

from botocore.exceptions import ClientError

from scripts.preflight.assembly import Assembly
from scripts.preflight.clients import Clients
from scripts.preflight.row import Row, State, code_of
from stacks.settings.images import ContainerImage

TAG = re.compile(r"[:@]((?:sha256:)?[^:@/]+)$")
LITERAL_BUCKET = re.compile(r"s3://([a-z0-9.-]+)(?:/|$)")


def images(assembly: Assembly) -> dict[str, str]:
    """Return the environment's images, each with what it is for."""
    found = {job["Image"]: "training" for job in assembly.training_jobs()}
    for model in assembly.resources("AWS::SageMaker::Model"):
        found[model.properties["PrimaryContainer"]["Image"]] = "serving"
    return found


def check_image(clients: Clients, uri: str, purpose: str) -> Iterator[Row]:
    """Find an image in its registry, which may belong to another account."""
    image, tag = ContainerImage.parse(uri), TAG.search(uri)
    reference = tag[1] if tag else "latest"
    key = "imageDigest" if reference.startswith("sha256:") else "imageTag"
    check = f"{purpose} image"
    action = f"set {'endpoint' if purpose == 'serving' else 'training'}.image to one that exists"
    try:
        answer = clients("ecr", image.region).batch_get_image(
            registryId=image.account,
            repositoryName=image.repository,
            imageIds=[{key: reference}],
        )
    except ClientError as error:
        if code_of(error) != "RepositoryNotFoundException":
            raise
        answer = {"images": []}
    if answer["images"]:
        yield Row(check, State.GOOD, uri)
    else:
        yield Row(check, State.PROBLEM, f"{uri} does not exist", action)


def check_patches(uri: str, purpose: str, today: date) -> Iterator[Row]:
    """Report until when AWS patches an image, where AWS has announced it."""
    image = ContainerImage.parse(uri)
    sentence, end = image.patches(today), image.patched_until
    if sentence and end:
        state = State.GOOD if today <= end else State.NOTE
        yield Row(f"{purpose} image's patches", state, sentence)


def outside_buckets(assembly: Assembly) -> dict[str, str]:
    """Return the buckets that settings name, each with the setting."""
    found = {}
    for job in assembly.training_jobs():
        for channel, uri in job["Channels"].items():
            if isinstance(uri, str) and (match := LITERAL_BUCKET.match(uri)):
                found[match[1]] = f"dataset.{channel}"
    for model in assembly.resources("AWS::SageMaker::Model"):
        uri = model.properties["PrimaryContainer"].get("ModelDataUrl")
        if isinstance(uri, str) and (match := LITERAL_BUCKET.match(uri)):
            found[match[1]] = "training.model_data"
    return found


def check_bucket(clients: Clients, bucket: str, setting: str, region: str) -> Iterator[Row]:
    """Check that a bucket is readable and in the environment's region, as SageMaker requires."""
    check = f"{setting}: bucket {bucket}"
    try:
        answer = clients("s3").head_bucket(Bucket=bucket)
    except ClientError as error:
        if code_of(error) == "404":
            yield Row(check, State.PROBLEM, "does not exist", f"name another in {setting}")
            return
        if code_of(error) != "403":
            raise
        action = "let the bucket's policy allow this account s3:GetObject and s3:ListBucket"
        yield Row(check, State.PROBLEM, "you may not read it", action)
        return
    found = answer.get("BucketRegion") or region
    if found == region:
        yield Row(check, State.GOOD, f"readable, in {region}")
    else:
        action = f"copy the files to a bucket in {region}"
        yield Row(check, State.PROBLEM, f"is in {found}; SageMaker reads {region} only", action)
