"""The training job operations of the API."""

from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.errors import SageMakerError, in_use
from local_aws.sagemaker.listing import page
from local_aws.sagemaker.store import Record
from local_aws.sagemaker.training_run import ENDED, KIND, TrainingRun


class TrainingJobs:
    """Creates, describes, lists and stops training jobs."""

    def __init__(self, context: Context) -> None:
        """Use `context` for state and clients."""
        self._context = context
        self._runs: dict[str, TrainingRun] = {}

    def create(self, request: Record) -> Record:
        """CreateTrainingJob."""
        name = request["TrainingJobName"]
        if self._context.store.get(KIND, name):
            raise in_use("training job", name)
        if request["ResourceConfig"].get("InstanceCount", 1) != 1:
            raise SageMakerError(
                "ResourceLimitExceeded",
                "The embedded SageMaker trains on one machine; InstanceCount must be 1.",
            )
        path = request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        record = {
            **request,
            "TrainingJobArn": self._context.arn("training-job", name),
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": "Starting",
            "SecondaryStatusTransitions": [
                {"Status": "Starting", "StartTime": now(), "StatusMessage": "Starting the job"}
            ],
            "ModelArtifacts": {"S3ModelArtifacts": f"{path}/{name}/output/model.tar.gz"},
            "CreationTime": now(),
            "LastModifiedTime": now(),
        }
        self._context.store.put(KIND, name, record)
        run = TrainingRun(self._context, record)
        self._runs[name] = run
        run.start()
        return {"TrainingJobArn": record["TrainingJobArn"]}

    def describe(self, request: Record) -> Record:
        """DescribeTrainingJob."""
        record = self._find(request["TrainingJobName"])
        if record["TrainingJobStatus"] != "Completed":
            record.pop("ModelArtifacts")
        record.pop("Tags", None)
        return record

    def list(self, request: Record) -> Record:
        """ListTrainingJobs."""
        return page(
            self._context.store.list(KIND), request,
            name="TrainingJobName", status="TrainingJobStatus", answer="TrainingJobSummaries",
            fields=("TrainingJobArn", "CreationTime", "TrainingEndTime", "LastModifiedTime"),
        )  # fmt: skip

    def stop(self, request: Record) -> Record:
        """StopTrainingJob."""
        name = request["TrainingJobName"]
        record = self._find(name)
        if record["TrainingJobStatus"] in ENDED:
            raise SageMakerError(
                "ValidationException",
                f"The training job {name} has already ended: {record['TrainingJobStatus']}.",
            )
        self._context.store.update(
            KIND, name, TrainingJobStatus="Stopping", SecondaryStatus="Stopping"
        )
        self._runs[name].stop()
        return {}

    def restore(self) -> None:
        """End what an earlier process of the emulator left running."""
        for record in self._context.store.list(KIND):
            if record["TrainingJobStatus"] not in ENDED:
                self._context.store.update(
                    KIND, record["TrainingJobName"], TrainingJobStatus="Failed",
                    SecondaryStatus="Failed", TrainingEndTime=now(),
                    FailureReason="InternalServerError: the embedded AWS ended during the job.",
                )  # fmt: skip

    def close(self) -> None:
        """Stop all running jobs and wait for their end."""
        for run in self._runs.values():
            run.stop()
        for run in self._runs.values():
            run.join()

    def _find(self, name: str) -> Record:
        record = self._context.store.get(KIND, name)
        if record is None:
            raise SageMakerError("ValidationException", "Requested resource not found.")
        return record
