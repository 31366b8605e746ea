"""The model and endpoint configuration operations of the API."""

from local_aws.sagemaker.context import Context, now
from local_aws.sagemaker.errors import in_use, not_found
from local_aws.sagemaker.listing import page
from local_aws.sagemaker.store import Record


class NamedResources:
    """Resources that are only recorded: models and endpoint configurations."""

    def __init__(self, context: Context, *, kind: str, prefix: str, plural: str) -> None:
        """Serve the operations of one kind.

        Args:
            context: state and clients.
            kind: as ARNs have it, such as `endpoint-config`.
            prefix: as the API's fields have it, such as `EndpointConfig`.
            plural: the key of the list in the list operation's answer.
        """
        self._context = context
        self._kind, self._prefix, self._plural = kind, prefix, plural

    def create(self, request: Record) -> Record:
        """CreateModel, CreateEndpointConfig."""
        name = request[f"{self._prefix}Name"]
        if self._context.store.get(self._kind, name):
            raise in_use(self._kind, name)
        arn = self._context.arn(self._kind, name)
        record = {**request, f"{self._prefix}Arn": arn, "CreationTime": now()}
        self._context.store.put(self._kind, name, record)
        return {f"{self._prefix}Arn": arn}

    def describe(self, request: Record) -> Record:
        """DescribeModel, DescribeEndpointConfig."""
        record = self.find(request[f"{self._prefix}Name"])
        record.pop("Tags", None)
        return record

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
        self.find(name)
        self._context.store.delete(self._kind, name)
        return {}

    def find(self, name: str) -> Record:
        """Return a copy of a record.

        Raises:
            SageMakerError: when there is none of that name.
        """
        record = self._context.store.get(self._kind, name)
        if record is None:
            raise not_found(self._kind, self._context.arn(self._kind, name))
        return record
