"""The endpoint operations of the API, and invocations."""

import contextlib
import http.client
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus

from local_aws.sagemaker import descriptions
from local_aws.sagemaker.canary import Canary, UpdatePolicy, bake
from local_aws.sagemaker.capacity import Capacity, Quota, unlimited
from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.errors import SageMakerError, in_use, invalid, not_found
from local_aws.sagemaker.invocation_metrics import Publish, Stopwatch
from local_aws.sagemaker.invocation_targets import check_targets
from local_aws.sagemaker.listing import page
from local_aws.sagemaker.logs import LogStream
from local_aws.sagemaker.models import NamedResources
from local_aws.sagemaker.served_model import ServedModel
from local_aws.sagemaker.store import Record

AT_ONCE = UpdatePolicy(percent=100, bake_seconds=0, keep_seconds=0, alarms=())
KIND = "endpoint"
# Kinds of variant properties, and the member of the variant
RETAINED = {"DesiredInstanceCount": "InitialInstanceCount", "DesiredWeight": "InitialVariantWeight"}
BUSY = {"Creating", "Updating", "Deleting"}
# AWS takes minutes to delete an endpoint.
DELETION_SECONDS = 1.0
MAX_BODY = 6_291_456
MAX_SERVERLESS_BODY = 4 * 1024 * 1024
TIMED_OUT = 0  # status that AWS reports when a container has not answered
TIME_OUT = b"Your invocation timed out while waiting for a response from container primary."


class Endpoints:
    """Creates, updates, deletes and invokes endpoints."""

    def __init__(
        self,
        context: Context,
        models: NamedResources,
        configs: NamedResources,
        publish: Publish,
        quota: Quota = unlimited,
    ) -> None:
        """Serve the models that endpoint configurations name."""
        self._context, self._models, self._configs = context, models, configs
        self._publish = publish
        self._capacity = Capacity(quota)
        self._lock = threading.RLock()
        self._served: dict[str, ServedModel] = {}
        self._draining: set[ServedModel] = set()
        self._canaries: dict[str, Canary] = {}
        self._changes: list[threading.Thread] = []
        # By endpoint and writing role
        self._logs: dict[tuple[str, str | None], LogStream] = {}
        self._closing = threading.Event()

    def create(self, request: Record) -> Record:
        """CreateEndpoint."""
        name, config = request["EndpointName"], request["EndpointConfigName"]
        variant, _ = self._model_of(config)
        arn = self._context.arn(KIND, name)
        created = now()
        record = {
            **request, "EndpointArn": arn, "EndpointStatus": "Creating",
            "CreationTime": created, "LastModifiedTime": created,
        }  # fmt: skip
        if not self._context.store.add(KIND, name, record):
            raise in_use(KIND, arn)
        try:
            self._capacity.add(name, variant)
        except SageMakerError:
            self._context.store.delete(KIND, name)
            raise
        self._change(record, config)
        return {"EndpointArn": arn}

    def update(self, request: Record) -> Record:
        """UpdateEndpoint: the old model serves until the new one has started."""
        name, config = request["EndpointName"], request["EndpointConfigName"]
        variant, _ = self._model_of(config)
        with self._lock:
            record = self._find(name)
            kept = self._kept(request)
            if record["EndpointStatus"] in BUSY:
                raise invalid(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')
            if record["EndpointStatus"] == "Failed":
                raise invalid(
                    f'The endpoint "{record["EndpointArn"]}" has failed; it can only be deleted.'
                )
            self._capacity.add(name, {**variant, **kept})
            self._context.store.update(
                KIND, name, EndpointStatus="Updating", LastModifiedTime=now(), FailureReason=""
            )
        retains = request.get("RetainAllVariantProperties", False)
        capture = record.get("DataCaptureConfig", {}) if retains else None
        policy = UpdatePolicy.of(request.get("DeploymentConfig", {}))
        self._change(record, config, policy, kept, capture)
        return {"EndpointArn": record["EndpointArn"]}

    def describe(self, request: Record) -> Record:
        """DescribeEndpoint."""
        record = self._context.store.seen(KIND, request["EndpointName"])
        if record is None:
            raise not_found(KIND, self._context.arn(KIND, request["EndpointName"]))
        for key in ("Tags", "DeploymentConfig"):
            record.pop(key, None)
        for key in ("FailureReason", "DataCaptureConfig"):
            if not record.get(key):
                record.pop(key, None)
        with self._lock:
            served = self._served.get(request["EndpointName"])
        if served is not None:
            record["ProductionVariants"] = [
                descriptions.variant(served.variant, served.image, served.started)
            ]
        return record

    def list(self, request: Record) -> Record:
        """ListEndpoints."""
        return page(
            self._context.store.list(KIND), request,
            name="EndpointName", status="EndpointStatus", answer="Endpoints",
            fields=("EndpointArn", "CreationTime", "LastModifiedTime"),
        )  # fmt: skip

    def delete(self, request: Record) -> Record:
        """DeleteEndpoint: the endpoint answers no more, but keeps its capacity for a while."""
        name = request["EndpointName"]
        with self._lock:
            if self._find(name)["EndpointStatus"] == "Deleting":
                return {}
            self._context.store.update(
                KIND, name, EndpointStatus="Deleting", LastModifiedTime=now()
            )
            served = self._served.pop(name, None)
            canary = self._canaries.pop(name, None)
        for model in (served, canary and canary.model):
            if model:
                model.close()
        self._in_background(self._remove, name)
        return {}

    def _remove(self, name: str) -> None:
        self._closing.wait(DELETION_SECONDS)
        with self._lock:
            logs = [self._logs.pop(key) for key in list(self._logs) if key[0] == name]
            self._context.store.delete(KIND, name)
            self._capacity.release(name)
        for log in logs:
            log.close()

    def invoke(
        self, name: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """InvokeEndpoint. Return status, headers and body of the model's answer.

        Raises:
            SageMakerError: when the endpoint is not in service, does not have what a header
                addresses, the body is too large, a serverless endpoint is at its maximum
                concurrency, or the container cannot be reached.
        """
        watch = Stopwatch()
        with self._lock:
            served = self._served.get(name)
            if served is None:
                raise SageMakerError(
                    "ValidationError",
                    f"Endpoint {name} of account {self._context.account} not found.",
                )
            canary = self._canaries.get(name)
            if canary is not None and canary.takes_next():
                served = canary.model
            check_targets(name, str(served.variant["VariantName"]), headers)
            limit = MAX_SERVERLESS_BODY if "ServerlessConfig" in served.variant else MAX_BODY
            if len(body) > limit:
                raise SageMakerError(
                    "ValidationError", f"The request has {len(body)} bytes; the limit is {limit}.",
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                )  # fmt: skip
            # The lock keeps an update from ending the container before the request is sent.
            if not served.reserve():
                raise SageMakerError("ThrottlingException", "Rate exceeded")
        status, content_type, answer = TIMED_OUT, "text/plain", TIME_OUT
        watch.asks_container()
        try:
            status, content_type, answer = served.invoke(body, headers)
        except TimeoutError:
            pass
        except (OSError, http.client.HTTPException) as error:
            raise SageMakerError(
                "InternalFailure", "The container cannot be reached.", 500
            ) from error
        finally:
            watch.container_answered()
            watch.publish(self._publish, name, served.variant, status)
        variant = {"x-Amzn-Invoked-Production-Variant": str(served.variant["VariantName"])}
        return status, {"Content-Type": content_type, **variant}, answer

    def restore(self) -> None:
        """Serve the endpoints of an earlier emulator process again."""
        for record in self._context.store.list(KIND):
            name, config = record["EndpointName"], record["EndpointConfigName"]
            if record["EndpointStatus"] == "Deleting":
                self._context.store.delete(KIND, name)
            elif record["EndpointStatus"] != "Failed":
                with contextlib.suppress(SageMakerError):  # its configuration may be gone
                    self._capacity.add(name, self._model_of(config)[0])
                self._context.store.update(KIND, name, EndpointStatus="Updating")
                self._change(record, config)

    def close(self) -> None:
        """End all containers, including those that start or drain."""
        self._closing.set()
        with self._lock:
            trying = [canary.model for canary in self._canaries.values()]
            ending = [*self._served.values(), *trying, *self._draining]
            self._served.clear()
            self._canaries.clear()
        for model in ending:
            model.close()
        for change in self._changes:
            change.join()
        for log in self._logs.values():
            log.close()

    def _kept(self, request: Record) -> Record:
        """Return the properties of the variant in service that an update retains.

        The capture settings are retained as well and cannot be excluded.
        Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VariantProperty.html

        Raises:
            SageMakerError: for an exclusion that is not supported.
        """
        excluded = {
            one["VariantPropertyType"]
            for one in request.get("ExcludeRetainedVariantProperties", [])
        }
        if "DataCaptureConfig" in excluded:
            raise invalid("VariantPropertyType DataCaptureConfig is not currently supported.")
        served = self._served.get(request["EndpointName"])
        if served is None or not request.get("RetainAllVariantProperties"):
            return {}
        return {
            member: served.variant[member]
            for kind, member in RETAINED.items()
            if kind not in excluded and member in served.variant
        }

    def _change(
        self,
        record: Record,
        config: str,
        policy: UpdatePolicy = AT_ONCE,
        kept: Record | None = None,
        capture: Record | None = None,
    ) -> None:
        """Put a configuration into service in the background.

        Args:
            record: the endpoint.
            config: name of the configuration.
            policy: how the traffic moves to it.
            kept: properties of the variant that replace the configuration's.
            capture: capture settings that replace the configuration's.
        """
        self._in_background(self._bring_up, record, config, policy, kept or {}, capture)

    def _in_background(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._changes = [change for change in self._changes if change.is_alive()] + [thread]
        thread.start()

    def _bring_up(
        self,
        record: Record,
        config: str,
        policy: UpdatePolicy,
        kept: Record,
        capture: Record | None,
    ) -> None:
        name = record["EndpointName"]
        try:
            variant, model = self._model_of(config)
            variant = {**variant, **kept}
            if capture is None:
                capture = _capture(self._configs.find(config))
            log = self._log(name, model.get("ExecutionRoleArn"))
            new = ServedModel(self._context, variant, model, log.write, self._closing)
        except Exception as error:  # noqa: BLE001 - whatever it is, the endpoint must settle
            self._settle_failure(record, str(error))
            return
        alarm = self._try_out(name, new, policy)
        if alarm is not None:
            new.drain()
            with self._lock:
                self._draining.discard(new)
            reason = f"Alarm {alarm} went off during the deployment, which was rolled back."
            self._settle_failure(record, reason)
            return
        with self._lock:
            if self._closing.is_set() or not self._is_current(record):
                old: ServedModel | None = new
            else:
                old = self._served.get(name)
                self._served[name] = new
                self._context.store.update(
                    KIND, name, EndpointStatus="InService", EndpointConfigName=config,
                    LastModifiedTime=now(), FailureReason="", DataCaptureConfig=capture,
                )  # fmt: skip
                self._capacity.keep_last(name)
            if old is not None:
                self._draining.add(old)
        if old is not None:
            old.drain()
            with self._lock:
                self._draining.discard(old)

    def _try_out(self, name: str, new: ServedModel, policy: UpdatePolicy) -> str | None:
        """Give a new model its share of the requests; return the alarm that rolls it back."""
        if not policy.alarms:
            return None
        cloudwatch = self._context.client("cloudwatch")
        phases = [(policy.percent, policy.bake_seconds), (100, policy.keep_seconds)]
        for percent, seconds in phases:
            with self._lock:
                if name not in self._served or self._closing.is_set():
                    return None
                self._canaries[name] = Canary(new, percent)
            alarm = bake(cloudwatch, policy, seconds, self._closing)
            if alarm is not None:
                break
        with self._lock:
            self._canaries.pop(name, None)
            if alarm is not None:
                self._draining.add(new)
        return alarm

    def _settle_failure(self, record: Record, reason: str) -> None:
        name = record["EndpointName"]
        with self._lock:
            if self._closing.is_set() or not self._is_current(record):
                return
            # An update that fails leaves the old configuration in service.
            status = "InService" if name in self._served else "Failed"
            if status == "Failed":
                self._capacity.release(name)
            else:
                self._capacity.keep_first(name)
            self._context.store.update(
                KIND, name, EndpointStatus=status, FailureReason=reason, LastModifiedTime=now()
            )

    def _is_current(self, record: Record) -> bool:
        """Return whether the endpoint was neither deleted nor recreated since `record` was read."""
        current = self._context.store.get(KIND, record["EndpointName"])
        return (
            current is not None
            and current["CreationTime"] == record["CreationTime"]
            and current["EndpointStatus"] != "Deleting"
        )

    def _log(self, name: str, role: str | None) -> LogStream:
        with self._lock:
            if (name, role) not in self._logs:
                self._logs[name, role] = LogStream(
                    self._context.client("logs", role=role), f"/aws/sagemaker/Endpoints/{name}",
                    f"AllTraffic/{int(now())}",
                )  # fmt: skip
            return self._logs[name, role]

    def _model_of(self, config: str) -> tuple[Record, Record]:
        """Return the production variant and the model of an endpoint configuration."""
        variant: Record = self._configs.find(config)["ProductionVariants"][0]
        return variant, self._models.find(variant["ModelName"])

    def _find(self, name: str) -> Record:
        record = self._context.store.get(KIND, name)
        if record is None:
            raise not_found(KIND, self._context.arn(KIND, name))
        return record


def _capture(config: Record) -> Record:
    """Return the capture settings of an endpoint in service, or nothing."""
    settings = config.get("DataCaptureConfig")
    if settings is None:
        return {}
    enabled = bool(settings.get("EnableCapture", True))
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": settings["InitialSamplingPercentage"],
        "DestinationS3Uri": settings["DestinationS3Uri"],
        "KmsKeyId": settings.get("KmsKeyId", ""),
    }
