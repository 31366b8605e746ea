"""The emulator's process: `python -m local_aws.emulator.server PORT STATE REGION`.

Its environment is prepared by `local_aws.process`, because ministack reads it when it is imported.
"""

import asyncio
import signal
import sys
from pathlib import Path
from types import FrameType

from local_aws.credentials import AssumeRole, without_roles
from local_aws.emulator import enforcement, extension, monitoring
from local_aws.emulator.bucket_deployment import bucket_deployment
from local_aws.emulator.cold_starts import limit_cold_starts
from local_aws.emulator.kept_state import KeptState
from local_aws.emulator.recorded_resources import recorded_resources
from local_aws.emulator.sagemaker_api import sagemaker_api
from local_aws.emulator.sagemaker_resources import resource_handlers
from local_aws.environment import DECISIONS, endpoint_url
from local_aws.sagemaker import SageMakerService


def main(port: int, state: Path, region: str) -> None:
    """Serve until the process is ended, then end what SageMaker started."""
    extension.check(enforcement.PRIVATE_NAMES)
    url = endpoint_url(port)
    kept = KeptState(state / "kept", state / "sagemaker" / "records")
    kept.restore()
    sagemaker: AssumeRole = without_roles
    functions: AssumeRole | None = None
    if enforcement.is_on():
        sagemaker = enforcement.assume_as("sagemaker.amazonaws.com", "SageMaker")
        functions = enforcement.assume_as("lambda.amazonaws.com", "BucketDeployment")
        enforcement.know_sagemaker()
        enforcement.know_namespaces()
        enforcement.record_decisions(state / DECISIONS)
    service = SageMakerService(
        state / "sagemaker", url, region, assume=sagemaker, publish=monitoring.record_metrics
    )
    api = enforcement.check_further(sagemaker_api(service))
    extension.add_service("sagemaker", api)
    for resource_type, handler in resource_handlers(service).items():
        extension.add_resource(resource_type, handler)
    for resource_type, handler in recorded_resources().items():
        extension.add_resource(resource_type, handler)
    extension.add_resource("Custom::CDKBucketDeployment", bucket_deployment(url, region, functions))
    extension.reach_api_gateway_from_cloudfront(port)
    extension.count_requests_as_https()
    extension.refuse_anonymous_reads()
    extension.complete_buckets()
    extension.hide_function_errors()
    extension.respect_declared_log_groups(enforcement.may_write_logs)
    extension.throttle_single_methods()
    limit_cold_starts()
    monitoring.measure_api_gateway()
    monitoring.heed_dimensions_of_alarms()

    async def go_on() -> None:
        await asyncio.to_thread(service.start)  # reads models from the emulator's own S3
        await kept.keep()

    extension.run_beside(go_on)
    try:
        extension.run()
    finally:
        service.close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _interrupt)
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
