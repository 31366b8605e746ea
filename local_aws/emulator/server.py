"""The emulator's process: `python -m local_aws.emulator.server PORT STATE REGION [PARENT]`.

With the id of its parent, it ends when the parent is gone.

`local_aws.process` prepares its environment, which ministack reads when it is imported.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from ministack.services.cloudwatch import record_metric

from local_aws.credentials import AssumeRole, without_roles
from local_aws.emulator import extension, guard, https_proxy, parent, private_names
from local_aws.emulator.bucket_deployment import bucket_deployment
from local_aws.emulator.kept_state import KeptState
from local_aws.emulator.patches import (
    access_keys,
    apigateway,
    apigateway_logs,
    budgets,
    cloudformation,
    cloudfront,
    cloudwatch,
    ecr,
    eventbridge,
    iam,
    iam_policies,
    kms,
    lambda_,
    logs,
    s3,
)
from local_aws.emulator.recorded_resources import recorded_resources
from local_aws.emulator.sagemaker_api import sagemaker_api
from local_aws.emulator.sagemaker_resources import resource_handlers
from local_aws.emulator.service_quotas_api import service_quotas_api
from local_aws.environment import DECISIONS, LAG, NEW_ACCOUNT, endpoint_url
from local_aws.sagemaker import SageMakerService
from local_aws.service_quotas import CONCURRENT_EXECUTIONS, ServiceQuotas

USERS = (
    extension, access_keys, apigateway, apigateway_logs, budgets, cloudformation, cloudfront,
    cloudwatch, ecr, eventbridge, iam, iam_policies, kms, lambda_, logs, s3,
)  # fmt: skip


def check_ministack() -> None:
    """Refuse a version of ministack that has changed a private name in use.

    Raises:
        ChangedNameError: naming the module that uses it, the name and the version.
    """
    for module in USERS:
        private_names.check(module.__name__, module.PRIVATE_NAMES)


def main(port: int, state: Path, region: str) -> None:
    """Serve until the process is ended, then end what SageMaker started."""
    url = endpoint_url(port)
    kept = KeptState(state / "kept", state / "sagemaker" / "records")
    kept.restore()
    sagemaker_role = iam.assume_as(iam.SAGEMAKER, "SageMaker")
    scheduler_role: AssumeRole = without_roles
    function_role: AssumeRole | None = None
    if iam.is_enforced():
        scheduler_role = iam.assume_as("scheduler.amazonaws.com", "Scheduler")
        function_role = iam.assume_as("lambda.amazonaws.com", "BucketDeployment")
    lag = float(os.environ.get(LAG, "0"))
    quotas = ServiceQuotas(new_account=os.environ.get(NEW_ACCOUNT) == "true")
    service = SageMakerService(
        state / "sagemaker", url, region,
        assume=iam.known_after(lag, sagemaker_role), publish=record_metric,
        send=eventbridge.send_event,
        quota=quotas.named, lag=lag,
    )  # fmt: skip
    extension.add_service("sagemaker", iam.check_further(sagemaker_api(service)))
    extension.add_service("servicequotas", service_quotas_api(quotas))
    cloudformation.apply(
        {
            **recorded_resources(),
            **resource_handlers(service, lag),
            "AWS::Budgets::Budget": budgets.budget(),
            "Custom::CDKBucketDeployment": bucket_deployment(
                url, region, function_role, slow_invalidations=lag > 0
            ),
        }
    )
    access_keys.apply()
    apigateway.apply()
    apigateway_logs.apply()
    cloudfront.apply(port)
    cloudwatch.apply()
    ecr.apply()
    eventbridge.apply(url, region, scheduler_role)
    iam.apply(state / DECISIONS)
    iam_policies.apply()
    kms.apply()
    lambda_.apply(lambda: int(quotas.value(CONCURRENT_EXECUTIONS)))
    logs.apply(iam.may_write_logs)
    s3.apply()

    async def resume() -> None:
        await asyncio.to_thread(service.start)  # reads models from the emulator's own S3
        await kept.keep()

    extension.run_in_background(resume)
    stop_proxy = https_proxy.start(state, port)
    guard.start(state)
    try:
        extension.run()
    finally:
        stop_proxy()
        service.close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _interrupt)
    if sys.argv[4:]:
        parent.end_with(int(sys.argv[4]), Path(sys.argv[2]))
    try:
        check_ministack()
    except private_names.ChangedNameError as error:
        sys.exit(str(error))
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
