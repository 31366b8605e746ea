"""Events that SageMaker sends to EventBridge.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from collections.abc import Callable
from typing import Any

# Sends an event to the account's bus: detail type, detail and the ARN of its resource.
SendEvent = Callable[[str, dict[str, Any], str], None]


def unsent(*_event: object) -> None:
    """Send nothing."""
