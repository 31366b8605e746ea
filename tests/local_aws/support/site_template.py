"""A page behind CloudFront: private bucket, function behind API Gateway on the page's own origin."""

from typing import Any

FUNCTION = """
import base64, json
def handler(event, context):
    body = event["body"] or ""
    raw = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    if raw == b"fail":
        raise RuntimeError("secret of the function")
    if raw == b"long":
        return {"statusCode": 200, "body": "x" * 6_300_000}
    answer = {"hex": raw[:1000].hex(), "path": event["path"], "query": event["queryStringParameters"]}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"},
            "body": json.dumps(answer)}
"""
OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"  # AWS's managed policy CachingOptimized
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AllViewerExceptHostHeader
DENY_PLAIN_HTTP = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "s3:*",
    "Resource": [
        {"Fn::GetAtt": ["Bucket", "Arn"]},
        {"Fn::Sub": "${Bucket.Arn}/*"},
    ],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ALLOW_CLOUDFRONT = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudfront.amazonaws.com"},
    "Action": "s3:GetObject",
    "Resource": {"Fn::Sub": "${Bucket.Arn}/*"},
    "Condition": {
        "StringEquals": {
            "AWS:SourceArn": {
                "Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}"
            }
        }
    },
}


def storage() -> dict[str, Any]:
    """Return the bucket and its policy."""
    return {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "Tags": [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}],
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": True,
                    "BlockPublicPolicy": True,
                    "IgnorePublicAcls": True,
                    "RestrictPublicBuckets": True,
                },
            },
        },
        "BucketPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Bucket"},
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [DENY_PLAIN_HTTP, ALLOW_CLOUDFRONT],
                },
            },
        },
    }


def api() -> dict[str, Any]:
    """Return a function that echoes, behind POST /predict of a stage named `api`."""
    uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
    return {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": FUNCTION},
            },
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Function"},
                "Principal": "apigateway.amazonaws.com",
            },
        },
        "Api": {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {"Name": "echo", "BinaryMediaTypes": ["*/*"]},
        },
        "Predict": {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
                "PathPart": "predict",
            },
        },
        "Validator": {
            "Type": "AWS::ApiGateway::RequestValidator",
            "Properties": {"RestApiId": {"Ref": "Api"}, "ValidateRequestParameters": True},
        },
        "Post": _method(uri, "POST"),
        "Any": _method(
            uri,
            "ANY",
            RequestValidatorId={"Ref": "Validator"},
            RequestParameters={"method.request.header.X-Required": True},
        ),
        "Deployment": {
            "Type": "AWS::ApiGateway::Deployment",
            "DependsOn": ["Post", "Any"],
            "Properties": {"RestApiId": {"Ref": "Api"}},
        },
        "Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "DeploymentId": {"Ref": "Deployment"},
                "StageName": "api",
            },
        },
    }


def _method(uri: str, name: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "ResourceId": {"Ref": "Predict"},
            "HttpMethod": name,
            "AuthorizationType": "NONE",
            "Integration": {
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "Uri": {"Fn::Sub": uri},
            },
            **properties,
        },
    }


def distribution() -> dict[str, Any]:
    """Return the distribution, which has both as origins and requires HTTPS."""
    return {
        "AccessControl": {
            "Type": "AWS::CloudFront::OriginAccessControl",
            "Properties": {
                "OriginAccessControlConfig": {
                    "Name": "page",
                    "OriginAccessControlOriginType": "s3",
                    "SigningBehavior": "always",
                    "SigningProtocol": "sigv4",
                }
            },
        },
        "Headers": {
            "Type": "AWS::CloudFront::ResponseHeadersPolicy",
            "Properties": {
                "ResponseHeadersPolicyConfig": {
                    "Name": "page",
                    "SecurityHeadersConfig": {
                        "FrameOptions": {"FrameOption": "DENY", "Override": True},
                        "ContentSecurityPolicy": {
                            "ContentSecurityPolicy": "default-src 'self'",
                            "Override": True,
                        },
                    },
                }
            },
        },
        "Distribution": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {
                "DistributionConfig": {
                    "Enabled": True,
                    "DefaultRootObject": "index.html",
                    "Origins": [
                        {
                            "Id": "page",
                            "DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
                            "OriginAccessControlId": {"Fn::GetAtt": ["AccessControl", "Id"]},
                            "S3OriginConfig": {"OriginAccessIdentity": ""},
                        },
                        {
                            "Id": "api",
                            "DomainName": {
                                "Fn::Sub": "${Api}.execute-api.${AWS::Region}.amazonaws.com"
                            },
                            "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
                        },
                    ],
                    "DefaultCacheBehavior": {
                        "TargetOriginId": "page",
                        "ViewerProtocolPolicy": "redirect-to-https",
                        "CachePolicyId": OPTIMIZED,
                        "ResponseHeadersPolicyId": {"Ref": "Headers"},
                    },
                    "CacheBehaviors": [
                        {
                            "PathPattern": "/api/*",
                            "TargetOriginId": "api",
                            "ViewerProtocolPolicy": "https-only",
                            "AllowedMethods": [
                                "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE",
                            ],
                            "CachePolicyId": DISABLED,
                            "OriginRequestPolicyId": ALL_BUT_HOST,
                        }
                    ],
                }
            },
        },
    }  # fmt: skip
