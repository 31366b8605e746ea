"""A REST API shows its callers the text of a function's exception.

AWS answers 502 with nothing but `Internal server error`.
Repaired by `_hide_function_errors` in local_aws/emulator/patches/apigateway.py.
"""

import http.client
import io
import json
import zipfile
from urllib.parse import urlsplit

import boto3

EXPECTED = [502, '{"message": "Internal server error"}']

code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("index.py", "def handler(*_):\n    raise ValueError('a secret')\n")
function = boto3.client("lambda").create_function(
    FunctionName="raises", Runtime="python3.12", Handler="index.handler",
    Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": code.getvalue()},
)["FunctionArn"]  # fmt: skip
apis = boto3.client("apigateway")
api = apis.create_rest_api(name="raises")["id"]
root = apis.get_resources(restApiId=api)["items"][0]["id"]
method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
apis.put_method(**method, authorizationType="NONE")
apis.put_integration(
    **method, type="AWS_PROXY", integrationHttpMethod="POST",
    uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations",
)  # fmt: skip
apis.create_deployment(restApiId=api, stageName="v1")
address = urlsplit(apis.meta.endpoint_url)
connection = http.client.HTTPConnection(address.hostname, address.port)
connection.request("GET", f"/_aws/execute-api/{api}/v1/")
answer = connection.getresponse()
print(json.dumps({"expected": EXPECTED, "actual": [answer.status, answer.read().decode()]}))
