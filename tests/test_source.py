"""Offsets, lines and columns; what is text and what is not."""

from __future__ import annotations

import pytest

from sgdlint.source import Source, SourceError, Span


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("", 0, (1, 1)),
        ("ab", 1, (1, 2)),
        ("ab\ncd", 3, (2, 1)),
        ("ab\ncd", 5, (2, 3)),
        ("ab\r\ncd", 4, (2, 1)),
        ("é😀\nx", 2, (1, 3)),
        ("é😀\nx", 3, (2, 1)),
        ("a\n\n\nb", 3, (3, 1)),
        ("a\n", 2, (2, 1)),
    ],
)
def test_location(text: str, offset: int, expected: tuple[int, int]) -> None:
    assert Source("x", text).location(offset) == expected


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [("ab\ncd", 1, "ab"), ("ab\r\ncd", 1, "ab"), ("ab\ncd", 2, "cd"), ("a\n", 2, "")],
)
def test_line_text(text: str, line: int, expected: str) -> None:
    assert Source("x", text).line_text(line) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"), [(0, 2, [1]), (0, 3, [1]), (1, 4, [1, 2]), (3, 3, [2])]
)
def test_lines_of(start: int, end: int, expected: list[int]) -> None:
    assert list(Source("x", "ab\ncd\n").lines_of(Span(start, end))) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((0, 2), (2, 4), False),
        ((0, 3), (2, 4), True),
        ((2, 2), (2, 4), True),
        ((1, 1), (2, 4), False),
        ((2, 2), (2, 2), True),
    ],
)
def test_overlaps(first: tuple[int, int], second: tuple[int, int], expected: bool) -> None:
    assert Span(*first).overlaps(Span(*second)) is expected
    assert Span(*second).overlaps(Span(*first)) is expected


@pytest.mark.parametrize(
    "data", [b"", b"a", b"a\r\nb", b"\xef\xbb\xbfa\n", "é😀".encode(), b"\xef\xbb\xbf"]
)
def test_bytes_come_back(data: bytes) -> None:
    source = Source.from_bytes("x", data)
    assert source.to_bytes(source.text) == data


def test_byte_order_mark_does_not_count() -> None:
    assert Source.from_bytes("x", b"\xef\xbb\xbfab").text == "ab"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\n\0b", "NUL byte at offset 2 (line 2)"),
        (b"a\n\n\xe9t\xe9", "byte 0xe9 at offset 3 (line 3)"),
        ("sglang".encode("utf-16"), "NUL byte"),
    ],
)
def test_not_text(data: bytes, message: str) -> None:
    with pytest.raises(SourceError) as error:
        Source.from_bytes("x", data)
    assert message in str(error.value)
