"""The keys with which a part of the embedded AWS calls another."""

from collections.abc import Callable
from dataclasses import dataclass

from local_aws.environment import DUMMY_KEY


@dataclass(frozen=True)
class Credentials:
    """An access key, with the token of a role's session.

    Attributes:
        access_key: its id.
        secret_key: what requests are signed with.
        session_token: of a role's session; None for the account's own key.
    """

    access_key: str
    secret_key: str
    session_token: str | None = None

    @property
    def arguments(self) -> dict[str, str | None]:
        """The arguments that give a boto3 client these keys."""
        return {
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            "aws_session_token": self.session_token,
        }

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that give a process these keys."""
        token = {"AWS_SESSION_TOKEN": self.session_token} if self.session_token else {}
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            **token,
        }


# The account itself, which nothing is forbidden to.
ACCOUNT_KEYS = Credentials(DUMMY_KEY, DUMMY_KEY)


class RoleError(Exception):
    """A service may not assume a role; the message says which."""


# Role ARN to keys of a session of it.
AssumeRole = Callable[[str], Credentials]


def without_roles(_role_arn: str) -> Credentials:
    """Return the account's keys for every role: where nothing is enforced, none need exist."""
    return ACCOUNT_KEYS
