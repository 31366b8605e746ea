"""One deployment on an embedded AWS that enforces IAM, used and then shared by this folder."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.urls import send
from tests.conftest import Deployment, embedded_aws
from tests.proof.privilege.identities import Identities
from tests.proof.privilege.names import Names, names_of


@pytest.fixture(scope="package")
def enforced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identities]:
    """Deploy dev under the roles that it declares, with keys of its own, alarms and feedback."""
    with embedded_aws(tmp_path_factory.mktemp("enforced"), enforce_iam=True) as deployed:
        deployed.context += [
            "feedback.enabled=true", "security.customer_managed_keys=true", "operations.alarms=true",
        ]  # fmt: skip
        deployed.deploy()
        yield Identities(deployed)


@pytest.fixture(scope="package")
def names(enforced: Identities) -> Names:
    """Use the application as its callers do, and return the names of all that it consists of."""
    use(enforced.deployment)
    s3, bucket = enforced.deployment.client("s3"), enforced.deployment.outputs["DataBucketName"]
    said = s3.list_objects_v2(Bucket=bucket, Prefix="feedback/")["Contents"]
    return names_of(enforced, said[0]["Key"])


def use(deployment: Deployment) -> None:
    """Ask for a verdict, an explanation and a batch, and say that the verdict is right."""
    review = "A wonderful film, superb and moving."
    explained = {"review": review, "explain": True}
    answer = ask(deployment, "predict", explained)
    assert answer["sentiment"] == "positive"
    assert answer["explanation"]
    batch = ask(deployment, "predict/batch", {"reviews": [review, "A terrible, boring film."]})
    assert [one["sentiment"] for one in batch["predictions"]] == ["positive", "negative"]
    said = {
        "review": review, "predicted": "positive", "correct": "positive",
        "request_id": answer["request_id"],
    }  # fmt: skip
    assert ask(deployment, "feedback", said)["status"] == "recorded"


def ask(deployment: Deployment, path: str, content: object) -> dict[str, Any]:
    """Send JSON to the API by way of the page's origin and return the answer."""
    status, _, body = send(
        f"{deployment.outputs['SiteUrl']}api/{path}",
        body=json.dumps(content).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert status in {200, 201}, body
    answer: dict[str, Any] = json.loads(body)
    return answer
