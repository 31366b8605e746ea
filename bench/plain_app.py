"""A plain CDK application of 45 resources, the reference of `bench.synthesis`."""

from aws_cdk import App, Stack
from aws_cdk.aws_lambda import Code, Function, Runtime
from aws_cdk.aws_s3 import Bucket
from aws_cdk.aws_sqs import Queue


def compose(app: App) -> None:
    """Add a stack of 15 queues, 10 buckets, and 10 functions with their roles."""
    stack = Stack(app, "plain")
    for number in range(15):
        Queue(stack, f"Queue{number}")
    for number in range(10):
        Bucket(stack, f"Bucket{number}")
        Function(
            stack,
            f"Function{number}",
            runtime=Runtime.PYTHON_3_13,
            handler="index.handler",
            code=Code.from_inline("def handler(event, context): return None"),
        )


if __name__ == "__main__":
    application = App(analytics_reporting=False)
    compose(application)
    application.synth()
