"""Cron expressions: checked when the contract loads, not on the night they never fire."""

from datetime import UTC, datetime
from typing import Annotated

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

_MONTH = 3


def _wrong(text: str) -> str | None:
    try:
        CronSim(text, datetime(2024, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        return str(error)
    return None


def _check(text: str) -> str:
    why = _wrong(text)
    if why is None:
        return text
    fields = text.split()
    if _wrong(" ".join([*fields[:_MONTH], "*", *fields[_MONTH + 1 :]])) is None:
        day, month = fields[_MONTH - 1], fields[_MONTH] if len(fields) > _MONTH else "?"
        raise PydanticCustomError(
            "never", '"{found}" never happens (day {day} of month {month})', {"found": text, "day": day, "month": month}
        )
    raise PydanticCustomError(
        "cron",
        '"{found}" is not a cron expression ({why}); five fields are: minute hour day month weekday',
        {"found": text, "why": why},
    )


Cron = Annotated[str, AfterValidator(_check)]
