"""The monthly budget of an environment and its alerts."""

from aws_cdk.aws_budgets import CfnBudget
from constructs import Construct

SPENT_PERCENT = 80
FORECAST_PERCENT = 100


class Budget(Construct):
    """A monthly budget for all resources with the environment's tags.

    AWS counts costs by tags only after their activation as cost allocation tags:
    https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html

    Its alerts cannot be changed: CloudFormation creates another budget before it deletes this one,
    so the budget has no name of the application, and CloudFormation names it.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html

    Creates: one budget with two alerts.
    Idle: nothing.
    Destroy: the budget is deleted.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        monthly_usd: float,
        tags: dict[str, str],
        topic_arn: str | None,
        email: str | None,
    ) -> None:
        """Declare the budget.

        Args:
            monthly_usd: US dollars a month.
            tags: resources with all of these tags are counted.
            topic_arn: the topic that receives alerts; it must let AWS Budgets publish.
            email: the address that receives alerts when there is no topic.
        """
        super().__init__(scope, construct_id)
        receiver = (
            CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic_arn)
            if topic_arn
            else CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=str(email))
        )
        CfnBudget(
            self,
            "Budget",
            budget=CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=CfnBudget.SpendProperty(amount=monthly_usd, unit="USD"),
                metrics=["UnblendedCost"],
                filter_expression=CfnBudget.ExpressionProperty(
                    and_=[
                        CfnBudget.ExpressionProperty(
                            tags=CfnBudget.TagValuesProperty(
                                key=key, values=[value], match_options=["EQUALS"]
                            )
                        )
                        for key, value in sorted(tags.items())
                    ]
                ),
            ),
            notifications_with_subscribers=[
                CfnBudget.NotificationWithSubscribersProperty(
                    notification=CfnBudget.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[receiver],
                )
                for kind, percent in (("ACTUAL", SPENT_PERCENT), ("FORECASTED", FORECAST_PERCENT))
            ],
        )
