"""Statements that give variables their values."""

from __future__ import annotations

from proof.families import family
from proof.writer import ARRAYS, FLAGS, KEYS, MAPS, PLAIN, Writer


@family("variables")
def assign(w: Writer) -> None:
    value = w.value()
    w.line(f"{w.new_name()}={value}")


@family("variables")
def export(w: Writer) -> None:
    value = w.value()
    name = w.new_name()
    w.line(w.of(f"export {name}={value}", f"{name}={value}; export {name}", f"export {name}"))


@family("variables")
def append(w: Writer) -> None:
    value = w.value()
    w.line(f"{w.new_name()}+={value}")


@family("variables")
def default(w: Writer) -> None:
    name = w.new_name()
    text = w.of(*PLAIN)
    w.line(
        w.of(f': "${{{name}:={text}}}"', f'{name}="${{{name}:-{text}}}"', f": ${{{name}={text}}}")
    )


@family("variables")
def unset(w: Writer) -> None:
    w.line(w.of("unset", "unset", "unset -v", "readonly", "export -n") + f" {w.name()}")


@family("variables")
def declare(w: Writer) -> None:
    how = w.of(
        "declare", "declare -x", "declare -i", "declare -l", "declare -u", "typeset", "declare +x"
    )
    value = w.value()
    w.line(f"{how} {w.new_name()}={value}")


@family("variables")
def allexport(w: Writer) -> None:
    with w.inside("set -a"):
        assign(w)
    w.line("set +a")


@family("variables")
def reference(w: Writer) -> None:
    name = w.name()
    text = w.literal()
    w.line(f"declare -n REF={name}; REF={text}; unset -n REF")


@family("flags")
def flag_string(w: Writer) -> None:
    name = w.new_name()
    if w.chance(0.5):
        w.line(f'{name}="{w.of(*FLAGS)}"')
    else:
        w.line(f'{name}="${name} {w.of(*FLAGS)}"')
    w.line(w.launch(f"${name}"))


@family("flags")
def launcher_in_variable(w: Writer) -> None:
    command = w.launch()
    if '"' in command or "'" in command:
        w.line(f"CMD=(sglang {w.of('serve', 'generate')} --seed {w.tags} {w.of(*FLAGS)})")
        w.line(f'"${{CMD[@]}}" {w.use()}')
    else:
        w.line(f'CMD="sglang serve --seed {w.tags} {w.of(*FLAGS)}"')
        w.line(f"$CMD {w.use()}")


@family("arrays")
def array(w: Writer) -> None:
    words = " ".join(w.use() if w.chance(0.3) else w.literal() for _ in range(w.rng.randint(0, 4)))
    name = w.of(*ARRAYS)
    w.line(f"{w.of('', '', 'declare -a ')}{name}=({words})")
    if name not in w.arrays:
        w.arrays.append(name)


@family("arrays")
def append_array(w: Writer) -> None:
    if not w.arrays:
        array(w)
    name = w.rng.choice(w.arrays)
    word = w.of(w.of(*FLAGS), w.use(), w.literal())
    w.line(w.of("", "", f"{w.test()} && ", f"{w.test()} || ") + f"{name}+=({word})")


@family("arrays")
def change_array(w: Writer) -> None:
    if not w.arrays:
        array(w)
    name = w.rng.choice(w.arrays)
    index = w.of("0", "1", "-1", "5", "${#" + name + "[@]}", "1+1")
    forms = (
        f"{name}[{index}]={w.literal()}",
        f"{name}[{index}]+={w.literal()}",
        f'{name}=("${{{name}[@]:{w.of("1", "0:2", "1:1", "-1")}}}")',
        f'{name}=("${{{name}[@]{w.of("/a/b", "#--", "%8", "/#/x", "^", ",,")}}}")',
        f"unset '{name}[{w.of('0', '1', '-1')}]'",
        f'{name}=("{w.of(*PLAIN)}" "${{{name}[@]}}")',
        f"{name}={w.literal()}",
        f"unset {name}",
        f'{w.new_name()}="${{{name}[*]}}"',
        f"{w.new_name()}=${{#{name}[@]}}",
    )
    w.line(w.rng.choice(forms))


@family("sparse")
def sparse(w: Writer) -> None:
    name = w.of(*ARRAYS)
    w.line(f"{name}=({w.of('[2]=c [0]=a b', '[1]=x', '[5]=a [3]=b', 'a [4]=b c')})")
    w.line(w.launch(f'"${{{name}[@]}}" "${{!{name}[@]}}" "${{{name}[4]}}"'))


@family("arrays")
def indices(w: Writer) -> None:
    if not w.arrays:
        array(w)
    name = w.rng.choice(w.arrays)
    i = w.counter()
    with w.inside(f'for {i} in "${{!{name}[@]}}"; do', "done"):
        w.line(w.launch(f'"${i}" "${{{name}[${i}]}}"' if w.chance(0.5) else f'"${{{name}[{i}]}}"'))


@family("maps")
def map_of(w: Writer) -> None:
    name = w.of(*MAPS)
    keys = w.rng.sample(KEYS, w.rng.randint(0, 4))
    pairs = " ".join(f"[{key}]={w.literal()}" for key in keys)
    w.line(w.of(f"declare -A {name}=({pairs})", f"declare -A {name}; {name}=({pairs})"))
    if name not in w.maps:
        w.maps.append(name)


@family("maps")
def change_map(w: Writer) -> None:
    if not w.maps:
        map_of(w)
    name = w.rng.choice(w.maps)
    key = w.of(*KEYS, f"${w.name()}")
    forms = (
        f"{name}[{key}]={w.literal()}",
        f"{name}[{key}]+={w.literal()}",
        f"{name}+=([{key}]={w.literal()})",
        f"unset '{name}[{key}]'",
        f'{w.new_name()}="${{{name}[{key}]}}"',
        f'{w.new_name()}="${{{name}[{key}]:-{w.of(*PLAIN)}}}"',
        f"{w.new_name()}=${{#{name}[@]}}",
    )
    w.line(w.rng.choice(forms))


@family("maps")
def each_of_map(w: Writer) -> None:
    map_of(w)
    name = w.maps[-1]
    i = w.counter()
    with w.inside(f'for {i} in "${{!{name}[@]}}"; do', "done"):
        w.line(w.launch(f'"${i}" "${{{name}[${i}]}}"'))


OPERATORS = (
    "${%s#*/}",
    "${%s##*/}",
    "${%s%%/*}",
    "${%s%%%%-*}",
    "${%s/a/b}",
    "${%s//a/}",
    "${%s/#Q/q}",
    "${%s/%%e/E}",
    "${%s^}",
    "${%s^^}",
    "${%s,}",
    "${%s,,}",
    "${%s:1}",
    "${%s:0:2}",
    "${%s: -2}",
    "${%s:1:-1}",
    "${#%s}",
    "${%s@Q}",
    "${%s@U}",
    "${%s@L}",
    "${%s:?}",
    "${%s:-$MODE}",
    "${%s//[0-9]/n}",
    "${%s//\\//_}",
    "${%s##*[!0-9]}",
    '${%s/"$MODE"/x}',
    "${%s%%.*}",
    "${%s+set}",
    "${%s:+set}",
    "${%s//-/ }",
    '${%s%%"$MODE"}',
    "${%s#?}",
    "${%s^^[a-m]}",
    "${%s@A}",
    "${%s@E}",
    "${%s~~}",
)
"""How a value can be used, written for the operator `%`."""


@family("operators")
def operator(w: Writer) -> None:
    value = w.rng.choice(OPERATORS) % w.name()
    w.line(
        w.of(f'{w.new_name()}="{value}"', f"{w.new_name()}={value}", f'{w.new_name()}="x{value}-y"')
    )


@family("operators")
def indirect(w: Writer) -> None:
    name = w.name()
    w.line(f"WHICH={name}")
    w.line(w.launch(w.of('"${!WHICH}"', "${!WHICH:-4}", '"${!WHICH%/*}"', '"x${!WHICH}y"')))


@family("errors")
def failing(w: Writer) -> None:
    name = w.new_name()
    w.line(
        f"{name}={w.of('${!' + w.name() + '}', '$((1 / 0))', '${' + w.name() + '@Z}', '$((08))')}"
    )
    w.line(w.launch(f'"${name}"'))


@family("operators")
def launch_with_operator(w: Writer) -> None:
    if w.chance(0.6):
        assign(w)
    value = w.rng.choice(OPERATORS) % w.name()
    w.line(w.launch(w.of(f'"{value}"', value, f'--name="{value}"')))


SUMS: tuple[str, ...] = (
    "1 + 2",
    "%s * 2",
    "%s + 1",
    "$%s / 2",
    "2 ** 3",
    "%s %% 3",
    "%s > 2 ? 8 : 4",
    "(1 + %s) * 2",
)
SUMS += (
    "%s << 1",
    "0x10 + %s",
    "1 , 2",
    "~1",
    "!%s",
    "-%s",
    "%s == 1 || 0",
    "%s++",
    "%s += 2",
)
SUMS += ("%s = 5", "--%s", "10#08", "%s & 3", "7 - - 2", "${%s:-3} * 2", "$((1 + 1)) * %s")


@family("arithmetic")
def number(w: Writer) -> None:
    w.line(f"{w.new_name()}={w.rng.randint(-3, 40)}")


@family("arithmetic")
def arithmetic(w: Writer) -> None:
    sum_of = w.rng.choice(SUMS).replace("%%", "%").replace("%s", w.name())
    name = w.new_name()
    w.line(w.of(f"{name}=$(({sum_of}))", f"(( {name} = {sum_of} ))", f"let {name}='{sum_of}'"))


@family("arithmetic")
def counted(w: Writer) -> None:
    name = w.new_name()
    w.line(f"{name}={w.rng.randint(0, 9)}")
    w.line(
        w.of(f"(( {name}++ ))", f"(( {name} += 2 ))", f"let {name}+=1", f"{name}=$(( {name} * 2 ))")
    )
    w.line(w.launch(f'"${name}" $(({name} + 1)) "$(( {name} % 2 ))"'))


@family("ifs")
def ifs(w: Writer) -> None:
    name = w.name()
    separator = w.of(",", ":", "' '", "$'\\n'", "''", ", ", "/")
    kind = w.rng.randrange(5)
    if kind == 0:
        w.line(f"IFS={separator.strip() if separator == ', ' else separator}")
        w.line(w.launch(f"${name} x${{{name}}}y"))
        w.line(w.of("unset IFS", "IFS=$' \\t\\n'", ":"))
    elif kind == 1:
        first, second = w.new_name(), w.new_name()
        w.line(f"IFS=, read -r {first} {second} <<< {w.literal()}")
        w.line(w.launch(f'"${first}" "${second}"'))
    elif kind == 2:
        if not w.arrays:
            array(w)
        other = w.rng.choice(w.arrays)
        w.line(f'{w.new_name()}=$(IFS=,; echo "${{{other}[*]}}")')
    elif kind == 3:
        w.line(f"(IFS=:; {w.launch(f'${name}')})")
    else:
        array_name = w.of(*ARRAYS)
        if array_name not in w.arrays:
            w.arrays.append(array_name)
        w.line(
            f'IFS={w.of(",", ":")} read -ra {array_name} <<< "{w.of("a,b,c", "x:y", "1, 2", "")}"'
        )


@family("reading")
def printf(w: Writer) -> None:
    form = w.of(
        "%s", "%d", "%02d", "%s-%s", "%q", "a%sb", "%%", "%s\\n", "%b", "%-5s|", "%x", "%.2f", "%s,"
    )
    arguments = " ".join(
        w.of(w.literal(), w.of("1", "42"), f'"${w.name()}"') for _ in range(w.rng.randint(1, 3))
    )
    w.line(f"printf -v {w.new_name()} '{form}' {arguments}")


@family("reading")
def read(w: Writer) -> None:
    first, second = w.new_name(), w.new_name()
    source = w.of(w.literal(), f'"${w.name()}"', '"a b c"', "' x  y '", "$'1 2\\n3'")
    w.line(
        f"read {w.of('', '-r', '-r')} {w.of(first, f'{first} {second}')} <<< {source}".replace(
            "  ", " "
        )
    )


@family("reading")
def read_lines(w: Writer) -> None:
    name = w.new_name()
    with w.inside(f"while read -r {name}; do", "done <<'END'"):
        w.line(w.launch(f'"${name}"'))
    w.lines += [w.of(*PLAIN), w.of(*FLAGS), "END"]


@family("reading")
def mapfile(w: Writer) -> None:
    name = w.of(*ARRAYS)
    if name not in w.arrays:
        w.arrays.append(name)
    lines = w.of(
        "<<< $'a\\nb c\\nd'", "<<< 'one'", "< none.txt", '< <(printf "%s\\n" x y)', '<<< "$MODE"'
    )
    w.line(f"{w.of('mapfile -t', 'readarray -t', 'mapfile')} {name} {lines}")


@family("substitutions")
def substitution(w: Writer) -> None:
    name = w.name()
    command = w.of(
        f'echo "${name}"',
        f"echo ${name}",
        "echo a b",
        "printf '%s' x",
        f'basename "${name}"',
        "seq 3",
        f'dirname "${name}"',
        f'printf "%s\\n" "${name}" | tr a b',
        "hostname",
        "date +%s >/dev/null; echo 1",
        f"X=1; echo $X{w.of(*PLAIN)}",
        "cat <<< hi",
        "true",
        "nvidia-smi -L | wc -l",
        f'echo "${name}" | cut -d/ -f1',
        f'echo -n "${name}"',
        "echo -e 'a\\tb'",
        f"if {w.test()}; then echo 1; else echo 2; fi",
        "cat a.png",
        "pwd >/dev/null",
        "echo '*'",
        "echo",
        "printf 'a\\n\\n'",
        f"basename {w.of(*PLAIN)}/x.sh .sh",
        "cat none.txt 2>/dev/null || echo 7",
    )
    form = w.of(f"$({command})", f'"$({command})"')
    if "`" not in command and "\\" not in command and "$(" not in command:
        form = w.of(form, form, f"`{command}`")
    w.line(
        w.of(
            f"{w.new_name()}={form}",
            f"{w.new_name()}={form}",
            w.launch(form),
            f"export {w.new_name()}={form}",
        )
    )


@family("quoting")
def quoting(w: Writer) -> None:
    words = " ".join(w.quoted(w.text()) + w.of("", "", w.literal()) for _ in range(3))
    extra = w.of(
        "{a,b}",
        "x{1..3}",
        "pre{a,}post",
        "~",
        "~/x",
        "a\\ b",
        "*.none",
        "\"\"''",
        "--k={1,2}",
        "$'\\x41'",
        '$"hi"',
    )
    w.line(w.launch(words, extra))


@family("quoting")
def across_lines(w: Writer) -> None:
    first = w.launch()
    w.line(first + " \\")
    w.line(f"  --prompt {w.literal()} \\")
    w.line(f"  {w.of(*FLAGS)}" + w.of("", " # done", "  "))
