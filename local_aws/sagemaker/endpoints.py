"""The endpoint operations of the API, and invocations."""

import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus

from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.errors import SageMakerError, in_use, not_found
from local_aws.sagemaker.listing import page
from local_aws.sagemaker.logs import LogStream
from local_aws.sagemaker.models import NamedResources
from local_aws.sagemaker.served_model import ServedModel
from local_aws.sagemaker.store import Record

KIND = "endpoint"
BUSY = {"Creating", "Updating", "Deleting"}
MAX_BODY = 6_291_456
MAX_SERVERLESS_BODY = 4 * 1024 * 1024


class Endpoints:
    """Creates, updates, deletes and invokes endpoints."""

    def __init__(self, context: Context, models: NamedResources, configs: NamedResources) -> None:
        """Serve models named by endpoint configurations."""
        self._context, self._models, self._configs = context, models, configs
        self._lock = threading.RLock()
        self._served: dict[str, ServedModel] = {}
        self._logs: dict[str, LogStream] = {}

    def create(self, request: Record) -> Record:
        """CreateEndpoint."""
        name = request["EndpointName"]
        self._configs.find(request["EndpointConfigName"])
        with self._lock:
            if self._context.store.get(KIND, name):
                raise in_use(KIND, name)
            arn = self._context.arn(KIND, name)
            record = {
                **request, "EndpointArn": arn, "EndpointStatus": "Creating",
                "CreationTime": now(), "LastModifiedTime": now(),
            }  # fmt: skip
            self._context.store.put(KIND, name, record)
        self._in_background(self._bring_up, name, request["EndpointConfigName"])
        return {"EndpointArn": arn}

    def update(self, request: Record) -> Record:
        """UpdateEndpoint: the new model starts beside the old one, which serves until then."""
        name = request["EndpointName"]
        self._configs.find(request["EndpointConfigName"])
        with self._lock:
            record = self._find(name)
            if record["EndpointStatus"] in BUSY:
                raise SageMakerError(
                    "ValidationException",
                    f"Cannot update in-progress endpoint {record['EndpointArn']!r}.",
                )
            self._context.store.update(
                KIND, name, EndpointStatus="Updating", LastModifiedTime=now(), FailureReason=""
            )
        self._in_background(self._bring_up, name, request["EndpointConfigName"])
        return {"EndpointArn": record["EndpointArn"]}

    def describe(self, request: Record) -> Record:
        """DescribeEndpoint."""
        record = self._find(request["EndpointName"])
        for key in ("Tags", "DeploymentConfig"):
            record.pop(key, None)
        if not record.get("FailureReason"):
            record.pop("FailureReason", None)
        config = self._context.store.get("endpoint-config", record["EndpointConfigName"])
        if config is not None and record["EndpointStatus"] == "InService":
            record["ProductionVariants"] = [_summary(v) for v in config["ProductionVariants"]]
        return record

    def list(self, request: Record) -> Record:
        """ListEndpoints."""
        return page(
            self._context.store.list(KIND), request,
            name="EndpointName", status="EndpointStatus", answer="Endpoints",
            fields=("EndpointArn", "CreationTime", "LastModifiedTime"),
        )  # fmt: skip

    def delete(self, request: Record) -> Record:
        """DeleteEndpoint."""
        name = request["EndpointName"]
        with self._lock:
            self._find(name)
            self._context.store.delete(KIND, name)
            served, log = self._served.pop(name, None), self._logs.pop(name, None)
        if served:
            served.close()
        if log:
            log.close()
        return {}

    def invoke(self, name: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
        """InvokeEndpoint: return status, content type and body of the model's answer.

        Raises:
            SageMakerError: when there is no such endpoint in service, the body is too large, or the
                container cannot be reached.
        """
        record = self._context.store.get(KIND, name)
        with self._lock:
            served = self._served.get(name)
        if record is None or served is None:
            raise SageMakerError(
                "ValidationError", f"Endpoint {name} of account {self._context.account} not found."
            )
        limit = MAX_SERVERLESS_BODY if self._serverless(record) else MAX_BODY
        if len(body) > limit:
            raise SageMakerError(
                "ValidationError", f"The request has {len(body)} bytes; allowed are {limit}.",
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            )  # fmt: skip
        try:
            return served.invoke(body, headers)
        except TimeoutError as error:
            raise SageMakerError(
                "ModelError", "Your invocation timed out while waiting for the container.", 424
            ) from error
        except OSError as error:
            raise SageMakerError(
                "InternalFailure", "The container cannot be reached.", 500
            ) from error

    def restore(self) -> None:
        """Serve again what an earlier process of the emulator served."""
        for record in self._context.store.list(KIND):
            if record["EndpointStatus"] != "Failed":
                name = record["EndpointName"]
                self._context.store.update(KIND, name, EndpointStatus="Updating")
                self._in_background(self._bring_up, name, record["EndpointConfigName"])

    def close(self) -> None:
        """End all containers."""
        with self._lock:
            served = list(self._served.values())
            self._served.clear()
        for model in served:
            model.close()

    def _bring_up(self, name: str, config_name: str) -> None:
        try:
            variant = self._configs.find(config_name)["ProductionVariants"][0]
            model = self._models.find(variant["ModelName"])
            new = ServedModel(self._context, model, self._log(name).write)
        except Exception as error:  # noqa: BLE001 - whatever it is, the endpoint must settle
            self._settle_failure(name, str(error))
            return
        with self._lock:
            if self._context.store.get(KIND, name) is None:  # deleted meanwhile
                old: ServedModel | None = new
            else:
                old = self._served.get(name)
                self._served[name] = new
                self._context.store.update(
                    KIND, name, EndpointStatus="InService", EndpointConfigName=config_name,
                    LastModifiedTime=now(), FailureReason="",
                )  # fmt: skip
        if old is not None:
            old.drain()

    def _settle_failure(self, name: str, reason: str) -> None:
        with self._lock:
            if self._context.store.get(KIND, name) is None:
                return
            # An update that fails leaves the old configuration in service.
            status = "InService" if name in self._served else "Failed"
            self._context.store.update(
                KIND, name, EndpointStatus=status, FailureReason=reason, LastModifiedTime=now()
            )

    def _log(self, name: str) -> LogStream:
        with self._lock:
            if name not in self._logs:
                self._logs[name] = LogStream(
                    self._context.client("logs"), f"/aws/sagemaker/Endpoints/{name}",
                    f"AllTraffic/{int(now())}",
                )  # fmt: skip
            return self._logs[name]

    def _serverless(self, record: Record) -> bool:
        config = self._context.store.get("endpoint-config", record["EndpointConfigName"])
        return config is not None and "ServerlessConfig" in config["ProductionVariants"][0]

    def _find(self, name: str) -> Record:
        record = self._context.store.get(KIND, name)
        if record is None:
            raise not_found(KIND, self._context.arn(KIND, name))
        return record

    @staticmethod
    def _in_background(work: Callable[[str, str], None], name: str, config: str) -> None:
        threading.Thread(target=work, args=(name, config), daemon=True).start()


def _summary(variant: Record) -> Record:
    summary: Record = {"VariantName": variant["VariantName"], "CurrentWeight": 1.0}
    if "ServerlessConfig" in variant:
        return {**summary, "CurrentServerlessConfig": variant["ServerlessConfig"]}
    count = variant.get("InitialInstanceCount", 1)
    return {**summary, "CurrentInstanceCount": count, "DesiredInstanceCount": count}
