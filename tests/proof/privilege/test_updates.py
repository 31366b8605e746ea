"""An update with another training, signed requests only, and the destroy.

This module changes the shared deployment. Modules run in the order of their names, so it runs last.
"""

from http import HTTPStatus

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local_aws.environment import DEFAULT_REGION
from local_aws.urls import send
from tests.proof.leftovers import leftovers
from tests.proof.privilege.calls import (
    API,
    CONTROLS,
    EMPTYING,
    SECTION,
    SITE_CLEANER,
    STORAGE_CLEANER,
    WHO,
)
from tests.proof.privilege.identities import Identities, done, refused
from tests.proof.table import ProofTable

pytestmark = pytest.mark.slow
SIGNED = ("api.access=iam", "training.iterations=40")


def test_an_update_needs_no_further_permission(
    enforced: Identities, proof_table: ProofTable
) -> None:
    cleaner = enforced.arns[SITE_CLEANER]  # the page is removed because it cannot sign requests
    before = len(enforced.decisions())
    job = enforced.deployment.outputs["TrainingJobName"]
    outputs = enforced.deployment.deploy(*SIGNED)
    assert outputs["TrainingJobName"] != job
    assert "reviews that neither was trained on" in outputs["Comparison"]
    since = enforced.decisions()[before:]
    assert refused(since) == []
    assert done(since, cleaner) >= EMPTYING
    proof_table.add(
        CONTROLS,
        "An update that trains another model, tests it on a candidate endpoint, compares it with "
        "the old one, replaces that, retires it and empties the page's bucket (executed)",
        f"{len(since)} decisions, none refused; the page bucket cleanup function took part",
    )


def test_only_signed_requests_are_accepted(enforced: Identities, proof_table: ProofTable) -> None:
    url = enforced.deployment.outputs["ApiUrl"] + "predict"
    body, headers = b"A wonderful film.", {"Content-Type": "text/plain"}
    assert send(url, body=body, headers=headers)[0] == HTTPStatus.FORBIDDEN
    proof_table.add(SECTION, "Anyone: an unsigned request with api.access=iam", "executed: 403")
    stranger = enforced.client("sts", API)._request_signer._credentials  # noqa: SLF001 - its keys
    assert send(url, body=body, headers=signed(url, body, stranger))[0] == HTTPStatus.FORBIDDEN
    words = f"{WHO[API]}: a signed request to its own API"
    proof_table.add(SECTION, words, "executed: `execute-api:Invoke` refused")
    administrator = boto3.Session("test", "test").get_credentials()
    status, _, answer = send(url, body=body, headers=signed(url, body, administrator))
    assert (status, answer) == (HTTPStatus.OK, b"1")
    proof_table.add(CONTROLS, "Account administrator: a signed request", "executed: 200")


def test_a_destroy_needs_no_further_permission(
    enforced: Identities, proof_table: ProofTable
) -> None:
    cleaner = enforced.arns[STORAGE_CLEANER]
    before = len(enforced.decisions())
    enforced.deployment.destroy(*SIGNED)
    since = enforced.decisions()[before:]
    assert refused(since) == []
    assert done(since, cleaner) >= EMPTYING
    left = leftovers(enforced.deployment.client)
    (role,) = left.pop("roles")  # API Gateway's account-wide setting names it
    assert role.startswith("sentiment-dev-web-PredictApiAccountLogRole")
    assert left == {"log groups": {"/aws/sagemaker/TrainingJobs"}}
    proof_table.add(
        CONTROLS,
        "`cdk destroy`: buckets emptied, endpoint deleted, artifacts retired (executed)",
        f"{len(since)} decisions, none refused; the storage bucket cleanup function took part",
    )


def signed(url: str, body: bytes, credentials: Credentials) -> dict[str, str]:
    """Return the headers of a signed request to API Gateway."""
    request = AWSRequest("POST", url, data=body, headers={"Content-Type": "text/plain"})
    SigV4Auth(credentials, "execute-api", DEFAULT_REGION).add_auth(request)
    return dict(request.headers.items())
