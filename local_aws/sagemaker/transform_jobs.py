"""The transform job operations of the API."""

from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.errors import SageMakerError, invalid
from local_aws.sagemaker.invocation_metrics import Publish, unpublished
from local_aws.sagemaker.listing import page
from local_aws.sagemaker.models import NamedResources
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.transform_request import check_transform_request
from local_aws.sagemaker.transform_run import ENDED, KIND, TransformRun

# Fields that DescribeTransformJob does not return
NOT_DESCRIBED = ("Tags", "LastModifiedTime")


class TransformJobs:
    """Creates, describes, lists and stops transform jobs."""

    def __init__(
        self, context: Context, models: NamedResources, publish: Publish = unpublished
    ) -> None:
        """Use `context` for state and clients; publish the metrics of jobs with the `models`."""
        self._context, self._models, self._publish = context, models, publish
        self._runs: dict[str, TransformRun] = {}

    def create(self, request: Record) -> Record:
        """CreateTransformJob."""
        name = request["TransformJobName"]
        model = self._models.find(request["ModelName"])
        role = model.get("ExecutionRoleArn")
        check_transform_request(request, str(role), self._context.client("s3", role=role))
        created = now()
        record = {
            **request,
            "TransformJobArn": self._context.arn(KIND, name),
            "TransformJobStatus": "InProgress",
            "CreationTime": created,
            "LastModifiedTime": created,
        }
        if not self._context.store.add(KIND, name, record):
            raise SageMakerError(
                "ResourceInUse",
                "Job name must be unique within an AWS account and region, and a job with this "
                f"name already exists ({record['TransformJobArn']})",
            )
        self._runs[name] = TransformRun(self._context, record, model, self._publish)
        self._runs[name].start()
        return {"TransformJobArn": record["TransformJobArn"]}

    def describe(self, request: Record) -> Record:
        """DescribeTransformJob."""
        record = self._context.store.seen(KIND, request["TransformJobName"])
        if record is None:
            raise _missing(request["TransformJobName"])
        return {key: value for key, value in record.items() if key not in NOT_DESCRIBED}

    def list(self, request: Record) -> Record:
        """ListTransformJobs."""
        return page(
            self._context.store.list(KIND), request,
            name="TransformJobName", status="TransformJobStatus", answer="TransformJobSummaries",
            fields=(
                "TransformJobArn", "CreationTime", "TransformEndTime", "LastModifiedTime",
                "FailureReason",
            ),
        )  # fmt: skip

    def stop(self, request: Record) -> Record:
        """StopTransformJob."""
        name = request["TransformJobName"]
        record = self._context.store.get(KIND, name)
        if record is None:
            raise _missing(name)
        run = self._runs.get(name)
        if run is None or not run.stop():
            status = (self._context.store.get(KIND, name) or record)["TransformJobStatus"]
            raise invalid(
                f"The request was rejected because the transform job is in status {status}."
            )
        return {}

    def restore(self) -> None:
        """Mark as failed the jobs that an earlier emulator process left running."""
        for record in self._context.store.list(KIND):
            if record["TransformJobStatus"] not in ENDED:
                self._context.store.update(
                    KIND, record["TransformJobName"], TransformJobStatus="Failed",
                    TransformEndTime=now(), LastModifiedTime=now(),
                    FailureReason="InternalServerError: the embedded AWS ended during the job.",
                )  # fmt: skip

    def close(self) -> None:
        """Stop all running jobs and wait for their end."""
        for run in self._runs.values():
            run.stop()
        for run in self._runs.values():
            run.join()


def _missing(name: str) -> SageMakerError:
    return invalid(f"Could not find requested job with name: {name}")
