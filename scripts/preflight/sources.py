"""Container images, and datasets and models in buckets that the environment does not create."""

import re
from collections.abc import Iterator
from datetime import date

from botocore.exceptions import ClientError

from scripts.preflight.assembly import Account, Assembly
from scripts.preflight.clients import Clients
from scripts.preflight.row import Row, State, code_of
from stacks.names import FEEDBACK
from stacks.settings.images import ContainerImage

# Not all feedback, which scheduled trainings read: the deployment puts a file into its folder
LITERAL = re.compile(rf"s3://[a-z0-9.-]+/(?!{FEEDBACK}/$)")
TAG = re.compile(r"[:@]((?:sha256:)?[^:@/]+)$")


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


def outside_data(assembly: Assembly, account: Account) -> dict[str, str]:
    """Return the settings that name data in S3, each with its URI.

    They include a month of feedback, which is in the environment's own bucket, but not the files
    that the deployment itself copies there.
    """
    found: dict[str, str] = {}
    for job in assembly.training_jobs():
        for channel, uri in job["Channels"].items():
            if isinstance(uri, str) or channel == FEEDBACK:
                found[f"dataset.{channel}"] = account.text(uri) or ""
    for model in assembly.resources("AWS::SageMaker::Model"):
        uri = model.properties["PrimaryContainer"].get("ModelDataUrl")
        if isinstance(uri, str):
            found["training.model_data"] = uri
    return {setting: uri for setting, uri in found.items() if LITERAL.match(uri)}


def check_data(clients: Clients, setting: str, uri: str, region: str) -> Iterator[Row]:
    """Check that data are readable and in the environment's region, as SageMaker requires."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
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
        yield from _check_objects(clients, setting, bucket, prefix)
    else:
        action = f"copy the files to a bucket in {region}"
        yield Row(check, State.PROBLEM, f"is in {found}; SageMaker reads {region} only", action)


def _check_objects(clients: Clients, setting: str, bucket: str, prefix: str) -> Iterator[Row]:
    """Check that there are data; SageMaker refuses to train on a prefix without objects."""
    listed = clients("s3").list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)
    if not listed["KeyCount"]:
        found = f"no objects under s3://{bucket}/{prefix}"
        yield Row(f"{setting}: objects", State.PROBLEM, found, f"name others in {setting}")
