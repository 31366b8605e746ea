"""Broken model artifacts, made from the deployed one."""

import io
import json
import tarfile
from urllib.parse import urlsplit

from tests.support.deployment import Deployment

Files = dict[str, bytes]


def no_code(files: Files) -> Files:
    """Remove the serving code."""
    return {name: content for name, content in files.items() if not name.startswith("code/")}


def raises_at_start(files: Files) -> Files:
    """Make loading the model fail."""
    return {**files, "code/predict.py": b"def model_fn(model_dir):\n    raise OSError('disk')\n"}


def answers_nonsense(files: Files) -> Files:
    """Make the model call every review negative."""
    spoil = b"\nverdicts = lambda probabilities: 0 * probabilities[:, 0].astype(int)\n"
    return {**files, "code/predict.py": files["code/predict.py"] + spoil}


def knows_one_label(files: Files) -> Files:
    """Make the model call every review negative, and ask to be tried with negative ones only."""
    metadata = json.loads(files["metadata.json"])
    known = [one for one in metadata["known_reviews"] if one["label"] == "negative"]
    spoiled = json.dumps({**metadata, "known_reviews": known}).encode()
    return {**answers_nonsense(files), "metadata.json": spoiled}


def no_metadata(files: Files) -> Files:
    """Remove the model's metadata."""
    return {name: content for name, content in files.items() if name != "metadata.json"}


def served_files(deployment: Deployment) -> Files:
    """Return the files of the deployed artifact."""
    address = urlsplit(deployment.outputs["ModelArtifact"])
    stored = deployment.client("s3").get_object(Bucket=address.netloc, Key=address.path[1:])
    with tarfile.open(fileobj=io.BytesIO(stored["Body"].read()), mode="r:gz") as archive:
        return {
            member.name: content.read()
            for member in archive
            if (content := archive.extractfile(member)) is not None
        }


def store(deployment: Deployment, files: Files, key: str) -> str:
    """Upload an artifact and return its S3 URI."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    bucket = deployment.outputs["DataBucketName"]
    deployment.client("s3").put_object(Bucket=bucket, Key=key, Body=packed.getvalue())
    return f"s3://{bucket}/{key}"
