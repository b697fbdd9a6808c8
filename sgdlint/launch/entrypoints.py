"""The ways into SGLang that start generation or a server.

Read in the wheels of 0.5.9, 0.5.10.post1, 0.5.12, 0.5.15.post1, 0.5.19 and 0.5.23: their
`entry_points.txt`, and which modules have a `__main__` part.
"""

from __future__ import annotations

PROGRAM = "sglang"
"""The console script, `sglang.cli.main:main`."""

SUBCOMMANDS = ("generate", "serve")

DIFFUSION_CLI = "sglang.multimodal_gen.runtime.entrypoints.cli.main"
DIFFUSION_SERVER = "sglang.multimodal_gen.runtime.launch_server"
INERT_CLI = "sglang.cli.main"

LANGUAGE_SERVER = "sglang.launch_server"

MODULES: dict[str, str] = {
    DIFFUSION_CLI: "",
    DIFFUSION_SERVER: "serve",
    INERT_CLI: "",
    LANGUAGE_SERVER: "serve",
}
"""Modules for `python -m`, each with the subcommand that it is, or "" when that is an argument.

`python -m sglang.cli.main` defines `main` without calling it, so it ends at once in each of these
releases. `sglang.launch_server` reads the options of language models only, whatever the model is.
"""
DIFFUSION_MODULES = (DIFFUSION_CLI, DIFFUSION_SERVER)
"""Modules that start diffusion whatever the model."""

IMAGE = "image"
"""In place of a way in: an image that was given options and no program."""

OFFICIAL_IMAGE = r"(?:docker\.io/)?lmsysorg/sglang(?:[:@][\w.:-]+)?"
"""Images of SGLang; their Dockerfiles set no entry point that takes options."""
