"""An unsigned request reads an object of a bucket without a policy.

AWS answers 403: nobody has made the bucket public.
Repaired by `_refuse_anonymous_reads` in local_aws/emulator/patches/s3.py.
"""

import http.client
import json
from urllib.parse import urlsplit

import boto3

EXPECTED = 403

s3 = boto3.client("s3")
s3.create_bucket(Bucket="private")
s3.put_object(Bucket="private", Key="secret", Body=b"secret")
address = urlsplit(s3.meta.endpoint_url)
connection = http.client.HTTPConnection(address.hostname, address.port)
connection.request("GET", "/private/secret")
print(json.dumps({"expected": EXPECTED, "actual": connection.getresponse().status}))
