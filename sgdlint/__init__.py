"""sgdlint: lint and fix SGLang Diffusion launch commands.

`sgdlint.check(text)` and `sgdlint.fix(text)` are its Python interface; docs/api.md tells of it.
What they need is loaded when it is asked for, so that `import sgdlint` costs nothing.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sgdlint.api import check, fix
    from sgdlint.finding import Edit, Failure, Finding, Fix, Related, Report
    from sgdlint.fixer import Fixed
    from sgdlint.rules.files import RuleError
    from sgdlint.source import Source, Span
    from sgdlint.stated import OptionError
else:
    _LATE = {
        "api": ("check", "fix"),
        "finding": ("Edit", "Failure", "Finding", "Fix", "Related", "Report"),
        "fixer": ("Fixed",),
        "rules.files": ("RuleError",),
        "source": ("Source", "Span"),
        "stated": ("OptionError",),
    }

    def __getattr__(name):
        """Import what is asked for."""
        for part, names in _LATE.items():
            if name in names:
                module = __import__(f"sgdlint.{part}", fromlist=names)
                globals()[name] = found = getattr(module, name)
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        """Return what there is, asked for or not."""
        return sorted({*globals(), *__all__})


__all__ = [
    "Edit",
    "Failure",
    "Finding",
    "Fix",
    "Fixed",
    "OptionError",
    "Related",
    "Report",
    "RuleError",
    "Source",
    "Span",
    "check",
    "fix",
]
