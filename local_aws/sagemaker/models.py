"""The model and endpoint configuration operations of the API."""

from collections.abc import Callable

from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.errors import in_use, not_found
from local_aws.sagemaker.listing import page
from local_aws.sagemaker.store import Record


class NamedResources:
    """Resources that only need a record: models and endpoint configurations."""

    def __init__(  # noqa: PLR0913 - the columns of one table
        self,
        context: Context,
        *,
        kind: str,
        noun: str,
        prefix: str,
        plural: str,
        check: Callable[[Record], Record | None],
        describe: Callable[[Record], Record],
    ) -> None:
        """Serve the operations of one kind.

        Args:
            context: state and clients.
            kind: the kind in ARNs, such as `endpoint-config`.
            noun: the kind in error messages, such as `endpoint configuration`.
            prefix: the prefix of the API's fields, such as `EndpointConfig`.
            plural: the key of the list in the list operation's answer.
            check: raises SageMakerError for a create request that is invalid despite its shape;
                returns what the record has besides the request.
            describe: fills in what the create request left out.
        """
        self._context, self._check, self._describe = context, check, describe
        self._kind, self._noun, self._prefix, self._plural = kind, noun, prefix, plural

    def create(self, request: Record) -> Record:
        """CreateModel, CreateEndpointConfig."""
        name = request[f"{self._prefix}Name"]
        arn = self._context.arn(self._kind, name)
        kept = self._check(request) or {}
        record = {**request, **kept, f"{self._prefix}Arn": arn, "CreationTime": now()}
        if not self._context.store.add(self._kind, name, record):
            raise in_use(self._noun, arn)
        return {f"{self._prefix}Arn": arn}

    def describe(self, request: Record) -> Record:
        """DescribeModel, DescribeEndpointConfig."""
        record = self.find(request[f"{self._prefix}Name"])
        record.pop("Tags", None)
        return self._describe(record)

    def list(self, request: Record) -> Record:
        """ListModels, ListEndpointConfigs."""
        return page(
            self._context.store.list(self._kind), request,
            name=f"{self._prefix}Name", answer=self._plural,
            fields=(f"{self._prefix}Arn", "CreationTime"),
        )  # fmt: skip

    def delete(self, request: Record) -> Record:
        """DeleteModel, DeleteEndpointConfig."""
        name = request[f"{self._prefix}Name"]
        if self._context.store.get(self._kind, name) is None:
            raise not_found(self._noun, self._context.arn(self._kind, name))
        self._context.store.delete(self._kind, name)
        return {}

    def find(self, name: str) -> Record:
        """Return a copy of a record.

        Raises:
            SageMakerError: when no record has that name, or the record is too new to be seen.
        """
        record = self._context.store.seen(self._kind, name)
        if record is None:
            raise not_found(self._noun, self._context.arn(self._kind, name))
        return record
