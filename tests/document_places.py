"""What holds of the places of every script in a document."""

from __future__ import annotations

from collections.abc import Iterable

from sgdlint.documents.region import Region
from sgdlint.source import Span


def check_places(text: str, regions: Iterable[Region]) -> None:
    """Each character of a script that stands in the file as it is has its place there."""
    for region in regions:
        for start in range(len(region.text)):
            exact = region.exact_span(Span(start, start + 1))
            if exact is not None:
                assert text[exact.start] == region.text[start]
            for end in range(start, len(region.text) + 1):
                span = region.host_span(Span(start, end))
                assert 0 <= span.start <= span.end <= len(text)
