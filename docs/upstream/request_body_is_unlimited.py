"""A REST API accepts a body of more than 10 MB.

AWS answers 413.
Repaired by `_limit_sizes` in local_aws/emulator/patches/apigateway.py.
"""

import http.client
import json
from urllib.parse import urlsplit

import boto3

EXPECTED = 413

apis = boto3.client("apigateway")
api = apis.create_rest_api(name="long")["id"]
root = apis.get_resources(restApiId=api)["items"][0]["id"]
method = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
apis.put_method(**method, authorizationType="NONE")
apis.put_integration(
    **method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
)
apis.put_method_response(**method, statusCode="200")
apis.put_integration_response(**method, statusCode="200")
apis.create_deployment(restApiId=api, stageName="v1")
address = urlsplit(apis.meta.endpoint_url)
connection = http.client.HTTPConnection(address.hostname, address.port)
connection.request("POST", f"/_aws/execute-api/{api}/v1/", b"x" * (10 * 1024**2 + 1))
print(json.dumps({"expected": EXPECTED, "actual": connection.getresponse().status}))
