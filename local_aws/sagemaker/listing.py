"""List operations: filters, order and pages."""

from collections.abc import Sequence

from local_aws.sagemaker.store import Record

DEFAULT_PAGE = 10


def page(  # noqa: PLR0913 - the columns of one table
    records: list[Record],
    request: Record,
    *,
    name: str,
    answer: str,
    fields: Sequence[str],
    status: str | None = None,
) -> Record:
    """Return one page of summaries, newest first as SageMaker does.

    Args:
        records: all records of the kind, oldest first.
        request: NameContains, StatusEquals, SortOrder, MaxResults and NextToken are honoured.
        name: the field with the resource's name.
        answer: the key of the list in the answer.
        fields: what a summary holds beside name and status.
        status: the field with the resource's status, for kinds that have one.
    """
    wanted = [
        record
        for record in records
        if str(request.get("NameContains", "")).lower() in str(record[name]).lower()
        and (status is None or request.get("StatusEquals", record[status]) == record[status])
    ]
    if request.get("SortOrder", "Descending") == "Descending":
        wanted.reverse()
    start = int(request.get("NextToken", 0))
    end = start + int(request.get("MaxResults", DEFAULT_PAGE))
    columns = [name, *([status] if status else []), *fields]
    summaries = [{key: r[key] for key in columns if key in r} for r in wanted[start:end]]
    return {answer: summaries} | ({"NextToken": str(end)} if end < len(wanted) else {})
