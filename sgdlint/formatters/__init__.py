"""Reports in the formats that people and programs read.

A formatter is a module with `render(reports) -> str`: it returns what to print, and never prints or
writes files. A file that could not be read is a report with failures alone. A new format is such a
module and its line in `FORMATS`.
"""

FORMATS = {
    "text": "plain",
    "concise": "concise",
    "json": "json",
    "jsonl": "json_lines",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "checkstyle": "checkstyle",
    "markdown": "markdown",
}
"""The module of this package that makes each format, as `--format` and `--output` name it."""
