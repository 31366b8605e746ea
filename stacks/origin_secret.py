"""How the API's web ACL knows that a request came by way of CloudFront."""

from aws_cdk.aws_secretsmanager import Secret, SecretStringGenerator
from constructs import Construct

from stacks.acknowledgements import acknowledge

HEADER = "x-origin-secret"
# Set by a function at CloudFront's edge, whatever the viewer sent.
VIEWER_HEADER = "x-viewer-address"
LENGTH = 48
NOT_ROTATED = (
    "It tells where a request came from and gives access to nothing; another value would shut all "
    "callers out for the minutes until CloudFront sends it everywhere"
)
AWS_KEY = "CloudFront and the web ACL hold it in their configuration, where no key of ours applies"


class OriginSecret(Construct):
    """A random text that CloudFront sends to the API in a header.

    Creates: one secret.
    Idle: $0.40 a month.
    Destroy: it goes; another deployment makes up another text.

    Attributes:
        value: what CloudFormation turns into the text when it deploys; it is in no template.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        """Declare the secret; CloudFormation makes it up."""
        super().__init__(scope, construct_id)
        secret = Secret(
            self,
            "Secret",
            description="Sent by CloudFront to the API, whose web ACL refuses requests without it",
            generate_secret_string=SecretStringGenerator(
                password_length=LENGTH, exclude_punctuation=True
            ),
        )
        acknowledge(
            secret,
            {
                "AwsSolutions-SMG4": NOT_ROTATED,
                "NIST.800.53.R5-SecretsManagerRotationEnabled": NOT_ROTATED,
                "NIST.800.53.R5-SecretsManagerUsingKMSKey": AWS_KEY,
                "CKV_AWS_149": AWS_KEY,
            },
        )
        self.value = secret.secret_value.unsafe_unwrap()
