"""List operations: filters, order and pages."""

import re
from collections.abc import Iterable, Sequence

from botocore.utils import parse_to_aware_datetime

from local_aws.sagemaker.errors import invalid
from local_aws.sagemaker.store import Record

DEFAULT_PAGE = 10
TOKEN = re.compile(r"(\w+)/([0-9]{1,9})")
TIMES = ("CreationTime", "LastModifiedTime")
# Filters with the name of the field that they compare
FIELDS = ("ModelPackageGroupName", "ModelApprovalStatus")


def page(  # noqa: PLR0913 - the columns of one table
    records: list[Record],
    request: Record,
    *,
    name: str,
    answer: str,
    fields: Sequence[str],
    status: str | None = None,
    order: str = "Descending",
) -> Record:
    """Return one page of summaries.

    Args:
        records: all records of the kind, oldest first.
        request: the parameters: filters, SortBy, SortOrder, MaxResults and NextToken.
        name: the field with the resource's name.
        answer: the key of the list in the answer.
        fields: a summary's fields besides name and status.
        status: the field with the resource's status, for kinds that have one.
        order: SortOrder if the request has none.

    Raises:
        SageMakerError: when the NextToken does not come from an earlier answer.
    """
    wanted = [
        record
        for record in _within(records, request)
        if str(request.get("NameContains", "")).lower() in str(record[name]).lower()
        and (status is None or request.get("StatusEquals", record[status]) == record[status])
        and all(request[field] == record[field] for field in FIELDS if field in request)
    ]
    by = {"Name": name, "Status": status}.get(request.get("SortBy", ""))
    if by is not None:
        wanted.sort(key=lambda record: str(record[by]))
    if request.get("SortOrder", order) == "Descending":
        wanted.reverse()
    shown, token = part(wanted, request, answer)
    columns = [name, *([status] if status else []), *fields]
    return {answer: [{key: r[key] for key in columns if key in r} for r in shown]} | token


def _within(records: Iterable[Record], request: Record) -> list[Record]:
    """Return the records that match the request's time filters."""
    limits = {
        key: parse_to_aware_datetime(request[key]).timestamp()
        for time in TIMES
        for key in (f"{time}After", f"{time}Before")
        if key in request
    }
    return [
        record
        for record in records
        if all(
            limits.get(f"{time}After", record.get(time, 0))
            <= record.get(time, 0)
            <= limits.get(f"{time}Before", record.get(time, 0))
            for time in TIMES
        )
    ]


def part(
    items: Sequence[Record], request: Record, answer: str, size: int = DEFAULT_PAGE
) -> tuple[Sequence[Record], Record]:
    """Return the items of one page, and the NextToken if there are more.

    Args:
        items: all items.
        request: the parameters, with MaxResults and NextToken.
        answer: name of the list, whose tokens no other list accepts.
        size: MaxResults if the request has none.

    Raises:
        SageMakerError: when the NextToken does not come from an earlier answer.
    """
    given = request.get("NextToken")
    match = TOKEN.fullmatch(given or f"{answer}/0")
    if match is None or match[1] != answer:
        raise invalid(f"The NextToken {given!r} is not one of an earlier answer to this operation.")
    start = int(match[2])
    end = start + int(request.get("MaxResults", size))
    return items[start:end], {"NextToken": f"{answer}/{end}"} if end < len(items) else {}
