"""Programs that run another command: what of their arguments comes before it.

Facts about these programs from their manuals; nothing here is about SGLang.
"""

from __future__ import annotations

from sgdlint.record import record


@record
class Wrapper:
    """How a program takes its arguments.

    flags, valued: short options without and with a value, as letters. long_flags, long_valued: long
    options, without the dashes. guess: what an option that is in none of them is: "valued", "flag",
    or "" for not known. operands: how many arguments stand before the command.
    subcommands: the word that must come first, each with how it goes on.
    assigns: NAME=VALUE may stand before the command.
    env: options that set a variable of the command. unset: options that remove one.
    clears: options with which the command gets no variables from outside.
    fresh: no variables from outside reach the command in any case. keeps: options that undo that.
    exports: an option that lists the variables that the command gets (`ALL,NAME=VALUE`).
    entrypoint: an option that names the program of the command.
    separator: the command begins after `--`, and nowhere else.
    python: "script" when a Python script follows, "command" when a command does; after `-m` it is a
    module, after `--no-python` a command.
    shell: the rest is joined and read by a shell.
    """

    flags: str = ""
    valued: str = ""
    long_flags: tuple[str, ...] = ()
    long_valued: tuple[str, ...] = ()
    guess: str = ""
    operands: int = 0
    subcommands: tuple[tuple[str, Wrapper], ...] = ()
    assigns: bool = False
    env: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    fresh: bool = False
    keeps: tuple[str, ...] = ()
    exports: str = ""
    entrypoint: str = ""
    separator: bool = False
    python: str = ""
    shell: bool = False


def names(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


_CONTAINER_FLAGS = names(
    "detach help init interactive no-healthcheck oom-kill-disable privileged publish-all quiet"
    " read-only rm sig-proxy tty disable-content-trust tls-verify systemd replace"
)
_CONTAINER_RUN = Wrapper(
    flags="ditPq",
    valued="vpeuwhmcal",
    long_flags=_CONTAINER_FLAGS,
    guess="valued",
    operands=1,
    env=("e", "env"),
    fresh=True,
    entrypoint="entrypoint",
)
_CONTAINER_EXEC = Wrapper(
    flags="dit",
    valued="euw",
    long_flags=names("detach interactive privileged tty latest"),
    long_valued=names("detach-keys env env-file user workdir"),
    operands=1,
    env=("e", "env"),
    fresh=True,
)
_COMPOSE_RUN = Wrapper(
    flags="dTiPq",
    valued="evpuwl",
    long_flags=names(
        "build detach interactive no-deps no-TTY quiet quiet-build quiet-pull remove-orphans rm"
        " service-ports use-aliases"
    ),
    guess="valued",
    operands=1,
    env=("e", "env"),
    fresh=True,
    entrypoint="entrypoint",
)
_COMPOSE_EXEC = Wrapper(
    flags="dTit",
    valued="euw",
    long_flags=names("detach interactive no-TTY privileged tty"),
    long_valued=names("env index user workdir"),
    operands=1,
    env=("e", "env"),
    fresh=True,
)
_COMPOSE = Wrapper(
    valued="fp",
    long_flags=names("compatibility dry-run"),
    long_valued=names(
        "ansi env-file file parallel profile progress project-directory project-name"
    ),
    subcommands=(("run", _COMPOSE_RUN), ("exec", _COMPOSE_EXEC)),
)
_GROUPED = Wrapper(subcommands=(("run", _CONTAINER_RUN), ("exec", _CONTAINER_EXEC)))
_DOCKER = Wrapper(
    flags="D",
    valued="Hcl",
    long_flags=names("debug tls tlsverify remote"),
    guess="valued",
    subcommands=(
        ("run", _CONTAINER_RUN),
        ("exec", _CONTAINER_EXEC),
        ("container", _GROUPED),
        ("compose", _COMPOSE),
    ),
)
_IMAGE_EXEC = Wrapper(
    flags="ecCi",
    valued="BWHS",
    long_flags=names(
        "cleanenv compat contain containall fakeroot ipc net no-home nv nvccli pid rocm unsquash"
        " writable writable-tmpfs"
    ),
    guess="valued",
    operands=1,
    env=("env",),
    clears=("e", "cleanenv", "C", "containall", "compat"),
)
_IMAGES = Wrapper(flags="dqsv", subcommands=(("exec", _IMAGE_EXEC),))
_CONDA_RUN = Wrapper(
    flags="v",
    valued="np",
    long_flags=names("debug-wrapper-scripts dev live-stream no-capture-output verbose"),
    long_valued=names("cwd name prefix"),
)
_CONDA = Wrapper(subcommands=(("run", _CONDA_RUN),))
_UV_FLAGS = names(
    "active all-extras all-groups all-packages exact frozen isolated locked managed-python"
    " native-tls no-build no-cache no-config no-default-groups no-dev no-editable no-env-file"
    " no-index no-progress no-project no-python-downloads no-sync offline only-dev dev prerelease"
    " quiet refresh reinstall upgrade verbose"
)
_UV_VALUED = names(
    "cache-dir color config-file default-index directory env-file extra extra-index-url find-links"
    " group index index-url link-mode no-extra no-group only-group package project python"
    " refresh-package resolution upgrade-package with with-editable with-requirements from"
)
_UV_RUN = Wrapper(
    flags="mnqvU",
    valued="pwifC",
    long_flags=(*_UV_FLAGS, "module"),
    long_valued=_UV_VALUED,
    python="command",
)
_UV_TOOL = Wrapper(flags="nqvU", valued="pwifC", long_flags=_UV_FLAGS, long_valued=_UV_VALUED)
_UV = Wrapper(
    flags="nqv",
    long_flags=_UV_FLAGS,
    long_valued=_UV_VALUED,
    subcommands=(("run", _UV_RUN), ("tool", Wrapper(subcommands=(("run", _UV_TOOL),)))),
)
_RUN = Wrapper(
    flags="qv",
    valued="pCPe",
    long_flags=names("frozen locked no-ansi quiet verbose"),
    long_valued=names("directory environment manifest-path project"),
)
_RUNS = Wrapper(flags="qvn", valued="CP", guess="", subcommands=(("run", _RUN),))
_MPI = Wrapper(
    valued="nHx",
    long_flags=names(
        "allow-run-as-root bind-to-core oversubscribe report-bindings tag-output use-hwthread-cpus"
    ),
    long_valued=names("bind-to c genv host hostfile map-by n np npernode x"),
)
_TORCHRUN = Wrapper(
    flags="hm",
    valued="tr",
    long_flags=names("standalone no-python no_python module run-path run_path m"),
    guess="valued",
    python="script",
)

WRAPPERS: dict[str, Wrapper] = {
    "apptainer": _IMAGES,
    "caffeinate": Wrapper(flags="dimsu", valued="t"),
    "chrt": Wrapper(
        flags="abdfiorRv",
        valued="DPT",
        long_flags=names("all-tasks batch deadline fifo idle other reset-on-fork rr verbose"),
        operands=1,
    ),
    "chronic": Wrapper(flags="ev"),
    "command": Wrapper(flags="p"),
    "conda": _CONDA,
    "docker": _DOCKER,
    "docker-compose": _COMPOSE,
    "dumb-init": Wrapper(flags="cv", valued="r"),
    "env": Wrapper(
        flags="iv0",
        valued="uC",
        long_flags=names("ignore-environment debug null"),
        long_valued=names("unset chdir"),
        assigns=True,
        unset=("u", "unset"),
        clears=("i", "ignore-environment", "-"),
    ),
    "exec": Wrapper(flags="cl", valued="a", clears=("c",)),
    "flock": Wrapper(flags="esnox", valued="wE", operands=1),
    "ionice": Wrapper(
        flags="t", valued="cn", long_flags=("ignore",), long_valued=names("class classdata")
    ),
    "kubectl": Wrapper(
        valued="ns",
        long_valued=names("namespace context kubeconfig cluster user server token"),
        subcommands=(
            ("exec", Wrapper(separator=True, fresh=True)),
            ("run", Wrapper(separator=True, fresh=True, env=("env",), guess="flag")),
        ),
    ),
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "mpiexec": _MPI,
    "mpirun": _MPI,
    "ncu": Wrapper(
        flags="fhv",
        valued="ockspi",
        long_flags=names(
            "call-stack force-overwrite nvtx verbose check-exit-code csv disable-extra-suffixes"
            " import-source list-sets print-summary"
        ),
        guess="valued",
    ),
    "nerdctl": _DOCKER,
    "nice": Wrapper(flags="0123456789", valued="n", long_valued=("adjustment",)),
    "nohup": Wrapper(),
    "nsys": Wrapper(
        subcommands=(
            ("profile", Wrapper(valued="abcdefghijklmnopqrstuvwxyzCGNtxy", guess="valued")),
            ("launch", Wrapper(valued="abcdefghijklmnopqrstuvwxyzCGN", guess="valued")),
        )
    ),
    "numactl": Wrapper(
        flags="la",
        valued="imNCpw",
        long_flags=names("all localalloc balancing"),
        long_valued=names(
            "cpunodebind interleave membind physcpubind preferred preferred-many"
            " weighted-interleave"
        ),
    ),
    "pdm": _RUNS,
    "pipenv": _RUNS,
    "pixi": _RUNS,
    "podman": _DOCKER,
    "poetry": _RUNS,
    "setsid": Wrapper(flags="cfw", long_flags=names("ctty fork wait")),
    "singularity": _IMAGES,
    "srun": Wrapper(
        flags="EHIKOQXZklqsuvV",
        valued="ABCDGJLMNRSTUWacdegimnoprtwxq",
        long_flags=names(
            "contiguous disable-status exclusive hold immediate interactive kill-on-bad-exit label"
            " multi-prog no-allocate no-kill overcommit overlap oversubscribe preserve-env pty"
            " quiet quit-on-interrupt reboot spread-job unbuffered use-min-nodes verbose exact"
            " whole container-writable container-mount-home no-container-mount-home"
            " container-remap-root no-container-remap-root no-container-entrypoint"
        ),
        guess="valued",
        exports="export",
    ),
    "ssh": Wrapper(
        flags="46AaCfGgKkMNnqsTtVvXxYy",
        valued="BbcDEeFIiJLlmOoPpQRSWw",
        operands=1,
        fresh=True,
        shell=True,
    ),
    "stdbuf": Wrapper(valued="ioe", long_valued=names("input output error")),
    "sudo": Wrapper(
        flags="AbEHKknPS",
        valued="CDghpRrTtUu",
        long_flags=names("background non-interactive preserve-env preserve-groups set-home stdin"),
        long_valued=names("chdir group host prompt role type user"),
        assigns=True,
        fresh=True,
        keeps=("E", "preserve-env"),
    ),
    "taskset": Wrapper(flags="ac", long_flags=names("all-tasks cpu-list"), operands=1),
    "time": Wrapper(
        flags="pqva",
        valued="fo",
        long_flags=names("append portability quiet verbose"),
        long_valued=names("format output"),
    ),
    "timeout": Wrapper(
        flags="vfp",
        valued="ks",
        long_flags=names("foreground preserve-status verbose"),
        long_valued=names("kill-after signal"),
        operands=1,
    ),
    "tini": Wrapper(flags="gsvw", valued="pe"),
    "torchrun": _TORCHRUN,
    "unbuffer": Wrapper(flags="p"),
    "uv": _UV,
    "uvx": _UV_TOOL,
    "xvfb-run": Wrapper(
        flags="al",
        valued="efnpsw",
        long_flags=names("auto-servernum listen-tcp"),
        long_valued=names("error-file auth-file server-num xauth-protocol server-args wait"),
    ),
}

SHELLS = frozenset(names("bash dash ksh sh zsh"))
"""Programs that read a script from `-c` or from their input."""

SHELL_FLAGS = "abefhiklmnprstuvxBCEHPT"
"""Options of a shell without a value; `-c` and `-o` are looked at themselves."""

PYTHON_FLAGS = "bBdEiIOPqsSuvx"
PYTHON_VALUED = "WX"


CONTAINERS = frozenset(
    names("apptainer docker docker-compose enroot kubectl nerdctl podman singularity")
)
"""Programs that run a command inside a container or an image."""
