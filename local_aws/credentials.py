"""Access keys for calls between parts of the embedded AWS."""

from collections.abc import Callable
from dataclasses import dataclass

from local_aws.environment import DUMMY_KEY


@dataclass(frozen=True)
class Credentials:
    """An access key, with the token of a role's session if it has one."""

    access_key: str
    secret_key: str
    session_token: str | None = None  # None for the account's own key

    @property
    def arguments(self) -> dict[str, str | None]:
        """Arguments for a boto3 client with these keys."""
        return {
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            "aws_session_token": self.session_token,
        }

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables for a process with these keys."""
        token = {"AWS_SESSION_TOKEN": self.session_token} if self.session_token else {}
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            **token,
        }


# Keys of the account itself, which is allowed everything
ACCOUNT_KEYS = Credentials(DUMMY_KEY, DUMMY_KEY)


class RoleError(Exception):
    """A service may not assume the role that the message names."""


# Returns session keys of the role with this ARN
AssumeRole = Callable[[str], Credentials]


def without_roles(_role_arn: str) -> Credentials:
    """Return the account's keys for every role; without enforcement roles need not exist."""
    return ACCOUNT_KEYS
