"""The training job operations of the API."""

from local_aws.sagemaker import descriptions
from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.errors import SageMakerError, invalid
from local_aws.sagemaker.invocation_metrics import Publish, unpublished
from local_aws.sagemaker.listing import page
from local_aws.sagemaker.search import search
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.training_request import (
    DEFAULT_MAX_RUNTIME_SECONDS,
    check_training_request,
)
from local_aws.sagemaker.training_run import ENDED, KIND, TrainingRun

# By how much longer metrics take than records
METRICS_LAG = 2


class TrainingJobs:
    """Creates, describes, lists and stops training jobs."""

    def __init__(self, context: Context, publish: Publish = unpublished) -> None:
        """Use `context` for state and clients, and publish the jobs' metrics."""
        self._context, self._publish = context, publish
        self._runs: dict[str, TrainingRun] = {}

    def create(self, request: Record) -> Record:
        """CreateTrainingJob."""
        name = request["TrainingJobName"]
        check_training_request(request, self._context.client("s3", role=request.get("RoleArn")))
        limits = {"MaxRuntimeInSeconds": DEFAULT_MAX_RUNTIME_SECONDS}
        created = now()
        record = {
            **request,
            "TrainingJobArn": self._context.arn("training-job", name),
            "StoppingCondition": limits | request.get("StoppingCondition", {}),
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": "Starting",
            "SecondaryStatusTransitions": [
                {"Status": "Starting", "StartTime": created, "StatusMessage": "Starting the job"}
            ],
            "CreationTime": created,
            "LastModifiedTime": created,
        }
        if not self._context.store.add(KIND, name, record):
            raise SageMakerError(
                "ResourceInUse",
                "Training job names must be unique within an AWS account and region, and there is "
                f"one with this name already ({record['TrainingJobArn']}).",
            )
        self._runs[name] = TrainingRun(self._context, record, self._publish)
        self._runs[name].start()
        return {"TrainingJobArn": record["TrainingJobArn"]}

    def describe(self, request: Record) -> Record:
        """DescribeTrainingJob."""
        record = self._context.store.seen(KIND, request["TrainingJobName"])
        if record is None:
            raise _missing()
        described = self._described(record)
        described.pop("Tags", None)
        return described

    def search(self, request: Record) -> Record:
        """Search among training jobs."""
        store = self._context.store
        seen = [one for one in store.list(KIND) if store.seen(KIND, one["TrainingJobName"])]
        return search("TrainingJob", [self._described(one) for one in seen], request)

    def _described(self, record: Record) -> Record:
        # The metrics arrive after the end, from the job's log.
        late = METRICS_LAG * self._context.store.lag
        if now() - float(record.get("TrainingEndTime", 0)) < late:
            record.pop("FinalMetricDataList", None)
        return descriptions.training_job(record)

    def list(self, request: Record) -> Record:
        """ListTrainingJobs."""
        return page(
            self._context.store.list(KIND), request, order="Ascending",
            name="TrainingJobName", status="TrainingJobStatus", answer="TrainingJobSummaries",
            fields=(
                "TrainingJobArn", "CreationTime", "TrainingEndTime", "LastModifiedTime",
                "SecondaryStatus",
            ),
        )  # fmt: skip

    def stop(self, request: Record) -> Record:
        """StopTrainingJob."""
        name = request["TrainingJobName"]
        self._find(name)
        run = self._runs.get(name)
        if run is None or not run.stop():
            status = self._find(name)["TrainingJobStatus"]
            raise invalid(
                f"The request was rejected because the training job is in status {status}."
            )
        return {}

    def interrupt(self, request: Record) -> Record:
        """Take a spot job's machines away, as AWS may; AWS's API has no such operation.

        Raises:
            SageMakerError: for a job that is not running on spot machines.
        """
        name = str(request.get("TrainingJobName", ""))
        if not self._find(name).get("EnableManagedSpotTraining"):
            raise invalid(f"The training job {name} does not use managed spot training.")
        run = self._runs.get(name)
        if run is None or not run.interrupt():
            status = self._find(name)["TrainingJobStatus"]
            raise invalid(f"The training job {name} is in status {status}.")
        return {}

    def restore(self) -> None:
        """Mark as failed the jobs that an earlier emulator process left running."""
        for record in self._context.store.list(KIND):
            if record["TrainingJobStatus"] not in ENDED:
                self._context.store.update(
                    KIND, record["TrainingJobName"], TrainingJobStatus="Failed",
                    SecondaryStatus="Failed", TrainingEndTime=now(), LastModifiedTime=now(),
                    FailureReason="InternalServerError: the embedded AWS ended during the job.",
                )  # fmt: skip

    def close(self) -> None:
        """Stop all running jobs and wait for their end."""
        for run in self._runs.values():
            run.close()
        for run in self._runs.values():
            run.join()

    def _find(self, name: str) -> Record:
        record = self._context.store.get(KIND, name)
        if record is None:
            raise _missing()
        return record


def _missing() -> SageMakerError:
    return invalid("Requested resource not found.")
