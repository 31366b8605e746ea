"""The web stack: API and page on one origin."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from predict_api.openapi import document
from predict_api.openapi.codes import ERRORS, NOT_FOUND
from stacks.web.page import FRONTEND
from stacks.web.site import PAGE_ADDRESS
from tests.stacks.assembly import Assembly


def distribution(assembly: Assembly) -> dict[str, Any]:
    config: dict[str, Any] = assembly.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    return config


def test_everything_is_served_over_https(assembly: Assembly) -> None:
    config = distribution(assembly)
    behaviours = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
    # The API does not redirect: by then the review would have been sent in plain text.
    policies = [one["ViewerProtocolPolicy"] for one in behaviours]
    assert policies == ["redirect-to-https", "https-only"]


def test_origins_use_tls_1_2(assembly: Assembly) -> None:
    (api,) = [one for one in distribution(assembly)["Origins"] if "CustomOriginConfig" in one]
    assert api["CustomOriginConfig"] == {
        "OriginProtocolPolicy": "https-only",
        "OriginSSLProtocols": ["TLSv1.2"],
    }


def test_the_api_refuses_old_tls(assembly: Assembly) -> None:
    api = assembly.only("AWS::ApiGateway::RestApi")
    assert api["SecurityPolicy"].startswith("SecurityPolicy_TLS13_1_2_")
    assert api["EndpointAccessMode"] == "BASIC"


def test_the_api_is_a_path_of_the_site_without_caching(assembly: Assembly) -> None:
    (behaviour,) = distribution(assembly)["CacheBehaviors"]
    assert behaviour["PathPattern"] == "/api/*"
    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
    # AllViewerExceptHostHeader: API Gateway knows only its own host name.
    assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert "POST" in behaviour["AllowedMethods"]
    assert assembly.only("AWS::ApiGateway::Stage")["StageName"] == "api"


def test_only_the_distribution_reads_the_pages_bucket(assembly: Assembly) -> None:
    policy = assembly.only("AWS::S3::BucketPolicy", "web")["PolicyDocument"]["Statement"]
    (reader,) = [one for one in policy if "s3:GetObject" in one["Action"]]
    # Listing makes S3 answer 404, and not 403, for a file that does not exist.
    assert reader["Action"] == ["s3:GetObject", "s3:ListBucket"]
    assert reader["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert "distribution/" in json.dumps(reader["Condition"]["StringEquals"]["AWS:SourceArn"])
    control = assembly.only("AWS::CloudFront::OriginAccessControl")["OriginAccessControlConfig"]
    assert control["SigningBehavior"] == "always"


def test_an_unknown_address_has_a_page_of_ours(assembly: Assembly) -> None:
    config = distribution(assembly)
    assert "CustomErrorResponses" not in config  # they would replace the API's 404 as well
    events = [one["EventType"] for one in config["DefaultCacheBehavior"]["FunctionAssociations"]]
    assert events == ["viewer-request", "viewer-response"]
    assert config["DefaultRootObject"]  # otherwise viewers could list the bucket


def test_the_function_at_the_edge_knows_all_pages() -> None:
    pages = re.search(r"PAGES = \[(.*)\]", PAGE_ADDRESS.read_text("utf-8"))
    assert pages is not None
    known = {name.strip("' /") for name in pages[1].split(",")}
    assert known == {path.name for path in FRONTEND.glob("*.html")} - {"404.html"}


@pytest.mark.parametrize(
    ("address", "file", "status"),
    [
        ("/", "/", 200),
        ("/index.html", "/index.html", 200),
        ("/api-docs", "/api-docs.html", 200),
        ("/api-docs/", "/api-docs.html", 200),
        ("/main.js", "/main.js", 200),
        ("/nothing", "/404.html", 404),
        ("/nothing/here.html", "/404.html", 404),
        ("/404", "/404.html", 404),
        ("/../main.js", "/404.html", 404),
        ("/no.php", "/404.html", 404),
        ("//main.js", "/404.html", 404),
    ],
)
def test_an_address_has_its_file_or_the_page_for_none(address: str, file: str, status: int) -> None:
    code = PAGE_ADDRESS.read_text("utf-8")
    # CloudFront's documents leave open whether the second event has the changed address.
    run = f"""
        const at = (eventType, uri) => handler({{
          context: {{ eventType }}, request: {{ uri }}, response: {{ statusCode: 200 }},
        }});
        const file = at("viewer-request", {json.dumps(address)}).uri;
        const answers = [{json.dumps(address)}, file].map(uri => at("viewer-response", uri).statusCode);
        console.log(JSON.stringify([file, ...answers]));
    """
    shown = subprocess.run(["node", "-e", code + run], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout) == [file, status, status]


def test_every_response_has_security_headers(assembly: Assembly) -> None:
    config = distribution(assembly)
    behaviours = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
    assert all("ResponseHeadersPolicyId" in behaviour for behaviour in behaviours)
    headers = assembly.only("AWS::CloudFront::ResponseHeadersPolicy")
    security = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert security["ContentTypeOptions"]["Override"] is True
    assert security["FrameOptions"]["FrameOption"] == "DENY"


def test_the_page_runs_only_its_own_files(assembly: Assembly) -> None:
    headers = assembly.only("AWS::CloudFront::ResponseHeadersPolicy")
    security = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    rules = dict(
        rule.split(" ", 1)
        for rule in security["ContentSecurityPolicy"]["ContentSecurityPolicy"].split("; ")
    )
    assert rules.pop("default-src") == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert not any("unsafe" in rule for rule in rules.values())


def test_the_default_page_is_the_index(assembly: Assembly) -> None:
    assert distribution(assembly)["DefaultRootObject"] == "index.html"


def test_the_pages_configuration_has_the_api(assembly: Assembly) -> None:
    assert json.loads(assembly.site_file("config.json")) == {
        "api": "/api",
        "maxReviewCharacters": 100_000,
        "feedback": False,
        "cited": True,
    }


def test_a_deployment_shows_a_new_page_without_an_invalidation(assembly: Assembly) -> None:
    copy = assembly.only("Custom::CDKBucketDeployment", "web")
    assert copy["SystemMetadata"] == {"cache-control": "no-cache"}
    assert "DistributionId" not in copy


def test_requests_are_throttled(dev: Assembly) -> None:
    (settings,) = dev.only("AWS::ApiGateway::Stage")["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (20, 40)
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")


def test_bodies_arrive_as_sent(assembly: Assembly) -> None:
    assert assembly.only("AWS::ApiGateway::RestApi")["BinaryMediaTypes"] == ["*/*"]


def test_the_paths_match_the_functions(assembly: Assembly) -> None:
    resources = assembly.resources("AWS::ApiGateway::Resource", "web")

    def path(logical_id: str) -> str:
        properties = resources[f"web/{logical_id}"]["Properties"]
        parent = properties["ParentId"].get("Ref")
        return (path(parent) if parent else "") + "/" + str(properties["PathPart"])

    methods = [one["Properties"] for one in assembly.resources("AWS::ApiGateway::Method").values()]
    served: dict[str, set[str]] = {}
    for method in methods:
        served.setdefault(path(method["ResourceId"]["Ref"]), set()).add(method["HttpMethod"])
        # Another method would otherwise be refused for its content type.
        assert bool(method.get("RequestParameters")) == (method["HttpMethod"] == "POST")
    assert served == {
        name: {"ANY", "POST"} if "post" in operations else {"ANY"}
        for name, operations in document(1, feedback=False)["paths"].items()
    }


def test_api_gateways_own_responses_are_problem_documents(assembly: Assembly) -> None:
    responses = assembly.resources("AWS::ApiGateway::GatewayResponse").values()
    kinds = {response["Properties"]["ResponseType"] for response in responses}
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "REQUEST_TOO_LARGE"} <= kinds
    # The response for a function without free concurrency; it would be a 500 by default.
    assert {"INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"} <= kinds
    for response in responses:
        properties = response["Properties"]
        problem = json.loads(properties["ResponseTemplates"]["application/json"])
        assert str(problem["status"]) == properties["StatusCode"]
        assert problem.keys() == {"type", "title", "status", "detail", "code", "request_id"}
        _, codes = ERRORS.get(str(problem["status"]), ("", (NOT_FOUND,)))
        assert problem["code"] in codes
        headers = dict(properties["ResponseParameters"])
        retry_after = headers.pop("gatewayresponse.header.Retry-After", None)
        assert (retry_after is not None) == (problem["status"] in {429, 500, 503, 504})
        assert headers == {
            "gatewayresponse.header.Content-Type": "'application/problem+json'",
            "gatewayresponse.header.Cache-Control": "'no-store'",
            "gatewayresponse.header.X-Request-Id": "context.requestId",
        }


def test_the_functions_environment_names_its_endpoint(assembly: Assembly) -> None:
    (function,) = [
        resource["Properties"]
        for key, resource in assembly.resources("AWS::Lambda::Function", "web").items()
        if "PredictApiHandler" in key
    ]
    variables = dict(function["Environment"]["Variables"])
    artifacts = variables.pop("ARTIFACTS_URI", None)  # prod compares models
    assert (artifacts is not None) == (assembly.environment == "prod")
    assert variables == {
        "ENDPOINT_NAME": f"sentiment-{assembly.environment}",
        "MAX_REVIEW_CHARACTERS": "100000",
        "POWERTOOLS_SERVICE_NAME": "predict_api",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": f"sentiment-{assembly.environment}",
        "POWERTOOLS_TRACE_DISABLED": "false",
    }


def test_the_functions_code_includes_its_libraries(assembly: Assembly) -> None:
    (function,) = [
        resource["Properties"]
        for key, resource in assembly.resources("AWS::Lambda::Function", "web").items()
        if "PredictApiHandler" in key
    ]
    folder = assembly.folder / f"asset.{function['Code']['S3Key'][:-4]}"
    assert (folder / "predict_api" / "handler.py").is_file()
    assert (folder / "aws_lambda_powertools" / "__init__.py").is_file()
    assert (folder / "typing_extensions.py").is_file()
    assert not list(folder.rglob("__pycache__"))
    # Python looks for a package's modules only in the package's folder.
    program = f"""
import sys
sys.path.insert(0, {str(folder)!r})
import aws_lambda_powertools, predict_api.handler
from aws_xray_sdk.core import patch
patch(["botocore"], raise_errors=True)
print(aws_lambda_powertools.__file__)
"""
    variables = function["Environment"]["Variables"]
    texts = {key: value for key, value in variables.items() if isinstance(value, str)}
    run = subprocess.run(
        [sys.executable, "-I", "-B", "-c", program],
        env={**texts, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == str(folder / "aws_lambda_powertools" / "__init__.py")
    assert sum(file.stat().st_size for file in folder.rglob("*")) < 1_500_000


def test_a_custom_domain_refuses_old_tls(altered_prod: Assembly) -> None:
    config = distribution(altered_prod)
    assert config["Aliases"] == ["films.example.com"]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    outputs = altered_prod.template("web")["Outputs"]
    assert outputs["SiteUrl"]["Value"] == "https://films.example.com/"


def test_callers_get_a_tested_version(assembly: Assembly) -> None:
    ((name, alias),) = assembly.resources("AWS::Lambda::Alias", "web").items()
    (version,) = assembly.resources("AWS::Lambda::Version", "web")
    (test,) = assembly.resources("Custom::ReleaseTest", "web")
    called = version.rpartition("/")[2]
    assert alias["Properties"]["FunctionVersion"] == {"Fn::GetAtt": [called, "Version"]}
    assert assembly.only("Custom::ReleaseTest")["VersionArn"] == {"Ref": called}
    assert alias["DependsOn"] == [test.rpartition("/")[2]]
    methods = assembly.resources("AWS::ApiGateway::Method", "web").values()
    for method in methods:
        called_by = json.dumps(method["Properties"]["Integration"]["Uri"])
        assert name.rpartition("/")[2] in called_by


def test_the_log_role_is_set_after_the_api_and_kept(assembly: Assembly) -> None:
    """Other environments use the role, also after a failed first deployment of this one."""
    resources = assembly.template("web")["Resources"]
    account = resources[
        next(iter(assembly.resources("AWS::ApiGateway::Account"))).partition("/")[2]
    ]
    assert [resources[name]["Type"] for name in account["DependsOn"]] == [
        "AWS::ApiGateway::RestApi"
    ]
    role = resources[account["Properties"]["CloudWatchRoleArn"]["Fn::GetAtt"][0]]
    for kept in (account, role):
        assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")
    stage = assembly.resources("AWS::ApiGateway::Stage", "web")
    (depends_on,) = (one["DependsOn"] for one in stage.values())
    assert account in [resources[name] for name in depends_on]
