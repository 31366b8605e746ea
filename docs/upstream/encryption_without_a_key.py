"""PutObject with aws:kms and no key names no key.

AWS uses the account's own key for S3, and names its ARN.
Repaired by `_encrypt_with_account_key` in local_aws/emulator/patches/s3.py.
"""

import json

import boto3
from botocore.exceptions import ClientError

EXPECTED = "arn:aws:kms:us-east-1:000000000000:key/"

s3 = boto3.client("s3")
s3.create_bucket(Bucket="encrypted")
try:
    stored = s3.put_object(Bucket="encrypted", Key="k", Body=b"", ServerSideEncryption="aws:kms")
    actual = stored.get("SSEKMSKeyId", "")[: len(EXPECTED)]
except ClientError as error:
    actual = error.response["Error"]["Message"]
print(json.dumps({"expected": EXPECTED, "actual": actual}))
