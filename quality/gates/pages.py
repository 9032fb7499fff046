"""What a web page says: its texts, and the attributes that people or machines read. Nothing is judged here."""

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any, Final

_NUMBER: Final = re.compile(r"(?<![\w.,])\d[\d.,]*\d(?![\w])")
_LEAST: Final = 9
_SHOWN: Final = 16  # of a digest


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.documents: list[Any] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = "json" if dict(attrs).get("type") == "application/ld+json" else tag
        if "csrf" not in (dict(attrs).get("name") or ""):  # a random text, another one each time
            self.texts += [text for _, text in attrs if text]

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        self._inside = ""

    def handle_comment(self, data: str) -> None:
        self.handle_data(data)

    def handle_data(self, data: str) -> None:
        if self._inside == "json":
            try:
                self.documents.append(json.loads(data))
            except ValueError:
                self.texts.append(data)
        elif self._inside != "style":
            self.texts += [line.strip() for line in data.splitlines() if line.strip()]


def read(html: str) -> tuple[list[str], list[Any]]:
    """The texts of a page, and the JSON-LD documents in it."""
    page = _Page()
    page.feed(html)
    page.close()
    return page.texts, page.documents


def without(texts: Iterable[str], said: Iterable[str]) -> Iterator[str]:
    """The texts without numbers and digests that a document says which was looked at, in whatever way the page writes them."""
    known = list(said)
    numbers = _numbers(known)
    digests = {f"{leaf[:_SHOWN]}…" for leaf in known if re.fullmatch("[0-9a-f]{64}", leaf)}

    def kept(found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found[0])
        return " " if len(digits) >= _LEAST and digits in numbers else found[0]

    return (_NUMBER.sub(kept, text) for text in texts if text not in digests)


def _numbers(leaves: Iterable[str]) -> frozenset[str]:
    """The digits of every number among these texts, with its decimals and without them if they are none."""
    plain = [leaf for leaf in leaves if re.fullmatch(r"\d+(?:\.\d+)?", leaf)]
    whole = [leaf.partition(".")[0] for leaf in plain if not leaf.partition(".")[2].strip("0")]
    return frozenset(leaf.replace(".", "") for leaf in [*plain, *whole])
