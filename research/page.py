"""Rewriting a marked block of a page of the documentation."""

from collections.abc import Sequence
from pathlib import Path

STRATEGY_PAGE = Path(__file__).resolve().parent.parent / "docs" / "strategy.md"


class PageError(Exception):
    """The page has no such block; the message names page and marks."""


def rewrite(page: Path, block: str, lines: Sequence[str]) -> None:
    """Put `lines` between the page's marks `<!-- BLOCK -->` and `<!-- /BLOCK -->`.

    Raises:
        PageError: the marks are not there, once each and in order.
    """
    text = page.read_text()
    opening, closing = f"<!-- {block} -->\n", f"<!-- /{block} -->\n"
    if text.count(opening) != 1 or text.count(closing) != 1 or text.index(opening) > text.index(closing):
        raise PageError(
            f"{page}: needs the lines {opening.strip()} and {closing.strip()}, once each in order"
        )
    head, rest = text.split(opening)
    tail = rest.split(closing)[1]
    page.write_text(head + opening + "\n".join(lines) + "\n" + closing + tail)
