"""The model stack: everything that a new model replaces."""

from collections.abc import Mapping

from aws_cdk import Annotations, CfnOutput
from aws_cdk.aws_sns import ITopic, Topic
from constructs import Construct

from stacks.app_stack import AppStack
from stacks.building_blocks.assets import ROOT
from stacks.building_blocks.permissions import Permission, read_object
from stacks.datasets import PACKAGED, Dataset
from stacks.model.endpoint import Endpoint, container
from stacks.model.expiry import Expiry
from stacks.model.registration import Registration
from stacks.model.retraining import Retraining
from stacks.model.rollout import Rollout
from stacks.model.scaling import Scaling
from stacks.model.scoring import Scoring
from stacks.model.training import TrainedModel, TrainingJob
from stacks.model.training_permissions import start_scheduled_jobs
from stacks.model.trial import Artifacts, SmokeTest
from stacks.monitoring.alarms import HostAlarms, declare_idle_alarm, report_failed_trainings
from stacks.monitoring.metrics import EndpointMetrics
from stacks.names import CHECKPOINTS, VARIANT, Names
from stacks.settings.environment import EnvironmentSettings
from stacks.settings.images import SCIKIT_LEARN, ContainerImage, default_image, serving_image

SOURCE = ROOT / "model_code"
NOT_TRAINED = "not trained by this deployment"


class ModelStack(AppStack):
    """Training job, model, endpoint and its test, in one stack.

    They share a stack because an artifact exported from one stack to another could never change.

    Creates: the resources of its constructs.
    Idle: nothing with a serverless endpoint; a real-time one costs its instances, and $0.10 a
        month for each of its alarms.
    Destroy: everything in it is deleted. Artifacts, captured data and SageMaker's record of the job
        stay, so another deployment trains nothing.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        names: Names,
        settings: EnvironmentSettings,
        datasets: Mapping[str, Dataset],
    ) -> None:
        """Declare the stack.

        Args:
            scope: the application.
            names: names shared by the stacks.
            settings: the environment's settings.
            datasets: channel name to dataset.
        """
        super().__init__(
            scope,
            "model",
            names=names,
            settings=settings,
            description="Sentiment web app: training job, model and endpoint",
        )
        output = names.artifacts
        topic = Topic.from_topic_arn(self, "Alarms", names.alarm_topic_arn)
        trained = self._train(datasets, topic)
        model_data = trained.artifact if trained else str(settings.training.model_data)
        canary = settings.rollout.strategy == "canary"
        rollout = self._declare_rollout(topic) if canary else None
        image = self._serving_image()
        read_model = read_object(f"{output}/*" if trained else model_data)
        endpoint = Endpoint(
            self,
            "Endpoint",
            name=names.endpoint,
            log_group_names=self._log_groups(),
            image=image,
            model_data=model_data,
            read_model=read_model,
            settings=settings.endpoint,
            scales=settings.scaling.max_instances is not None,
            capture_uri=names.captured_data,
            network=settings.network,
            key_arn=self.data_key_arn,
            rollout=rollout,
        )
        scoring = self._declare_scoring(image, model_data, read_model)
        smoke_test = self._declare_test(endpoint, trained, image, model_data)
        self._declare_limits(endpoint, topic, asked_by=smoke_test)
        self._declare_outputs(trained, model_data, endpoint.name, scoring.model_name)
        if settings.rollout.challenger != "off":
            CfnOutput(
                self,
                "Comparison",
                value=smoke_test.comparison,
                description="The model compared with the one before it",
            )

    def _declare_test(
        self,
        endpoint: Endpoint,
        trained: TrainedModel | None,
        image: ContainerImage,
        model_data: str,
    ) -> SmokeTest:
        names, settings = self.names, self.settings
        return SmokeTest(
            self,
            "SmokeTest",
            endpoint=endpoint,
            endpoint_name=names.endpoint,
            candidate_name=names.candidate if settings.rollout.candidate else None,
            model_version=trained.job_name if trained else None,
            minimum_accuracy=settings.training.minimum_accuracy,
            trained_on_films=trained is not None
            and settings.dataset.training == PACKAGED
            and settings.dataset.labels is None,
            tags=self.resource_tags,
            artifacts=Artifacts(names.artifacts, self.data_key_arn),
            registration=self._register(image, model_data) if settings.model.register else None,
            settings=settings.rollout,
            capture_percent=settings.endpoint.capture_percent,
        )

    def _declare_outputs(
        self, trained: TrainedModel | None, model_data: str, endpoint: str, scoring_model: str
    ) -> None:
        outputs = {
            "TrainingJobName": (
                trained.job_name if trained else NOT_TRAINED,
                "Training job of the model",
            ),
            "ModelArtifact": (model_data, "S3 URI of the served model"),
            "Accuracy": (
                trained.accuracy if trained else NOT_TRAINED,
                "Share of held-out reviews that the model classifies correctly",
            ),
            "QualityGate": (
                trained.gate if trained else NOT_TRAINED,
                "Balanced accuracy of the model, and its confidence interval",
            ),
            "EndpointName": (endpoint, "SageMaker endpoint that serves the model"),
            "ScoringModelName": (scoring_model, "SageMaker model that scores files"),
        }
        for key, (value, description) in outputs.items():
            CfnOutput(self, key, value=value, description=description)

    def _train(self, datasets: Mapping[str, Dataset], topic: ITopic) -> TrainedModel | None:
        """Declare trainings by the deployment and on a schedule; return the deployment's model."""
        settings, schedule = self.settings, self.settings.retraining.schedule
        if settings.training.model_data and not schedule:
            return None
        job = self._describe_job(datasets)
        if settings.operations.alarms:
            report_failed_trainings(self, name_prefix=self.names.prefix, topic=topic)
        if schedule:
            self._retrain(job, schedule, topic)
        return None if settings.training.model_data else job.run(self.names.metrics)

    def _describe_job(self, datasets: Mapping[str, Dataset]) -> TrainingJob:
        names, training = self.names, self.settings.training
        image = (
            ContainerImage.parse(training.image)
            if training.image
            else default_image("training", self.settings.region)
        )
        return TrainingJob(
            self,
            "TrainingJob",
            name_prefix=names.prefix,
            source=SOURCE,
            image=image,
            channels={
                name: dataset.location(names.data_bucket) for name, dataset in datasets.items()
            },
            further_data=[f"{names.feedback}/"] if self.settings.schedules_feedback else [],
            dataset_identities={name: dataset.identity for name, dataset in datasets.items()},
            output=names.artifacts,
            checkpoints=f"s3://{names.data_bucket}/{CHECKPOINTS}",
            tags=self.resource_tags,
            schema=self.settings.dataset.table_schema.encode(),
            settings=training,
            network=self.settings.network,
            key_arn=self.data_key_arn,
        )

    def _retrain(self, job: TrainingJob, schedule: str, topic: ITopic) -> None:
        """Declare trainings on a schedule."""
        channels = dict(job.properties["Channels"])
        if self.settings.schedules_feedback:
            channels["feedback"] = f"{self.names.feedback}/"
        prefix = self.names.prefix
        start = start_scheduled_jobs(prefix, role=job.role, key_arn=self.data_key_arn)
        Retraining(
            self,
            "Retraining",
            name_prefix=prefix,
            environment=self.names.environment,
            schedule=schedule,
            properties=job.properties,
            channels=channels,
            start=start,
            topic=topic,
        )

    def _declare_scoring(
        self, image: ContainerImage, model_data: str, read_model: Permission
    ) -> Scoring:
        return Scoring(
            self,
            "Scoring",
            name_prefix=self.names.prefix,
            image=image,
            model_data=model_data,
            read_model=read_model,
            scored_uri=self.names.scored,
            instance_type=self.settings.scoring.instance_type,
            network=self.settings.network,
            key_arn=self.data_key_arn,
        )

    def _register(self, image: ContainerImage, model_data: str) -> Registration:
        endpoint = self.settings.endpoint
        realtime = {"Realtime": endpoint.instance_type} if endpoint.kind == "real_time" else {}
        return Registration(
            group=self.names.model_group,
            container=container(image, model_data),
            instance_types={**realtime, "Transform": self.settings.scoring.instance_type},
            is_removed=self.settings.storage.removal == "destroy",
        )

    def _declare_rollout(self, topic: ITopic) -> Rollout:
        return Rollout(
            self,
            "Rollout",
            endpoint_name=self.names.endpoint,
            variant=VARIANT,
            namespace=self.names.metrics,
            topic=topic,
            settings=self.settings.rollout,
        )

    def _log_groups(self) -> dict[str, str]:
        names = self.names
        groups = {"LogGroup": names.endpoint_log_group(names.endpoint)}
        if self.settings.rollout.candidate:
            groups["CandidateLogGroup"] = names.endpoint_log_group(names.candidate)
        return groups

    def _declare_limits(self, endpoint: Endpoint, topic: ITopic, *, asked_by: SmokeTest) -> None:
        """Declare scaling, the instances' alarms and expiry."""
        served, scaling = self.settings.endpoint, self.settings.scaling
        if scaling.max_instances is not None:
            scales = Scaling(
                self,
                "Scaling",
                endpoint_name=endpoint.name,
                variant=VARIANT,
                least=served.instance_count,
                most=scaling.max_instances,
                settings=scaling,
            )
            # After the rollout: SageMaker accepts one change to an endpoint at a time.
            scales.node.add_dependency(asked_by.resource)
        if served.kind == "real_time" and self.settings.operations.alarms:
            metrics = EndpointMetrics(self.names.endpoint, VARIANT)
            HostAlarms(self, "Hosts", metrics=metrics, topic=topic)
            idle = declare_idle_alarm(
                self,
                "IdleEndpoint",
                metrics=metrics,
                hours=served.idle_alarm_hours,
                topic=topic,
            )
            # Wait for the smoke test's requests: without any, a new endpoint would raise the alarm.
            idle.node.add_dependency(asked_by.resource)
        if served.expires_after_hours is not None:
            Expiry(
                self,
                "Expiry",
                hours=served.expires_after_hours,
            )

    def _serving_image(self) -> ContainerImage:
        chosen = self.settings.endpoint.image
        image = serving_image(chosen, self.settings.region)
        if chosen is None:
            Annotations.of(self).add_warning_v2(
                "sentiment:servingImageAge",
                f"AWS stopped patching the serving image {image.uri} on {image.patched_until}. "
                f"endpoint.image={SCIKIT_LEARN} chooses one that AWS still patches; "
                "docs/decisions/0003-serving-image.md compares them.",
            )
        return image
