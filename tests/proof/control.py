"""Statements that decide what runs: branches, loops, functions."""

from __future__ import annotations

from proof.families import family
from proof.writer import FLAGS, PLAIN, Writer


@family("launches")
def launch(w: Writer) -> None:
    w.line(w.launch())


@family("branches")
def if_else(w: Writer) -> None:
    with w.inside(f"if {w.test()}; then"):
        w.some()
    if w.chance(0.4):
        with w.inside(f"elif {w.test()}; then"):
            w.some(2)
    if w.chance(0.6):
        with w.inside("else"):
            w.some(2)
    w.line("fi")


@family("branches")
def short_circuit(w: Writer) -> None:
    with w.apart() as lines:
        w.pick(w)
    if len(lines) == 1 and "<<" not in lines[0] and not lines[0].endswith("&"):
        w.line(f"{w.test()} {w.of('&&', '||')} {{ {lines[0].strip()}; }}")
    else:
        w.lines += lines


@family("branches")
def same_test_twice(w: Writer) -> None:
    test = w.test()
    for _ in range(2):
        with w.inside(f"if {test}; then", "fi"):
            w.some(2)


@family("branches")
def early_end(w: Writer) -> None:
    if w.depth == 0 and w.chance(0.5):
        w.line(f"{w.test()} && exit {w.of('0', '1', '')}".rstrip())
    with w.inside(f"if {w.test()}; then", "fi"):
        w.line(w.launch())
        w.line("exit" if w.chance(0.2) else ":")


@family("case")
def case(w: Writer) -> None:
    subject = w.of(
        f'"${w.name()}"', f"${w.name()}", f'"${{{w.name()}:-8}}"', '"${1:-}"', "$(hostname)"
    )
    with w.inside(f"case {subject} in", "esac"):
        for _ in range(w.rng.randint(1, 3)):
            pattern = w.of(
                w.of(*PLAIN),
                f"{w.of(*PLAIN)}|{w.of(*PLAIN)}",
                "*a*",
                "[0-9]",
                "'a b'",
                f'"${w.name()}"',
                "--*",
                "?",
            )
            with w.inside(f"{w.of('', '(')}{pattern})", w.of(";;", ";;", ";;", ";&", ";;&")):
                w.some(2)
        if w.chance(0.6):
            with w.inside("*)", ";;"):
                w.some(2)


@family("loops")
def for_in(w: Writer) -> None:
    name = w.new_name()
    words = w.of(
        "1 2 4",
        "a 'b c'",
        "{1..3}",
        "$(seq 2)",
        "wan flux",
        w.use(),
        f"{w.use()} x",
        '"$@"',
        "$MODE",
        "*.png",
        "",
    )
    with w.inside(f"for {name} in {words}; do", "done"):
        _body(w, name)


@family("loops")
def for_arguments(w: Writer) -> None:
    name = w.new_name()
    with w.inside(f"for {name}; do", "done"):
        _body(w, name)


@family("loops")
def for_arithmetic(w: Writer) -> None:
    i = w.counter()
    last = w.of("2", "3", "4", "${#ARGS[@]}", "GPUS % 3")
    step = w.of(f"{i}++", f"{i}++", f"++{i}", f"{i} += 2")
    with w.inside(f"for (( {i} = 0; {i} < {last}; {step} )); do", "done"):
        _body(w, i)


@family("loops")
def counted_while(w: Writer) -> None:
    i = w.counter()
    w.line(f"{i}=0")
    keyword, test = w.of(
        f"while [ ${i} -lt 3 ]", f"while (( {i} < 2 ))", f"until [[ ${i} -ge 2 ]]"
    ).split(" ", 1)
    with w.inside(f"{keyword} {test}; do", "done"):
        w.line(w.of(f"{i}=$(({i} + 1))", f"(( ++{i} ))", f"(( {i}++ )) || true", f"let {i}+=1"))
        _body(w, i)


@family("loops")
def nested(w: Writer) -> None:
    outer, inner = w.counter(), w.counter()
    with w.inside(f"for {outer} in {w.of('1 2', 'a b c')}; do", "done"):
        if w.chance(0.5):
            w.some(1)
        with w.inside(f"for {inner} in {w.of('x y', '$' + outer, '1')}; do", "done"):
            w.line(w.launch(f"${outer} ${inner}"))
            w.line(f"{w.test()} && {w.of('break', 'continue', 'break 2', 'continue 2')}")
            w.some(1)


def _body(w: Writer, name: str) -> None:
    if w.chance(0.7):
        w.line(w.launch(f'"${name}"'))
    if w.chance(0.25):
        w.line(f"{w.test()} && {w.of('break', 'continue')}")
    w.some(2)


@family("functions")
def function(w: Writer) -> None:
    name = w.of("run", "launch", "build_args", "start")
    before = len(w.names)
    with w.inside(w.of(f"{name}() {{", f"function {name} {{", f"{name} () {{"), "}"):
        if w.chance(0.6):
            local = w.new_name()
            w.line(
                w.of(
                    f"local {local}={w.of('$1', '${1:-wan}', chr(34) + '${2:-8}' + chr(34))}",
                    f"local {local}",
                )
            )
        if w.chance(0.3):
            w.line(w.of("shift", "shift || true", "set -- x y", 'set -- "$@" z'))
        w.line(w.launch(w.of('"$@"', '"$1"', "$*", "$#", '"${@:2}"', '"${1:-a}" "${2-}"')))
        w.some(2)
        if w.chance(0.3):
            w.line(w.of("return", "return 0", "return 1", f"{w.test()} && return"))
            w.line(w.launch())
    del w.names[before:]
    w.functions.append(name)
    w.line(_call(w, name))


@family("functions")
def call(w: Writer) -> None:
    if w.functions:
        w.line(_call(w, w.rng.choice(w.functions)))
    else:
        function(w)


def _call(w: Writer, name: str) -> str:
    words = " ".join(
        w.of(w.use(), w.literal(), w.of(*PLAIN), '"$@"') for _ in range(w.rng.randint(0, 3))
    )
    return (
        w.of("", "", "", f"{w.test()} && ", f"{w.name()}=1 ")
        + f"{name} {words}".rstrip()
        + w.of("", "", " || true")
    )


@family("functions")
def passed_through(w: Writer) -> None:
    with w.inside("passed() {", "}"):
        w.line(w.of('"$@"', 'echo "+ $*"; "$@"', '"$@" --warmup', 'local x=1; "$@" $x'))
    w.line(f"passed {w.launch()}")


@family("functions")
def asked(w: Writer) -> None:
    with w.inside("is_big() {", "}"):
        w.line(w.of('[ "$1" -gt 4 ]', "[[ $1 == *wan* ]]", f"{w.test()}", "return ${1:-0}"))
    with w.inside(f"if is_big {w.of('8', '2', 'wan', '$GPUS')} 2>/dev/null; then"):
        w.some(1)
    with w.inside("else", "fi"):
        w.some(1)


@family("functions")
def recursion(w: Writer) -> None:
    with w.inside("again() {", "}"):
        w.line(w.launch('"$1"'))
        w.line('if [ "$1" -gt 0 ]; then again $(($1 - 1)); fi')
    w.line(f"again {w.of('2', '0', '1')}")


@family("functions")
def global_by_function(w: Writer) -> None:
    name = w.new_name()
    with w.inside("choose() {", "}"):
        w.line(
            w.of(
                f"{name}=${{1}}",
                f'{name}="$1-$2"',
                f"declare -g {name}=$1",
                f"{name}=x; local {name}; {name}=$1",
            )
        )
    w.line(f"choose {w.literal()} b")
    w.line(w.launch(f'"${name}"'))


@family("functions")
def printed_by_function(w: Writer) -> None:
    with w.inside("pick_model() {", "}"):
        w.line(f"if {w.test()}; then echo {w.of(*PLAIN)}; else echo {w.of(*PLAIN)}; fi")
    w.line(f"{w.new_name()}=$(pick_model {w.of(*PLAIN)})")


@family("options")
def shifted(w: Writer) -> None:
    name, other = w.new_name(), w.new_name()
    if w.depth == 0 and w.chance(0.5):
        w.line("set -- " + w.of("--gpus 4 --fast", "--fast", "--gpus=2 rest", "x --gpus 8", ""))
    with (
        w.inside(
            w.of(
                "while [[ $# -gt 0 ]]; do",
                "while [ $# -gt 0 ]; do",
                "while (( $# )); do",
                'while [ -n "${1:-}" ]; do',
            ),
            "done",
        ),
        w.inside('case "$1" in', "esac"),
    ):
        w.line(f'--gpus) {name}="$2"; shift 2 || break ;;')
        w.line(f'--gpus=*) {name}="${{1#*=}}"; shift ;;')
        w.line(f"--fast) {other}=1; shift ;;")
        w.line(w.of("--) shift; break ;;", "--) break ;;"))
        w.line(w.of("*) shift ;;", "*) break ;;", f'*) {w.of("ARGS", "OPTS")}+=("$1"); shift ;;'))
    w.line(w.launch(f'"${name}" "${{{other}:-}}" "$@"'))


@family("options")
def getopts(w: Writer) -> None:
    name, other = w.new_name(), w.new_name()
    if w.depth == 0 and w.chance(0.5):
        w.line("set -- " + w.of("-g 4 -f", "-f", "-g2 rest", "x -g 8", "-q", ""))
    w.line("OPTIND=1")
    with w.inside('while getopts "g:f" opt; do', "done"), w.inside("case $opt in", "esac"):
        w.line(f"g) {name}=$OPTARG ;;")
        w.line(f"f) {other}=fast ;;")
        w.line(w.of("*) ;;", "\\?) ;;", f"*) {other}=bad ;;"))
    w.line("shift $((OPTIND - 1))")
    w.line(w.launch(f'"${name}" "$@"'))


@family("options")
def positional(w: Writer) -> None:
    w.line(
        w.of(
            f"set -- {w.literal()} {w.literal()}",
            "set --",
            'set -- "$@" last',
            "shift",
            "set -- ${MODE}",
            "shift 2 || true",
        )
    )
    w.line(w.launch(w.of('"$@"', '"${1:-none}"', "$#", '"${@: -1}"', '"$*"', "${*}", '"${@:1:1}"')))


@family("options")
def flag_per_option(w: Writer) -> None:
    name = w.new_name()
    w.line(f"{name}={w.of('true', 'false', '1', '0', '${' + name + ':-true}')}")
    with w.inside(
        w.of(
            f'if [ "${name}" = true ]; then',
            f"if ${name}; then" if w.chance(0.1) else f"if [[ ${name} == 1 ]]; then",
        ),
        "fi",
    ):
        w.line(f"ARGS+=({w.of(*FLAGS)})")
    if "ARGS" not in w.arrays:
        w.arrays.append("ARGS")
