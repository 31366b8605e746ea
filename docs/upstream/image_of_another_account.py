"""BatchGetImage for the registry of another account reads the caller's own registry.

AWS refuses: no other account's registry is open without a policy.
Repaired by `apply` in local_aws/emulator/patches/ecr.py.
"""

import json

import boto3
from botocore.exceptions import ClientError

EXPECTED = "AccessDeniedException"

ecr = boto3.client("ecr")
ecr.create_repository(repositoryName="pytorch-training")
try:
    ecr.batch_get_image(
        registryId="763104351884",
        repositoryName="pytorch-training",
        imageIds=[{"imageTag": "2.6"}],
    )
    actual = "answered"
except ClientError as error:
    actual = error.response["Error"]["Code"]
print(json.dumps({"expected": EXPECTED, "actual": actual}))
