"""Which kind a file is, by its name and by a look at its text.

The tables below are all that decides. The first that fits counts: whole names, folders, how a name
ends, how it begins, signs in the text. A new kind is a line in `READERS`, and a line where it is
recognised.
"""

from __future__ import annotations

from sgdlint import quick
from sgdlint.documents import HEAD, is_script_head, is_script_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SHELL = "shell"
"""The kind of every file that is named to sgdlint and is of no other."""
NONE = "none"
"""In place of a kind: nothing here reads the file."""
READERS = {
    "dockerfile": "dockerfile",
    "github-actions": "github_actions",
    "gitlab-ci": "gitlab_ci",
    "azure-pipelines": "azure_pipelines",
    "circleci": "circleci",
    "buildkite": "buildkite",
    "kubernetes": "kubernetes",
    "compose": "compose",
    "helm": "helm",
    "definitions": "definitions",
    "skypilot": "skypilot",
    "systemd": "systemd",
    "markdown": "markdown",
    "rst": "rst",
    "notebook": "notebook",
    "json": "json_values",
    "python": "python",
    "asciidoc": "asciidoc",
    "supervisord": "supervisor",
    "procfile": "procfile",
    "makefile": "makefile",
    "justfile": "justfile",
    "env": "envfile",
    "sglang-config": "sglang_config",
}
"""The module of this package that reads each kind: its `read` takes a Source, gives a Document."""
KINDS = (SHELL, *READERS)
"""All kinds, as `--kind` takes them."""

YAML_ENDINGS = (".yaml", ".yml")
NAMES: dict[str, str] = {
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "procfile": "procfile",
    "makefile": "makefile",
    "gnumakefile": "makefile",
    "justfile": "justfile",
    ".justfile": "justfile",
    ".env": "env",
}
"""Kinds by a file's whole name, in lower case."""
FOLDERS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("/.github/workflows/", YAML_ENDINGS, "github-actions"),
    ("/.circleci/", YAML_ENDINGS, "circleci"),
    ("/.buildkite/", YAML_ENDINGS, "buildkite"),
    ("/compose.", YAML_ENDINGS, "compose"),
    ("/docker-compose.", YAML_ENDINGS, "compose"),
)
"""A part of the path with `/` on both sides, endings, and the kind of such files there."""
BEGINNINGS: tuple[tuple[str, str], ...] = (
    ("dockerfile.", "dockerfile"),
    ("containerfile.", "dockerfile"),
    *(("procfile.", "procfile"), ("makefile.", "makefile"), (".env.", "env")),
    ("azure-pipelines", "azure-pipelines"),
)
"""How a name begins, in lower case, and the kind."""
ENDINGS: tuple[tuple[str, str], ...] = (
    *((end, "markdown") for end in (".md", ".mdx", ".markdown", ".mkd", ".qmd", ".rmd")),
    *((end, "rst") for end in (".rst", ".rest")),
    (".ipynb", "notebook"),
    *((end, "python") for end in (".py", ".pyw")),
    *((end, "asciidoc") for end in (".adoc", ".asciidoc", ".asc")),
    (".dockerfile", "dockerfile"),
    *((".mk", "makefile"), (".just", "justfile"), (".env", "env")),
    *((end, "gitlab-ci") for end in (".gitlab-ci.yml", ".gitlab-ci.yaml")),
)
"""How a name ends, in lower case, and the kind."""
_FROM = (
    r"\A(?:[ \t]*(?:#.*|(?i:ARG)[ \t].*)?\r?\n)*"
    r"(?i:[ \t]*FROM[ \t]+(?:--\S+[ \t]+)?\S+(?:[ \t]+AS[ \t]+\S+)?)[ \t]*\r?\n"
)
_DEFINITIONS = (
    r"\b(?:[cC]ontainerDefinitions|[cC]ontainerProperties|ContainerEntrypoint|containerSpec)\b"
)
_TEMPLATED = (
    r"\{\{-?[ \t]*(?:(?:if|range|with|end|else|include|template|define|toYaml)\b|/\*|\$)"
    r"|\{\{[^}{\n]{0,80}\.(?:Values|Release|Chart|Files|Capabilities)\b"
)
UNIT_ENDINGS = (".service", ".container")
TEXTS = (
    ("helm", YAML_ENDINGS, ("{{",), _TEMPLATED),
    ("helm", YAML_ENDINGS, ("{%",), r"\{%[-+]?[ \t]*(?:if|for|set|include|block)\b"),
    ("kubernetes", YAML_ENDINGS, ("apiVersion",), r"(?m)^kind:[ \t]*[\"']?[A-Z]"),
    ("kubernetes", YAML_ENDINGS, ("op:", "ontainers/"), r"(?m)^-[ \t]+(?:op|path|value):"),
    ("github-actions", YAML_ENDINGS, ("runs-on:",), r"(?m)^jobs:"),
    ("github-actions", YAML_ENDINGS, ("using:", "composite"), r"(?m)^runs:"),
    ("azure-pipelines", YAML_ENDINGS, ("vmImage",), r"(?m)^(?:steps|jobs|stages):"),
    ("compose", YAML_ENDINGS, ("services",), r"(?m)^[\"']?services[\"']?[ \t]*:"),
    ("skypilot", YAML_ENDINGS, ("run:", "resources:"), r"(?m)^run:"),
    ("definitions", (".json", *YAML_ENDINGS), (), _DEFINITIONS),
    ("dockerfile", ("",), ("FROM ",), _FROM),
    (
        "supervisord",
        (".conf", ".ini"),
        (),
        r"(?m)^\[(?:program|fcgi-program|eventlistener):",
    ),
    ("systemd", (*UNIT_ENDINGS, ".conf"), (), r"(?m)^\[(?:Service|Container)\]"),
    ("json", (".json", ".jsonc", ".code-workspace"), (), ""),
)
"""Kind, endings ("" for any), words of which each stands in the text, and a pattern found in it."""
CODE_ENDINGS = (
    *(".py", ".pyi", ".js", ".ts", ".tsx", ".jsx", ".mjs", ".go", ".rs", ".java", ".kt", ".rb"),
    *(".c", ".cc", ".cpp", ".h", ".hpp", ".cs", ".php", ".pl", ".lua", ".scala", ".swift"),
)
"""How names of programs end in languages of their own."""
OTHERS = (
    *(*YAML_ENDINGS, *CODE_ENDINGS, ".json", ".jsonl", ".toml", ".xml", ".html", ".csv", ".lock"),
    *(*UNIT_ENDINGS, ".ini", ".ipynb", ".tf", ".hcl", ".nomad"),
)
"""How names of files end that are no shell scripts whatever stands in them."""
LOOKED_AT = 64_000
"""Characters: so far into a text its signs are looked for."""


def kind_of(path: str, text: str) -> str:
    """Return the kind of a file that is named; "" for one that is none that sgdlint reads."""
    return _kind(path, text) or ("" if path.lower().endswith(OTHERS) else SHELL)


def kind_of_found(path: str, text: str) -> str:
    """Return the kind of a file that is found in a folder: not each of them is a script."""
    is_script = is_script_name(path) or is_script_head(text[:HEAD].encode())
    return _kind(path, text) or (SHELL if is_script else NONE)


def _kind(path: str, text: str) -> str:
    path = "/" + path.replace("\\", "/").lower()
    name = path.rpartition("/")[2]
    return NAMES.get(name) or next(_by_name(path, name), "") or next(_by_text(name, text), "")


def _by_name(path: str, name: str) -> Iterator[str]:
    yield from (kind for place, ends, kind in FOLDERS if place in path and name.endswith(ends))
    yield from (kind for end, kind in ENDINGS if name.endswith(end))
    yield from (kind for begin, kind in BEGINNINGS if name.startswith(begin))


def _by_text(name: str, text: str) -> Iterator[str]:
    for kind, endings, words, pattern in TEXTS:
        if not name.endswith(endings):
            continue
        if all(text.find(word, 0, LOOKED_AT) >= 0 for word in words) and (
            not pattern or quick.compile(pattern).search(text, 0, LOOKED_AT)
        ):
            yield kind
