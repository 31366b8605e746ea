"""Calls that the embedded AWS decides: what the application needs is allowed, all else refused."""

from http import HTTPStatus

import pytest
from botocore.exceptions import ClientError

from local_aws.urls import send
from tests.proof.privilege.calls import (
    ALLOWED,
    API_LOG,
    CONTROLS,
    REFUSED,
    SECTION,
    SITE_CLEANER,
    SMOKE_TEST_WAITER,
    STORAGE_CLEANER,
    TRAINING_WAITER,
    Call,
)
from tests.proof.privilege.identities import Identities, acting, refusal, refused
from tests.proof.privilege.names import Names
from tests.proof.table import ProofTable

pytestmark = pytest.mark.slow
# The embedded AWS runs state machines and API Gateway in process; cleanup runs on destroy.
SILENT = {SMOKE_TEST_WAITER, TRAINING_WAITER, API_LOG, SITE_CLEANER, STORAGE_CLEANER}

BUCKETS = {"site": "page's", "data": "data", "logs": "log", "assets": "asset"}
OBJECTS = {"dataset": "the dataset", "artifact": "the artifact", "source": "the source"}


@pytest.mark.usefixtures("names")
def test_deployment_and_application_need_no_further_permission(
    enforced: Identities, proof_table: ProofTable
) -> None:
    """Must run before the tests that provoke refusals."""
    decisions = enforced.decisions()
    assert refused(decisions) == []
    assert enforced.silent() == SILENT
    cdk = {name.split("-")[2] for name in acting(decisions) if name.startswith("cdk-")}
    assert {"deploy", "file"} <= cdk
    proof_table.add(
        CONTROLS,
        "`cdk deploy` of dev with customer-managed keys, alarms and feedback; a verdict, an "
        "explanation, a batch and feedback through the page's origin (executed)",
        f"{len(decisions)} decisions, none refused; {len(enforced.arns) - len(SILENT)} roles of the "
        "stacks took part, and CDK's deploy and publishing roles. The roles of state machines, API "
        "Gateway and bucket cleanup are simulated below",
    )


@pytest.mark.parametrize("call", ALLOWED, ids=lambda call: call.words)
def test_a_role_may_make_the_calls_it_needs(
    enforced: Identities, names: Names, call: Call, proof_table: ProofTable
) -> None:
    before = len(enforced.decisions())
    make(enforced, names, call)
    assert (call.action, True) in taken(enforced, before)
    proof_table.add(CONTROLS, call.words, f"executed: `{call.action}` allowed")


@pytest.mark.parametrize("call", REFUSED, ids=lambda call: call.words)
def test_a_role_may_make_no_other_calls(
    enforced: Identities, names: Names, call: Call, proof_table: ProofTable
) -> None:
    before = len(enforced.decisions())
    with pytest.raises(ClientError) as error:
        make(enforced, names, call)
    assert refusal(error.value), error.value
    # The call was refused for this permission, not because it was malformed.
    assert taken(enforced, before)[-1] == (call.action, False)
    proof_table.add(SECTION, call.words, f"executed: `{call.action}` refused")


def make(enforced: Identities, names: Names, call: Call) -> None:
    """Carry out a call as its role."""
    service, _, method = call.operation.partition(".")
    getattr(enforced.client(service, call.role), method)(**call.arguments(names))


def taken(enforced: Identities, before: int) -> list[tuple[str, bool]]:
    """Return action and outcome of the decisions after the first `before`."""
    return [
        (one["action"], one["allowed"])
        for one in enforced.decisions()[before:]
        if ":assumed-role/sentiment-" in one["principal"]
    ]


def test_sagemaker_cannot_assume_a_role_that_does_not_trust_it(
    enforced: Identities, names: Names, proof_table: ProofTable
) -> None:
    sagemaker = enforced.deployment.client("sagemaker")
    asked = names.training("sentiment-dev-x", role="web/PredictApiHandlerRole")
    with pytest.raises(ClientError, match="Could not assume role"):
        sagemaker.create_training_job(**asked)
    words = "Account administrator: run a training job as the API function"
    proof_table.add(SECTION, words, "executed: SageMaker refuses to assume the role")


@pytest.mark.parametrize(
    ("bucket", "key", "method"),
    [
        ("site", "index.html", "GET"),
        ("site", "", "GET"),
        ("site", "index.html", "PUT"),
        ("data", "dataset", "GET"),
        ("data", "artifact", "GET"),
        ("data", "feedback", "GET"),
        ("data", "artifact", "DELETE"),
        ("data", "", "GET"),
        ("logs", "", "GET"),
        ("assets", "source", "GET"),
    ],
)
def test_buckets_are_closed_to_anonymous_callers(
    enforced: Identities, names: Names, proof_table: ProofTable, bucket: str, key: str, method: str
) -> None:
    where = f"{getattr(names, bucket)}/{getattr(names, key, key)}"
    status, _, body = send(
        f"http://127.0.0.1:{enforced.deployment.port}/{where}",
        method=method,
        body=b"x" if method == "PUT" else None,
    )
    assert (status, b"AccessDenied" in body) == (HTTPStatus.FORBIDDEN, True)
    request = f"{method} of {OBJECTS.get(key, key)}" if key else "listing of objects"
    words = f"Anyone: unsigned {request} in the {BUCKETS[bucket]} bucket"
    proof_table.add(SECTION, words, "executed: 403 AccessDenied")


@pytest.mark.parametrize(
    ("origin", "path", "method", "expected"),
    [
        ("ApiUrl", "users", "GET", HTTPStatus.NOT_FOUND),
        ("ApiUrl", "predict/batch/all", "POST", HTTPStatus.NOT_FOUND),
        ("ApiUrl", "../test/predict", "POST", HTTPStatus.NOT_FOUND),
        ("ApiUrl", "predict", "DELETE", HTTPStatus.METHOD_NOT_ALLOWED),
        ("ApiUrl", "model", "PUT", HTTPStatus.METHOD_NOT_ALLOWED),
        ("ApiUrl", "feedback", "GET", HTTPStatus.METHOD_NOT_ALLOWED),
        ("SiteUrl", "index.html", "PUT", HTTPStatus.FORBIDDEN),
        ("SiteUrl", "index.html", "DELETE", HTTPStatus.FORBIDDEN),
        ("SiteUrl", "secret.txt", "GET", HTTPStatus.NOT_FOUND),
        ("SiteUrl", "api/users", "GET", HTTPStatus.NOT_FOUND),
    ],
)
def test_api_and_page_have_no_other_methods_or_paths(
    enforced: Identities,
    proof_table: ProofTable,
    origin: str,
    path: str,
    method: str,
    expected: int,
) -> None:
    url = enforced.deployment.outputs[origin].removesuffix("/") + f"/{path}"
    body = None if method == "GET" else b"A fine film."
    status = send(url, method=method, body=body, headers={"Content-Type": "text/plain"})[0]
    assert status == expected
    where = "the API" if origin == "ApiUrl" else "the page's origin"
    proof_table.add(SECTION, f"Anyone: {method} {path} on {where}", f"executed: {expected:d}")


def test_the_page_is_public(enforced: Identities, proof_table: ProofTable) -> None:
    status, _, body = send(enforced.deployment.outputs["SiteUrl"])
    assert (status, b"<html" in body) == (HTTPStatus.OK, True)
    proof_table.add(CONTROLS, "Anyone: GET the page", "executed: 200")
