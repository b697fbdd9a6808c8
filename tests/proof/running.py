"""Statements that run commands in other ways: strings, files, processes, wrappers."""

from __future__ import annotations

import shlex

from proof.families import family
from proof.writer import FLAGS, PLAIN, Writer


@family("heredocs")
def heredoc(w: Writer) -> None:
    name = w.new_name()
    end = w.of("EOF", "'EOF'", '"EOF"')
    w.line(f"{name}=$(cat <<{end}")
    w.lines += [w.of(*FLAGS), f"x ${w.name()} $((1 + 1)) \\$Y", "EOF", ")"]
    w.line(w.launch(f'"${name}"'))


@family("heredocs")
def fed_shell(w: Writer) -> None:
    end = w.of("EOF", "'EOF'")
    text = w.launch()
    w.line(f"{w.of('bash', 'bash -s', 'sh', 'cat')} <<{end}")
    w.lines += [f"MODE={w.of(*PLAIN)}", text, "EOF"]


@family("eval")
def evaluated(w: Writer) -> None:
    name = w.new_name()
    command = w.launch()
    forms = (
        f"eval {shlex.quote(command)}",
        f'eval "{name}={w.of(*PLAIN)}"',
        f"eval {command}",
        f'CMD={shlex.quote(command)}; eval "$CMD"',
        f"eval {name}=\\${w.name()}",
        f'eval "{name}=\\"\\$(echo {w.of(*PLAIN)})\\""',
        f'eval "$MODE"; {command}',
    )
    w.line(w.rng.choice(forms))


@family("nested")
def shell_string(w: Writer) -> None:
    command = w.launch()
    shell = w.of(
        "bash -c", "sh -c", "bash -ec", "env bash -c", "bash -lc" if w.chance(0.1) else "bash -c"
    )
    inner = f"{w.new_name()}={w.of(*PLAIN)}; " if w.chance(0.5) else ""
    if w.chance(0.3):
        text = inner + w.launch(w.of('"$@"', "$0", "$1"))
        w.line(f"{shell} {shlex.quote(text)} zero {w.use()} two")
    elif w.chance(0.5) and '"' not in command and "\\" not in command:
        w.line(f'{shell} "{inner}{command}"')
    else:
        w.line(f"{shell} {shlex.quote(inner + command)}")


@family("nested")
def trap(w: Writer) -> None:
    w.line(f"trap {shlex.quote(w.launch())} {w.of('EXIT', 'EXIT', 'ERR', 'INT', '0')}")


@family("source")
def sourced(w: Writer) -> None:
    number = len(w.files) or ""
    name = w.of(f"lib{number}.sh", f"settings{number}.env", f"conf/common{number}.sh")
    w.files[name] = ""
    with w.apart() as lines:
        w.some(3)
    w.files[name] = w.of("", "#!/bin/bash\n") + "\n".join(lines) + "\n"
    path = w.of(
        name, "./" + name, '"$(dirname "$0")/' + name + '"', '"${BASH_SOURCE[0]%/*}/' + name + '"'
    )
    if path.startswith('"${BASH'):
        path = "./" + name
    w.line(
        w.of(
            f"source {path}",
            f". {path}",
            f"[ -f {path} ] && source {path}",
            f"set -a; source {path}; set +a",
            f"source {path} a b",
        )
    )


@family("source")
def sourced_nowhere(w: Writer) -> None:
    w.line(
        w.of(
            "source /etc/none.sh 2>/dev/null",
            "[ -f none.env ] && . ./none.env",
            "source none.sh || true",
        )
    )


@family("heredocs")
def written_script(w: Writer) -> None:
    name = w.of("inner.sh", "job.sh", "./start.sh")
    w.line(f"cat > {name} <<{w.of('EOF', chr(39) + 'EOF' + chr(39))}")
    w.lines += ["#!/bin/bash", f"MODE={w.of(*PLAIN)}", w.launch('"$@"'), "EOF"]
    w.line(w.of(f"bash {name}", f"bash {name} a b", f"MODE={w.of(*PLAIN)} bash {name}"))


@family("processes")
def subshell(w: Writer) -> None:
    with w.inside("(", ")"):
        w.some(2)
        w.line(w.launch())


@family("processes")
def background(w: Writer) -> None:
    w.line(f"{w.launch()} {w.of('', '>server.log 2>&1 ')}&")
    if w.chance(0.5):
        w.line(w.of("wait", 'wait "$!"', f"{w.new_name()}=$!"))


@family("processes")
def pipeline(w: Writer) -> None:
    with w.apart() as lines:
        w.pick(w)
    if len(lines) == 1 and "<<" not in lines[0] and not lines[0].endswith("&"):
        w.line(w.of(f"{{ {lines[0].strip()}; }} | cat", f"echo x | {{ {lines[0].strip()}; }}"))
    w.line(
        w.of(
            f"{w.launch()} 2>&1 | tee log.txt",
            f"echo x | {w.launch()}",
            f"! {w.launch()}",
            f"time {w.launch()}",
        )
    )


@family("processes")
def read_from_pipe(w: Writer) -> None:
    name = w.new_name()
    source = w.of("echo a b", "printf '%s\\n' x y", "cat none.txt", f"echo ${w.name()}")
    with w.inside(f"{source} | while read -r {name}; do", "done"):
        w.line(w.launch(f'"${name}"'))
    w.line(w.launch(f'"${name}"'))


@family("processes")
def group(w: Writer) -> None:
    with w.inside("{", "} > out.txt"):
        w.some(2)


@family("wrappers")
def wrapped(w: Writer) -> None:
    name = w.of("A", "MODE", "GPUS")
    wrapper = w.of(
        f"env {name}=1",
        f"env -u {name}",
        f'env -i PATH="$PATH" {name}=2',
        "nohup",
        "timeout 60",
        "timeout -k 5 1m",
        "command",
        "nice -n 5",
        "srun --ntasks=1",
        "numactl --cpunodebind=0",
        "setsid",
        "stdbuf -oL",
        "time",
        f"env {name}=${w.name()} B=2",
        f'{name}="$MODEL" env',
        "env -",
        "exec env",
        "nice",
        "taskset --cpu-list 0",
        "env -u A -u B",
        "builtin command",
        "command -p",
        f"env -S '{name}=1'",
        "env --",
        f"env {name}= nohup",
    )
    if wrapper.startswith("exec") or w.chance(0.1):
        w.line(f"({w.of('exec', 'exec -a server')} {w.launch()})")
    else:
        command = w.launch()
        w.line(f"{wrapper} {command[command.index('sglang ') :]}")


@family("wrappers")
def module(w: Writer) -> None:
    command = w.launch(program="python -m sglang.multimodal_gen.runtime.entrypoints.cli.main")
    w.line(
        command.replace(
            "python ", w.of("python ", "python3 ", "python3 -u ", '"${PYTHON:-python3}" '), 1
        )
    )


@family("wrappers")
def function_named_like_program(w: Writer) -> None:
    w.line(
        w.of(
            'sglang() { command sglang "$@" --warmup; }',
            'nohup() { "$@"; }',
            "has() { true; }",
            "python() { :; }",
        )
    )
    w.line(w.launch())
    w.line(f"unset -f {w.of('sglang', 'nohup', 'has')}")
