"""Budgets in CloudFormation, whose receivers cannot be changed and whose names are an account's."""

import json
import uuid

from ministack.services import budgets
from ministack.services.cloudformation import provisioners

from local_aws.emulator.patches.cloudformation import Created, Properties, ResourceHandler

PRIVATE_NAMES = (
    (budgets, "_create_budget", "(data)"),
    (budgets, "_delete_budget", "(data)"),
    (budgets, "_update_budget", "(data)"),
    (provisioners, "_delete_predecessor", "(delete_fn, *args, **kwargs)"),
)
RECEIVERS = "NotificationsWithSubscribers"


def budget() -> ResourceHandler:
    """Return the handler of budgets.

    CloudFormation creates a budget with other receivers before it deletes the old one.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html
    """

    def create(logical_id: str, properties: Properties, _stack: str) -> Created:
        name = properties["Budget"].get("BudgetName") or f"{logical_id}-{uuid.uuid4().hex[:12]}"
        named = {**properties["Budget"], "BudgetName": name}
        _checked(budgets._create_budget({**properties, "Budget": named}))
        return name, {"Id": name}

    def update(name: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Created:
        renamed = new["Budget"].get("BudgetName") != old["Budget"].get("BudgetName")
        if renamed or new.get(RECEIVERS) != old.get(RECEIVERS):
            created = create(logical_id, new, stack)
            provisioners._delete_predecessor(delete, name, old)
            return created
        _checked(budgets._update_budget({"NewBudget": {**new["Budget"], "BudgetName": name}}))
        return name, {"Id": name}

    def delete(name: str, _properties: Properties) -> None:
        budgets._delete_budget({"BudgetName": name})

    return {
        "create": create, "update": update, "delete": delete,
        "update_with_logical_id": True,  # type: ignore[dict-item]
    }  # fmt: skip


def _checked(answer: tuple[int, object, bytes]) -> None:
    """Raise AWS Budgets' message when it has refused a request."""
    status, _, body = answer
    if status != 200:  # noqa: PLR2004
        raise ValueError(json.loads(body)["message"])
