"""The strict base of everything that is read from YAML, and the small value types contracts share.

No dataset knowledge here, and no I/O.
"""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    RootModel,
    StringConstraints,
)
from pydantic_core import PydanticCustomError


class Strict(BaseModel):
    """A frozen model that takes nothing it does not know; a number is never taken for a text."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def __copy__(self) -> Self:
        return super().__copy__()._underived()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return super().__deepcopy__(memo)._underived()

    def _underived(self) -> Self:
        """Without what was worked out from the options: `model_copy` may change them, and a digest with them."""
        for name in self.__dict__.keys() - type(self).model_fields.keys():
            del self.__dict__[name]
        return self


class Text(RootModel[dict[str, str]]):
    """A text in one or more languages, keyed by ISO 639-1 code: `{id: Tahun, en: Year}`."""

    model_config = ConfigDict(frozen=True)

    def said_in(self, language: str) -> str:
        """The text in `language`, else in the first language given."""
        return self.root.get(language) or next(iter(self.root.values()))


def _languages(text: Text) -> Text:
    bad = [code for code in text.root if not re.fullmatch(r"[a-z]{2}", code)]
    if bad or not text.root or not all(value.strip() for value in text.root.values()):
        raise PydanticCustomError("text", "a text maps language codes to words, such as {id: Tahun, en: Year}")
    return text


_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _duration(value: Any) -> timedelta:
    match = re.fullmatch(r"(\d+)([mhdw])", value) if isinstance(value, str) else None
    if isinstance(value, timedelta):
        return value
    if not match:
        raise PydanticCustomError("duration", 'a duration is a number and m, h, d or w, such as "35d"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _share(value: Any) -> Decimal:
    match = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", value) if isinstance(value, str) else None
    if isinstance(value, Decimal):
        return value
    if not match or Decimal(match[1]) > 100:  # noqa: PLR2004 - per cent
        raise PydanticCustomError("share", 'a share is a percentage from 0 % to 100 %, such as "10%"')
    return Decimal(match[1]) / 100


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        raise PydanticCustomError("exact", "a number with a fraction is written in quotes, so that it stays exact")
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise PydanticCustomError("regex", "not a regular expression: {why}", {"why": str(error)}) from error
    return value


LocalText = Annotated[Text, AfterValidator(_languages)]
Duration = Annotated[
    timedelta, BeforeValidator(_duration), PlainSerializer(lambda d: f"{int(d.total_seconds() // 60)}m")
]
Share = Annotated[Decimal, BeforeValidator(_share), PlainSerializer(lambda s: f"{s * 100}%")]
Exact = Annotated[Decimal, BeforeValidator(_exact), PlainSerializer(str)]
Regex = Annotated[str, AfterValidator(_regex)]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
DatasetName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,98}$")]
