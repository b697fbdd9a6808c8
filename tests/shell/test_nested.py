"""Scripts inside scripts: strings, input, files that the script writes; and that bash agrees."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell.judge import Project, agrees, make_project, shown

from sgdlint.cli import main


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return make_project(tmp_path, monkeypatch)


# Each script, and the arguments of its launches in the order of the text: `*` is unknown.
ROWS: list[tuple[str, str]] = [
    # strings, and what they are called with
    (r"""bash -c 'sglang serve "$1" $0 "$@"' name x 'y z'""", "x name x y z"),
    (r"""bash -c 'sglang serve "$@" $#'""", "0"),
    (r"""bash -c 'sglang serve "${2-none}" "$*"' n a""", "none a"),
    (r"""f() { bash -c 'sglang serve "$@"' _ --a "$1"; }; f; f x""", "--a  ; --a x"),
    (r"""bash -euxo pipefail -c 'sglang serve $1' n 'a b'""", "a b"),
    (r"""X='a b'; bash -c "sglang serve $X '$X' \"$X\" \$X" """, "a b a b a b *"),
    (r"""X=1; bash -c 'sglang serve --a $X'""", "--a *"),
    (r"""export X=1; bash -c 'sglang serve --a $X'""", "--a 1"),
    (r"""X=1 bash -c 'sglang serve --a $X'""", "--a 1"),
    (r"""bash -c 'X=1; export X; bash -c "sglang serve \$X"'""", "1"),
    (r"""bash -c "bash -c 'sglang serve \"a b\"'" """, "a b"),
    (r"""bash -c 'bash -c '\''bash -c "sglang serve a\ b"'\'' '""", "a b"),
    (r"""bash -c $'bash -c \'sglang serve "a\\tb"\''""", "a\\tb"),
    (r"""ssh host "bash -c \"sglang serve 'a b'\"" """, "a b"),
    (r"""ssh host "bash -lc 'sglang serve --p \"a b\"'" """, "--p a b"),
    (r"""eval "bash -c 'sglang serve \$((1))'" """, "1"),
    # input
    ("bash <<EOF\nsglang serve a\nEOF", "a"),
    ("X=1; bash <<EOF\nX=2; sglang serve $X \\$X\nEOF", "1 2"),
    ("X=1; bash <<'EOF'\nX=2; sglang serve $X\nEOF", "2"),
    ("bash -s -- a 'b c' <<'EOF'\nsglang serve \"$@\"\nEOF", "a b c"),
    ("bash -s a <<< 'sglang serve $1'", "a"),
    ("docker exec -i box bash <<EOF\nsglang serve a\nEOF", "a"),
    ("ssh host bash -s <<'EOF'\nsglang serve a\nEOF", "a"),
    ("ssh host bash -s -- x <<'EOF'\nsglang serve $1\nEOF", "x"),
    ("ssh host 'cd / && bash' <<'EOF'\nsglang serve a\nEOF", "a"),
    ("cat <<EOF | bash\nsglang serve a\nEOF", "a"),
    ("X=1; cat <<EOF | bash -s b\nsglang serve $X \\$1\nEOF", "1 b"),
    ("cat <<EOF | sudo bash\nsglang serve a\nEOF", "a"),
    ("cat <<EOF | ssh host bash\nsglang serve a\nEOF", "a"),
    ("cat <<EOF | tee /dev/null | bash\nsglang serve a\nEOF", "a"),
    ("echo 'sglang serve a' | bash", "a"),
    ('echo sglang serve "a b" | bash -x', "a b"),
    ('X=1; echo "sglang serve $X" $X | sh', "1 1"),
    ("echo -n 'sglang serve a' | bash", "a"),
    ("echo 'sglang serve a\\ b' | bash", "a b"),
    ('echo "sglang serve $N" | bash', "*"),
    ("printf 'sglang serve %s\\n' a | bash", "a"),
    ("printf '%s\\n' 'X=1' 'sglang serve $X' | bash", "1"),
    ("printf 'X=100%%\\nsglang serve $X\\n' | bash", "100%"),
    ("bash < <(echo sglang serve a)", "a"),
    # files that the script writes
    ("cat > run.sh <<'EOF'\nsglang serve \"$@\"\nEOF\nbash run.sh a 'b c'", "a b c"),
    (
        "X=1; cat > run.sh <<EOF\n#!/bin/bash\nX=2; sglang serve $X \\$X\nEOF\nchmod +x *;./run.sh",
        "1 2",
    ),
    ("cat <<'EOF' | tee run.sh > /dev/null\nsglang serve a\nEOF\nbash ./run.sh", "a"),
    ("sudo tee run.sh <<'EOF'\nsglang serve a\nEOF\nbash ./run.sh", "a"),
    ("mkdir d; (cd d; echo 'sglang serve $1' > run.sh); bash d/run.sh a", "a"),
    ("echo 'X=1' > run.sh; echo 'sglang serve $X' >> run.sh; bash run.sh", "1"),
    ("echo 'X=1' > e.sh; . ./e.sh; sglang serve $X", "1"),
    ("echo 'X=$1' > e.sh; source e.sh 5; sglang serve $X", "5"),
    ("echo 'sglang serve a' > r; bash < r", "a"),
    ("echo 'sglang serve $1' > r; bash -c 'bash r a'", "a"),
    ("for i in 1 2; do cat > r.sh <<EOF\nsglang serve $i\nEOF\nbash r.sh; done", "1 ; 2"),
    ('f() { echo "sglang serve $1" > r.sh; bash r.sh; }; f a; f b', "a ; b"),
    ("(echo 'sglang serve a'; exit 0) > r; bash r", ""),
    # strings that run later
    ("X=1; trap 'sglang serve --a' EXIT", "--a"),
    ("X=1; trap \"sglang serve --a '$X'\" EXIT 0; X=2", "--a 1"),
    ("trap 'sglang serve \"$X\"' EXIT; X=2", "*"),
    ("f() { sglang serve --a; }; trap f EXIT", "--a"),
    ("trap - EXIT; trap '' INT", ""),
    ("mkdir d; echo 'sglang serve a' > d/r; cd d; bash r; bash d/r", "a"),
    ('D=$(dirname "$0"); echo \'sglang serve a\' > $D/r; bash "$D/r"', "a"),
    ("echo 'sglang serve a' > r; bash r; echo 'sglang serve b' > r; bash r", "a ; b"),
    ("echo 'sglang serve --a' > r; if test $N; then echo 'sglang serve --b' > r; fi; bash r", ""),
    ("echo 'sglang serve a' > r; sed -i s/a/b/ r; bash r", ""),
    ("echo 'sglang serve a' > r; N=; read N </dev/null; echo b > \"$N\"r; bash r", ""),
    ("echo 'sglang serve a' > r; date >> r; bash r", ""),
    ("echo '#!/usr/bin/env python3' > r; echo 'sglang serve a' >> r; chmod +x r; ./r", ""),
    # files that are left behind
    ("cat > run.sh <<'EOF'\nsglang serve a $1\nEOF", "a *"),
    ("cat > \"$N/run.sh\" <<'EOF'\n#!/bin/bash\nsglang serve a\nEOF", "a"),
    ("cat > start <<EOF\n#!/usr/bin/env bash\nsglang serve a\nEOF", "a"),
    ("cat > notes.txt <<EOF\nsglang serve a\nEOF", ""),
    ("cat <<EOF\nsglang serve a\nEOF", ""),
]


@pytest.mark.parametrize(("script", "expected"), ROWS, ids=[row[0][:50] for row in ROWS])
def test_scripts_inside_a_script(script: str, expected: str, project: Project) -> None:
    project.write("all.sh", script)
    found, _ = project.read("all.sh")
    assert shown(found) == expected
    claims = [one.arguments for one in found]
    for run in project.run("all.sh"):
        assert not claims or any(agrees(words, run[1:]) for words in claims)


WRONG = "sglang generate --model-path Qwen/Qwen-Image --prompt 'a b' --num_gpus 2"
QUOTED = WRONG.replace("'", '"')
ESCAPED = QUOTED.replace('"', '\\"')

# Each script has one launch, with one option that is written wrongly.
DEEP = [
    f'bash -c "{WRONG}"',
    f'bash -c "{ESCAPED}"',
    f"bash -c '{QUOTED}'",
    f"bash -c $'{ESCAPED}'",
    f"bash -c \"docker exec box bash -c '{ESCAPED}'\"",
    f'ssh host "bash -c \\"{WRONG}\\""',
    f"ssh host 'bash -c '\\''{QUOTED}'\\'",
    f"ssh host 'bash -lc \"{ESCAPED}\"'",
    'ssh host "docker run image bash -c \\"bash -c \'' + QUOTED.replace('"', '\\\\\\"') + "'\\\"\"",
    f"eval \"bash -c '{ESCAPED}'\"",
    f'X="{WRONG}"; bash -c "$X"',
    f"A=(bash -c '{QUOTED}'); \"${{A[@]}}\"",
    f'run() {{ bash -c "$1"; }}; run "{WRONG}"',
    f'bash <<< "{WRONG}"',
    f"bash <<EOF\ncd x\n  {WRONG}\nEOF",
    f"bash <<-'EOF'\n\tif true; then\n\t\t{WRONG}\n\tfi\n\tEOF",
    f'bash <<EOF\nbash -c "{ESCAPED}"\nEOF',
    f'cat <<EOF | ssh host bash -s\nbash -c "{ESCAPED}"\nEOF',
    f"echo \"{WRONG}\" | bash",
    f"printf '%s\\n' \"{WRONG}\" | bash",
    f"cat > run.sh <<'EOF'\n{WRONG}\nEOF\nbash run.sh",
    f'cat > run.sh <<EOF\n#!/bin/bash\nsrun bash -c "{ESCAPED}"\nEOF',
    f'sbatch --wrap="srun {WRONG}"',
    f"sbatch <<EOF\n#!/bin/bash\nsrun {QUOTED}\nEOF",
    f'su user -c "{WRONG}"',
    f'tmux send-keys -t main "{WRONG}" Enter',
    f'screen -S x -X stuff "{WRONG}\\n"',
    f"watch '{QUOTED}'",
    f'script -c "{WRONG}" log',
    f'trap "{WRONG}" EXIT',
]  # fmt: skip


@pytest.mark.parametrize("script", DEEP)
def test_what_is_wrong_is_corrected_where_it_was_written(script: str, project: Project) -> None:
    assert script.count("--num_gpus") == 1
    path = project.write("all.sh", script)
    assert main(["fix", str(path)]) in (0, 1)
    assert path.read_text() == script.replace("--num_gpus", "--num-gpus")
