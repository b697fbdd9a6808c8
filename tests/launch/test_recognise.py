"""Which commands are launches, behind which wrappers, with which arguments and environment."""

from __future__ import annotations

import pytest

from sgdlint.launch.recognise import Recognised, launches
from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse
from sgdlint.shell.values import Word

DIFFUSION = "sglang.multimodal_gen.runtime"


def recognise(script: str) -> list[Recognised]:
    return launches(commands(parse(script), script))


def only(script: str) -> Recognised:
    found = recognise(script)
    assert len(found) == 1
    return found[0]


def show(word: Word) -> str:
    if word.many:
        return word.prefix + "*"
    return word.text if word.text is not None else word.prefix + "?"


# Each script has one launch: the wrappers before it, and its subcommand with its arguments.
LAUNCHES = [
    ("sglang serve --x 1", "", "serve --x 1"),
    ("sglang generate", "", "generate"),
    (".venv/bin/sglang serve a", "", "serve a"),
    ("./sglang serve", "", "serve"),
    ("/opt/x/bin/sglang generate --p 'a b'", "", "generate --p a b"),
    ('"$VENV/bin/sglang" serve', "", "serve"),
    ("$VENV/bin/sglang serve", "", "serve"),
    ("~/venv/bin/sglang serve", "", "serve"),
    ("A=1 B=2 sglang serve", "", "serve"),
    ("'sglang' \"serve\"", "", "serve"),
    ("C=sglang; $C serve", "", "serve"),
    ("C=(sglang serve --a); \"${C[@]}\" --x", "", "serve --a --x"),
    ("C='sglang serve --a'; $C --x", "", "serve --a --x"),
    ("eval 'sglang serve --a'", "", "serve --a"),
    ("\"${SGLANG:-sglang}\" serve --a", "", "serve --a"),
    ("\"${PYTHON:-python3}\" -m sglang.multimodal_gen.runtime.launch_server --a", "", "serve --a"),
    ("D=; if a; then D=echo; fi; $D sglang serve --a", "", "serve --a"),
    ("${DRY_RUN:-} ${NICE-} sglang serve --a", "", "serve --a"),
    ("if a; then sglang serve; fi", "", "serve"),
    ("sglang serve $X", "", "serve *"),
    # one program in front
    ("exec sglang serve", "exec", "serve"),
    ("exec -a name sglang serve", "exec", "serve"),
    ("command sglang serve", "command", "serve"),
    ("nohup sglang serve > log 2>&1 &", "nohup", "serve"),
    ("setsid -w sglang serve", "setsid", "serve"),
    ("time sglang serve", "", "serve"),
    ("/usr/bin/time -v -o t.txt sglang serve", "time", "serve"),
    ("timeout 60 sglang serve", "timeout", "serve"),
    ("timeout -k 5 --signal=TERM 60m sglang serve", "timeout", "serve"),
    ("timeout $T sglang serve", "timeout", "serve"),
    ("nice sglang serve", "nice", "serve"),
    ("nice -n 10 sglang serve", "nice", "serve"),
    ("nice -10 sglang serve", "nice", "serve"),
    ("ionice -c2 -n 0 sglang serve", "ionice", "serve"),
    ("sudo sglang serve", "sudo", "serve"),
    ("sudo -E -u me A=1 sglang serve", "sudo", "serve"),
    ("numactl --cpunodebind=0 --membind=0 sglang serve", "numactl", "serve"),
    ("numactl -N 0 -m 0 sglang serve", "numactl", "serve"),
    ("taskset -c 0-3 sglang serve", "taskset", "serve"),
    ("taskset 0xff sglang serve", "taskset", "serve"),
    ("chrt -f 99 sglang serve", "chrt", "serve"),
    ("stdbuf -oL -e L sglang serve", "stdbuf", "serve"),
    ("srun --gres=gpu:8 -N 1 --pty sglang serve", "srun", "serve"),
    ("srun --mem 64G -n1 -l sglang serve", "srun", "serve"),
    ("nsys profile -t cuda,nvtx -o out --force-overwrite true sglang serve", "nsys", "serve"),
    ("nsys profile --trace=cuda --cuda-graph-trace=node sglang generate", "nsys", "generate"),
    ("ncu --set full -o out -f sglang generate", "ncu", "generate"),
    ("uv run sglang serve", "uv", "serve"),
    ("uv run --with sglang --no-sync -- sglang serve", "uv", "serve"),
    ("uvx --from 'sglang[diffusion]' sglang serve", "uvx", "serve"),
    ("uv tool run --from sglang sglang serve", "uv", "serve"),
    ("poetry run sglang serve", "poetry", "serve"),
    ("pipenv run sglang serve", "pipenv", "serve"),
    ("conda run -n env --no-capture-output sglang serve", "conda", "serve"),
    ("micromamba run -n env sglang serve", "micromamba", "serve"),
    ("pixi run -e cuda sglang serve", "pixi", "serve"),
    ("xvfb-run -a sglang serve", "xvfb-run", "serve"),
    ("flock /tmp/lock sglang serve", "flock", "serve"),
    ("env A=1 sglang serve", "env", "serve"),
    ("env -i -u X A=$A sglang serve", "env", "serve"),
    ("mpirun -np 2 --allow-run-as-root sglang serve", "mpirun", "serve"),
    ("torchrun --nproc_per_node=4 --no-python sglang generate", "torchrun", "generate"),
    # containers and other machines
    ("docker run --rm --gpus all -p 30000:30000 image sglang serve", "docker", "serve"),
    ("docker run -itd -v ~/.cache:/c --shm-size 32g image:$TAG sglang serve", "docker", "serve"),
    ("docker run --gpus '\"device=0,1\"' --ipc=host \"$IMAGE\" sglang serve", "docker", "serve"),
    ("docker run --rm $IMAGE sglang serve", "docker", "serve"),
    ("docker run $ARGS lmsysorg/sglang:latest sglang serve", "docker", "serve"),
    ("docker run --entrypoint sglang image serve --x", "docker", "serve --x"),
    ("docker exec -it box sglang serve", "docker", "serve"),
    ("docker container exec box sglang serve", "docker", "serve"),
    ("docker compose -f c.yml run --rm app sglang serve", "docker", "serve"),
    ("docker-compose exec -T app sglang serve", "docker-compose", "serve"),
    ("sudo docker run image bash -c 'sglang serve --x'", "sudo docker bash", "serve --x"),
    ("podman run --device nvidia.com/gpu=all image sglang serve", "podman", "serve"),
    ("apptainer exec --nv image.sif sglang serve", "apptainer", "serve"),
    ("kubectl exec -it pod -n ns -- sglang serve", "kubectl", "serve"),
    ("kubectl -n ns exec pod -c main -- bash -lc 'sglang serve'", "kubectl bash", "serve"),
    ("ssh -p 22 host sglang serve --x", "ssh", "serve --x"),
    ("ssh host 'cd /x && sglang serve --x'", "ssh", "serve --x"),
    # several
    ("srun $OPTIONS sglang serve", "srun", "serve"),
    ("srun $OPTIONS --mem=4G sglang serve", "srun", "serve"),
    ("nsys profile $OPTIONS -- sglang serve", "nsys", "serve"),
    ("exec env A=1 nohup sglang serve", "exec env nohup", "serve"),
    ("CUDA_VISIBLE_DEVICES=0 nohup numactl -N0 nice -n 5 sglang serve &", "nohup numactl nice",
     "serve"),
    ("srun uv run python -m " + DIFFUSION + ".launch_server --x", "srun uv", "serve --x"),
    # shells
    ("bash -c 'sglang serve --x'", "bash", "serve --x"),
    ('bash -lc "sglang serve --x"', "bash", "serve --x"),
    ("sh -ec 'A=1 exec sglang serve'", "sh exec", "serve"),
    ("bash -euo pipefail -c 'sglang serve'", "bash", "serve"),
    ("X=5; bash -c \"sglang serve --port $X\"", "bash", "serve --port 5"),
    ("bash <<'E'\nsglang serve --x\nE", "bash", "serve --x"),
    ("bash -s <<E\nsglang serve --x\nE", "bash", "serve --x"),
    ("docker exec -i box bash <<'E'\nsglang serve\nE", "docker bash", "serve"),
    ("ssh host <<'E'\nsglang serve\nE", "ssh", "serve"),
    ("bash -c 'bash -c \"sglang serve\"'", "bash bash", "serve"),
    # python
    (f"python -m {DIFFUSION}.launch_server --x", "", "serve --x"),
    (f"python3.11 -u -m {DIFFUSION}.entrypoints.cli.main generate --x", "", "generate --x"),
    (f"python3 -W ignore -um {DIFFUSION}.entrypoints.cli.main serve", "", "serve"),
    ("python -m sglang.cli.main generate", "", "generate"),
    ("$PYTHON/bin/python3 /venv/bin/sglang serve", "", "serve"),
    ("python sglang/multimodal_gen/runtime/launch_server.py --x", "", "serve --x"),
    (f"torchrun --nproc_per_node 4 -m {DIFFUSION}.launch_server --x", "torchrun", "serve --x"),
    (f"python -m torch.distributed.run --standalone -m {DIFFUSION}.launch_server",
     "torch.distributed.run", "serve"),
    (f"uv run -m {DIFFUSION}.launch_server --x", "uv", "serve --x"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "wrappers", "launch"), LAUNCHES)
def test_launches(script: str, wrappers: str, launch: str) -> None:
    found = only(script)
    assert " ".join(found.wrappers) == wrappers
    assert " ".join([found.subcommand, *(show(word) for word in found.arguments)]) == launch


NOTHING = [
    "echo sglang serve",
    "sglang",
    "sglang version",
    "sglang $X",
    "sglang --x serve",
    "sglang serve --help",
    "sglang generate -h | grep -q -- --warmup",
    "command -v sglang serve",
    "pip install sglang serve",
    "which sglang",
    '"$CMD" serve',
    "$LAUNCHER sglang serve",
    "xsglang serve",
    "sglang-x serve",
    "timeout sglang serve",
    "docker run -v sglang serve",
    "docker ps sglang serve",
    "docker run --name sglang serve",
    "docker run $ARGS --name sglang serve",
    "docker run $IMAGE echo sglang serve",
    "docker run --entrypoint $X image sglang serve",
    "docker run --entrypoint bash image sglang serve",
    "kubectl exec pod sglang serve",
    "kubectl get pods -- sglang serve",
    "bash sglang serve",
    "bash -c $X",
    "bash -c 'echo sglang serve'",
    "bash script <<'E'\nsglang serve\nE",
    "cat <<'E'\nsglang serve\nE",
    "python -m sglang.bench_serving serve",
    "python -c 'sglang serve'",
    "python sglang serve",
    "python -m $M serve",
    "python -m sglang serve",
    "python3 -m sglang generate",
    "torchrun train.py sglang serve",
    "sglang() { :; }; sglang serve",
    "# sglang serve",
    "'sglang serve'",
    "git commit -m 'sglang serve'",
]


@pytest.mark.parametrize("script", NOTHING)
def test_no_launches(script: str) -> None:
    assert recognise(script) == []


# Each script; what is known of A: its text, `?`, `unset`, or `-` when nothing is said; whether the
# environment is fresh; whether an assignment before the command reaches the process.
ENVIRONMENTS = [
    ("sglang serve", "-", False, True),
    ("export A=1; sglang serve", "1", False, True),
    ("A=1 sglang serve", "1", False, True),
    ("env A=1 sglang serve", "1", False, True),
    ("A=1 env A=2 sglang serve", "2", False, True),
    ('env A="$X" sglang serve', "?", False, True),
    ("A=1 env -u A sglang serve", "unset", False, True),
    ("A=1 env -i sglang serve", "-", True, False),
    ("A=1 env - B=2 sglang serve", "-", True, False),
    ("A=1 env -i A=2 sglang serve", "2", True, False),
    ("A=1 exec -c sglang serve", "-", True, False),
    ("A=1 nohup sglang serve", "1", False, True),
    ("A=1 sudo sglang serve", "-", True, False),
    ("A=1 sudo -E sglang serve", "1", False, True),
    ("A=1 sudo --preserve-env=A sglang serve", "1", True, False),
    ("sudo A=1 sglang serve", "1", True, False),
    ("A=1 docker run image sglang serve", "-", True, False),
    ("docker run -e A=1 image sglang serve", "1", True, False),
    ("docker run -eA=1 image sglang serve", "1", True, False),
    ("docker run --env A=1 image sglang serve", "1", True, False),
    ("docker run --env=A=1 image sglang serve", "1", True, False),
    ("docker run -ite A=1 image sglang serve", "1", True, False),
    ("export A=1; docker run -e A image sglang serve", "1", True, False),
    ("docker run -e A image sglang serve", "-", True, False),
    ("docker run -e A=1 image bash -c 'sglang serve'", "1", True, True),
    ("export A=1; docker run image bash -c 'sglang serve'", "-", True, True),
    ("docker compose run -e A=1 app sglang serve", "1", True, False),
    ("A=1 kubectl exec pod -- sglang serve", "-", True, False),
    ("kubectl exec pod -- env A=1 sglang serve", "1", True, False),
    ("A=1 ssh host sglang serve", "-", True, True),
    ("ssh host A=1 sglang serve", "1", True, True),
    ("A=1 srun sglang serve", "1", False, True),
    ("A=1 srun --export=NONE sglang serve", "-", True, False),
    ("srun --export=ALL,A=1 sglang serve", "1", False, True),
    ("A=1 apptainer exec --nv x.sif sglang serve", "1", False, True),
    ("A=1 apptainer exec --cleanenv x.sif sglang serve", "-", True, False),
    ("export A=1; bash -c 'sglang serve'", "1", False, True),
    ("A=1 bash -c 'sglang serve'", "1", False, True),
    ("bash -c 'A=1 sglang serve'", "1", False, True),
    ("docker run $ARGS -e A=1 a/image sglang serve", "-", True, False),
]


@pytest.mark.parametrize(("script", "value", "fresh", "reaches"), ENVIRONMENTS)
def test_environment(script: str, value: str, fresh: bool, reaches: bool) -> None:
    found = only(script)
    variable = found.environment.get("A")
    if variable is None:
        assert value == "-"
    else:
        assert (show(variable.word) if variable.word is not None else "unset") == value
        assert variable.exported is (variable.word is not None)
    assert (found.fresh, found.prefix_reaches) == (fresh, reaches)


# Each script, and the text of the command, of launcher and subcommand, and of the arguments.
PLACES = [
    ("A=1 nohup sglang serve --x 'y z' >log", "A=1 nohup sglang serve --x 'y z'", "sglang serve",
     ["--x", "y z"]),
    ("bash -c 'cd x; sglang serve --x'", "sglang serve --x", "sglang serve", ["--x"]),
    ("F='--x 1'; bash -c \"sglang serve $F\"", '"sglang serve $F"', "sglang serve", ["--x", "1"]),
    ("ssh h sglang serve --x", "sglang serve --x", "sglang serve", ["--x"]),
    ("bash <<'E'\nsglang  serve --x\nE", "sglang  serve --x", "sglang  serve", ["--x"]),
    ("C=(sglang serve); \"${C[@]}\" --x", "\"${C[@]}\" --x", '"${C[@]}"', ["--x"]),
    ("bash -c \"bash -c 'sglang serve --x'\"", "sglang serve --x", "sglang serve", ["--x"]),
]  # fmt: skip


@pytest.mark.parametrize(("script", "command", "head", "arguments"), PLACES)
def test_places(script: str, command: str, head: str, arguments: list[str]) -> None:
    found = only(script)
    assert script[found.command.start : found.command.end] == command
    assert script[found.head_start : found.head_end] == head
    pieces = [word.pieces[0] for word in found.arguments]
    assert [script[piece.start : piece.end] for piece in pieces] == arguments
    assert all(piece.exact for piece in pieces)


# Each script, and where the variable A is set, or "" where that cannot be taken out by itself.
VARIABLES = [
    ("A=1 sglang serve", "A=1"),
    ('env "A=1" sglang serve', '"A=1"'),
    ("docker run -e A=1 image sglang serve", "-e A=1"),
    ("docker run --env A=1 image sglang serve", "--env A=1"),
    ("docker run --env=A=1 image sglang serve", "--env=A=1"),
    ("docker run -eA=1 image sglang serve", "-eA=1"),
    ("docker run -ite A=1 image sglang serve", ""),
    ("docker run -iteA=1 image sglang serve", ""),
    ('E="-e A=1"; docker run $E image sglang serve', "-e A=1"),
    ('E="A=1"; docker run -e $E image sglang serve', "-e $E"),
    ('E=1; env A="$E" sglang serve', 'A="$E"'),
    ("bash -c 'export A=1; sglang serve'", "export A=1"),
    ('B=1; bash -c "export A=$B; sglang serve"', ""),
    ('bash -c "export A=\\"1 2\\"; sglang serve"', 'export A=\\"1 2\\"'),
]


@pytest.mark.parametrize(("script", "source"), VARIABLES)
def test_places_of_variables(script: str, source: str) -> None:
    variable = only(script).environment.get("A")
    start, end = (variable.start, variable.end) if variable is not None else (-1, -1)
    assert (script[start:end] if start >= 0 else "") == source


# Each script, and whether an assignment can be written where its command starts.
BEFORE = [
    ('bash -c "sglang serve"', True),
    ('bash -c "A=1 sglang serve"', True),
    ('C=sglang; bash -c "$C serve $X"', False),
    ("C='sglang serve'; bash -c \"$C\"", True),
    ('bash -c "$V/bin/sglang serve"', False),
]


@pytest.mark.parametrize(("script", "expected"), BEFORE)
def test_what_is_written_before_a_nested_command(script: str, expected: bool) -> None:
    assert only(script).prefix_reaches is expected


ENTRIES = [
    ("sglang serve", "sglang", 0, False),
    ("env A=1 sglang serve", "sglang", 2, False),
    ("bash -c 'env sglang serve'", "sglang", 1, True),
    ("python -m sglang.cli.main serve", "sglang.cli.main", 0, False),
    (f"python -m {DIFFUSION}.launch_server", f"{DIFFUSION}.launch_server", 0, False),
]


@pytest.mark.parametrize(("script", "entry", "launcher", "nested"), ENTRIES)
def test_entries(script: str, entry: str, launcher: int, nested: bool) -> None:
    found = only(script)
    assert (found.entry, found.launcher, found.nested) == (entry, launcher, nested)


def test_several_launches_keep_their_order_and_their_paths() -> None:
    found = recognise("sglang serve a && sglang serve b; bash -c 'sglang serve c | tee d'")
    assert [one.arguments[0].text for one in found] == ["a", "b", "c"]
    assert [one.command.conditional for one in found] == [False, True, False]


@pytest.mark.parametrize("deep", ["exec " * 5000, "bash -c " * 50, "env " * 11, "sudo -E " * 20])
def test_many_wrappers_end(deep: str) -> None:
    assert recognise(deep + "sglang serve") in ([], recognise(deep + "sglang serve"))
