"""Service Quotas of one account: its API, and the values that other services apply.

A requested increase is granted at once. The names are AWS's, and so are the codes written out
here; the codes of the other quotas are made from their names.
"""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from zlib import crc32

from local_aws.sagemaker.errors import SageMakerError, invalid
from local_aws.sagemaker.listing import part
from local_aws.sagemaker.service import JSON, Answer
from local_aws.sagemaker.validation import allowed_values, validate

SERVICE = "service-quotas"
PAGE = 100
CONCURRENT_EXECUTIONS = "L-B99A9384"
Record = dict[str, Any]

# Service, code, name, AWS's default, and the value of an established account
QUOTAS: tuple[tuple[str, str, str, int, int], ...] = (
    ("apigateway", "L-8A5B8E43", "Throttle rate", 10_000, 10_000),
    ("cloudfront", "L-24B04930", "Web distributions per AWS account", 200, 200),
    ("cloudfront", "L-CF0D4FC5", "Response headers policies per AWS account", 20, 20),
    ("lambda", CONCURRENT_EXECUTIONS, "Concurrent executions", 1000, 1000),
    ("s3", "L-DC2B2D3D", "General purpose buckets", 10_000, 10_000),
    ("sagemaker", "L-00C91CB5", "Number of instances across all training jobs", 4, 100),
    ("sagemaker", "L-7A3DF611", "Number of instances across active endpoints", 4, 100),
    (
        "sagemaker", "L-96300102",
        "Maximum total concurrency that can be allocated across all serverless endpoints", 10, 200,
    ),
)  # fmt: skip
# Uses of instances, with the shape in botocore's model that lists their types
USES = {
    "endpoint usage": "ProductionVariantInstanceType",
    "spot training job usage": "TrainingInstanceType",
    "training job usage": "TrainingInstanceType",
}
INSTANCES = 20
# Values that AWS applies to a new account; the rest of its quotas have only defaults.
NEW_ACCOUNT = {CONCURRENT_EXECUTIONS: 10}


class ServiceQuotas:
    """The quotas of one account in one region."""

    def __init__(self, *, new_account: bool = False) -> None:
        """Set the quotas.

        Args:
            new_account: whether the account has just been opened: Lambda's concurrency is 10, and
                SageMaker has no instances. Otherwise there is enough of everything.
        """
        rows = [*QUOTAS, *_instances()]
        self._defaults: dict[str, Record] = {
            code: {
                "ServiceCode": service, "QuotaCode": code, "QuotaName": name,
                "Value": float(default), "Unit": "None", "Adjustable": True, "GlobalQuota": False,
            }
            for service, code, name, default, _ in rows
        }  # fmt: skip
        self._codes = {name: code for _, code, name, _, _ in rows}
        established = {code: float(value) for _, code, _, _, value in rows}
        self._applied: dict[str, float] = dict(NEW_ACCOUNT) if new_account else established
        self._operations = {
            "GetServiceQuota": self._get,
            "ListAWSDefaultServiceQuotas": self._list_defaults,
            "ListServiceQuotas": self._list,
            "RequestServiceQuotaIncrease": self._increase,
        }

    def value(self, code: str) -> float:
        """Return the value of a quota that applies to the account."""
        return self._applied.get(code, float(self._defaults[code]["Value"]))

    def named(self, name: str) -> float:
        """Return the value of the quota with this name that applies to the account."""
        return self.value(self._codes[name])

    def handle(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a request of the AWS JSON 1.1 protocol."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            request = json.loads(body or b"{}")
            validate(operation, request, SERVICE)
            if operation not in self._operations:
                raise invalid(f"The embedded Service Quotas does not support {operation}.")
            status, answer = int(HTTPStatus.OK), self._operations[operation](request)
        except SageMakerError as error:
            status, answer = error.status, {"__type": error.code, "message": error.message}
        return status, {"Content-Type": JSON}, json.dumps(answer).encode()

    def _get(self, request: Record) -> Record:
        code = self._known(request)
        if code not in self._applied:
            raise _missing(f"Only AWS's default exists for {code}.")
        return {"Quota": self._record(code)}

    def _list(self, request: Record) -> Record:
        return _page(request, [self._record(code) for code in sorted(self._applied)], "Applied")

    def _list_defaults(self, request: Record) -> Record:
        return _page(request, list(self._defaults.values()), "Defaults")

    def _increase(self, request: Record) -> Record:
        code, desired = self._known(request), float(request["DesiredValue"])
        if desired <= self.value(code):
            raise SageMakerError(
                "IllegalArgumentException",
                "You must provide a quota value greater than the current.",
            )
        self._applied[code] = desired
        quota = {**self._record(code), "DesiredValue": desired, "Status": "APPROVED"}
        return {
            "RequestedQuota": {k: v for k, v in quota.items() if k not in {"Value", "Adjustable"}}
        }

    def _record(self, code: str) -> Record:
        return {**self._defaults[code], "Value": self.value(code)}

    def _known(self, request: Record) -> str:
        code = str(request["QuotaCode"])
        if self._defaults.get(code, {}).get("ServiceCode") != request["ServiceCode"]:
            raise _missing(f"{request['ServiceCode']} has no quota {code}.")
        return code


def _missing(message: str) -> SageMakerError:
    return SageMakerError("NoSuchResourceException", message)


def _instances() -> Iterator[tuple[str, str, str, int, int]]:
    """Yield a row for each use of each type of instance, and for all spot instances."""
    spot = "Number of instances across all spot training jobs"
    yield "sagemaker", _made_up(spot), spot, 4, 100
    for use, shape in USES.items():
        for instance_type in allowed_values("sagemaker", shape):
            name = f"{instance_type} for {use}"
            yield "sagemaker", _made_up(name), name, 0, INSTANCES


def _made_up(name: str) -> str:
    return f"L-{crc32(name.encode()):08X}"


def _page(request: Record, quotas: list[Record], name: str) -> Record:
    wanted = [quota for quota in quotas if quota["ServiceCode"] == request["ServiceCode"]]
    shown, token = part(wanted, request, name, PAGE)
    return {"Quotas": shown, **token}
