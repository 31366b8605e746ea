"""S3: buckets in CloudFormation, no anonymous reads, and the account's own key."""

from http import HTTPStatus
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.services import s3
from ministack.services.cloudformation import changesets, provisioners

from local_aws.emulator.patches import kms
from local_aws.emulator.patches.cloudformation import Created, Properties

PRIVATE_NAMES = (
    (s3, "_apply_bucket_scope", "(method, bucket, key, headers, query_params, body=b'', internal=False)"),
    (s3, "_bucket_default_sse_headers", "(bucket_name)"),
    (s3, "_bucket_encryption", "AccountScopedDict"),
    (s3, "_bucket_owner_account", "(name)"),
    (s3, "_bucket_policies", "AccountScopedDict"),
    (s3, "_bucket_tags", "AccountScopedDict"),
    (s3, "_delete_bucket", "(name)"),
    (s3, "_ensure_bucket", "(name)"),
    (s3, "_error", "(code, message, status, resource='', extra=None, headers=None)"),
    (s3, "_foreign_bucket_allows", "(owner_account, bucket_name, key, method, query_params, caller, headers=None)"),
    (s3, "_request_access_key", "(method, key, headers, query_params, body)"),
    (s3, "_resolve_sse_write_headers", "(headers, bucket_name)"),
    (changesets, "_IMPORT_LOOKUPS", "dict"),
    (provisioners, "_RESOURCE_HANDLERS", "dict"),
)  # fmt: skip

ENCRYPTION = "ServerSideEncryptionConfiguration"
KEY = "KMSMasterKeyID"
HEADER = "x-amz-server-side-encryption"
KEY_HEADER = f"{HEADER}-aws-kms-key-id"


def apply() -> None:
    """Patch ministack."""
    _refuse_anonymous_reads()
    _report_missing_files()
    _encrypt_with_account_key()
    _complete_buckets()
    _complete_bucket_policies()


def _refuse_anonymous_reads() -> None:
    """Refuse unsigned requests for buckets that are not public, as S3 does.

    ministack refuses them only when it enforces IAM for everybody.
    """
    apply_scope = s3._apply_bucket_scope

    def apply_bucket_scope(  # noqa: PLR0913, PLR0917 - the signature that ministack calls
        method: str,
        bucket: str,
        key: str,
        headers: dict[str, str],
        query: dict[str, list[str]],
        body: bytes = b"",
        internal: bool = False,  # noqa: FBT001, FBT002
    ) -> Any:
        denied = apply_scope(method, bucket, key, headers, query, body, internal)
        owner = s3._bucket_owner_account(bucket) if bucket else None
        if denied is not None or internal or owner is None or method == "OPTIONS":
            return denied
        if s3._request_access_key(method, key, headers, query, body):
            return None
        if s3._foreign_bucket_allows(owner, bucket, key, method, query, "", headers):
            return None
        return s3._error("AccessDenied", "Access Denied", 403, f"/{bucket}/{key}")

    s3._apply_bucket_scope = apply_bucket_scope


def _report_missing_files() -> None:
    """Answer 404 for a missing object to a distribution that may list the bucket, as S3 does.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    fetch = s3.serve_cloudfront_origin_fetch

    def serve_cloudfront_origin_fetch(  # noqa: PLR0913, PLR0917 - the signature that ministack calls
        bucket: str,
        key: str,
        method: str,
        headers: dict[str, str],
        source_arn: str = "",
        oai_id: str = "",
    ) -> Any:
        answer = fetch(bucket, key, method, headers, source_arn, oai_id)
        found = s3._ensure_bucket(bucket)
        if answer[0] != HTTPStatus.FORBIDDEN or found is None or key in found["objects"]:
            return answer
        if not _distribution_may_list(bucket, source_arn):
            return answer
        return s3._error("NoSuchKey", "The specified key does not exist.", 404, f"/{bucket}/{key}")

    s3.serve_cloudfront_origin_fetch = serve_cloudfront_origin_fetch


def _distribution_may_list(bucket: str, source_arn: str) -> bool:
    policy = s3._bucket_policies.get_scoped(s3._bucket_owner_account(bucket), None, bucket)
    if not policy or not source_arn:
        return False
    context = EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="s3:ListBucket",
        resource_arn=f"arn:aws:s3:::{bucket}",
        region="",
        service_context={"aws:sourcearn": source_arn},
    )
    verdict = evaluate_resource_policy(policy, context, service="cloudfront.amazonaws.com")
    return bool(verdict.decision == "Allow")


def _encrypt_with_account_key() -> None:
    """Encrypt with the account's key for S3 where aws:kms is asked for without a key.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    resolve, default = s3._resolve_sse_write_headers, s3._bucket_default_sse_headers

    def completed(headers: dict[str, str]) -> dict[str, str]:
        if headers.get(HEADER) != "aws:kms" or headers.get(KEY_HEADER):
            return headers
        return {**headers, KEY_HEADER: kms.account_key("s3")}

    s3._resolve_sse_write_headers = lambda headers, bucket: resolve(completed(headers), bucket)
    s3._bucket_default_sse_headers = lambda bucket: completed(default(bucket))


def _complete_buckets() -> None:
    """Give CloudFormation's buckets tags and keys, and refuse to delete one with objects.

    CDK's function that empties a bucket before its deletion does so only if it finds CDK's tag.
    """
    handler = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        return completed(handler["create"](logical_id, properties, stack), properties)

    def update(name: str, old: Properties, new: Properties, stack: str) -> Any:
        return completed(handler["update"](name, old, new, stack), new)

    def completed(created: Created, properties: Properties) -> Created:
        tags = {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags", [])}
        s3._bucket_tags[created[0]] = tags
        for rule in properties.get("BucketEncryption", {}).get(ENCRYPTION, []):
            if KEY in rule["ServerSideEncryptionByDefault"]:
                s3._bucket_encryption[created[0]] = _encryption(rule)
        return created

    def delete(name: str, properties: Properties) -> None:
        status, _, body = s3._delete_bucket(name)
        if status == HTTPStatus.CONFLICT:
            raise RuntimeError(f"the bucket {name} is not empty: {body.decode()}")
        handler["delete"](name, properties)

    provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"] = {
        **handler, "create": create, "update": update, "delete": delete,
    }  # fmt: skip


def _encryption(rule: dict[str, Any]) -> str:
    """Return a rule of a template as S3's request, so that new objects name their key."""
    default = rule["ServerSideEncryptionByDefault"].items()
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in default)
    return (
        f"<{ENCRYPTION}><Rule><ApplyServerSideEncryptionByDefault>{fields}"
        f"</ApplyServerSideEncryptionByDefault></Rule></{ENCRYPTION}>"
    )


def _complete_bucket_policies() -> None:
    """Refuse to create the policy of a bucket that has one, and let a stack import it."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::S3::BucketPolicy"]

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        if properties["Bucket"] in s3._bucket_policies:
            raise ValueError(f"The bucket policy already exists on bucket {properties['Bucket']}.")
        return handler["create"](logical_id, properties, stack)

    def adopt(identifier: dict[str, str]) -> Created:
        return f"{identifier['Bucket']}-policy", {}  # as ministack names it

    def problem(bucket: str) -> str | None:
        return None if bucket in s3._bucket_policies else "The bucket policy does not exist"

    provisioners._RESOURCE_HANDLERS["AWS::S3::BucketPolicy"] = {
        **handler, "create": create, "import": adopt,
    }  # fmt: skip
    changesets._IMPORT_LOOKUPS["AWS::S3::BucketPolicy"] = (("Bucket",), problem)
