"""sgdlint: lint and fix SGLang Diffusion launch commands."""

__version__ = "0.1.0"
