"""Credentials, CDK's bootstrap stack and roles, and the account's own settings."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from scripts.preflight.assembly import Account, Assembly
from scripts.preflight.clients import Clients
from scripts.preflight.deployed import Deployed
from scripts.preflight.row import Row, State, code_of, is_denied

BOOTSTRAP = "CDK bootstrap"
LOG_ROLE = "API Gateway's log role"
SESSION = "preflight"
SHORTEST_SECONDS = 900


def check_bootstrap(clients: Clients, assembly: Assembly, account: Account) -> Iterator[Row]:
    """Compare the version of CDK's bootstrap stack with the one that the templates need."""
    needed = assembly.bootstrap_version
    command = f"cdk bootstrap aws://{account.account_id}/{account.region}"
    try:
        found = clients("ssm").get_parameter(Name=assembly.bootstrap_parameter)
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        missing = f"{account.region} is not bootstrapped"
        yield Row(BOOTSTRAP, State.PROBLEM, missing, f"run `{command}`")
        return
    version = int(found["Parameter"]["Value"])
    if version < needed:
        old = f"version {version}; the templates need {needed}"
        yield Row(BOOTSTRAP, State.PROBLEM, old, f"run `{command}` again")
    else:
        yield Row(BOOTSTRAP, State.GOOD, f"version {version} in {account.region}")


def check_roles(clients: Clients, assembly: Assembly, account: Account) -> Iterator[Row]:
    """Try to assume the roles with which the CDK CLI deploys; a session changes nothing."""
    for role in assembly.roles:
        arn = str(account.text(role))
        check = f"permission: {arn.rpartition('/')[2]}"
        try:
            clients("sts").assume_role(
                RoleArn=arn, RoleSessionName=SESSION, DurationSeconds=SHORTEST_SECONDS
            )
        except ClientError as error:
            if not is_denied(error):
                raise
            action = f"allow your identity sts:AssumeRole on {arn}, or bootstrap the region"
            yield Row(check, State.PROBLEM, "you may not assume it, or it is missing", action)
        else:
            yield Row(check, State.GOOD, "you may assume it")


def check_log_role(clients: Clients, assembly: Assembly, deployed: Deployed) -> Iterator[Row]:
    """Compare the account's setting for API Gateway's logs with what the environment expects.

    Without an existing role, API Gateway refuses stages that write logs.
    """
    role = str(clients("apigateway").get_account().get("cloudwatchRoleArn") or "")
    declared = [
        one for one in assembly.resources("AWS::ApiGateway::Account") if deployed.id_of(one) is None
    ]
    if declared and not role:
        yield Row(LOG_ROLE, State.GOOD, "not set; this environment sets it")
    elif declared:
        found = f"{role}, set by another environment or application; this environment replaces it"
        action = "set api.set_account_log_role to false to leave the setting as it is"
        yield Row(LOG_ROLE, State.NOTE, found, action)
    elif role and _role_exists(clients, role):
        yield Row(LOG_ROLE, State.GOOD, role)
    else:
        found = f"{role} no longer exists" if role else "not set"
        action = "deploy with -c api.set_account_log_role=true; if it was true, with =false before"
        yield Row(LOG_ROLE, State.PROBLEM, f"{found}, so API Gateway refuses to write logs", action)


def _role_exists(clients: Clients, arn: str) -> bool:
    try:
        clients("iam").get_role(RoleName=arn.rpartition("/")[2])
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return False
        raise
    return True
