"""Container registries: those of other accounts, such as AWS's own, are closed."""

from typing import Any

from ministack.services import ecr

from local_aws.environment import ACCOUNT

PRIVATE_NAMES = (
    (ecr, "_batch_get_image", "(data)"),
    (ecr, "error_response_json", "(code, message, status=400, extra=None, *, message_key='message', content_type='application/x-amz-json-1.0')"),
)  # fmt: skip


def apply() -> None:
    """Refuse to read another account's images, which ministack looks for in its own registry."""
    get = ecr._batch_get_image

    def batch_get_image(data: dict[str, Any]) -> Any:
        registry = data.get("registryId", ACCOUNT)
        if registry == ACCOUNT:
            return get(data)
        return ecr.error_response_json(
            "AccessDeniedException",
            "The caller is not authorized to perform: ecr:BatchGetImage on the repository "
            f"{data.get('repositoryName')} of {registry}",
            400,
        )

    ecr._batch_get_image = batch_get_image
