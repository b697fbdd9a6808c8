"""Programs that run another command: their table, and what stands behind each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sgdlint.files import Neighbours
from sgdlint.launch.recognise import Recognised, launches
from sgdlint.launch.wrappers import EFFECTS, RUNS, Wrapper, _paths, programs, wrapper_of
from sgdlint.shell.folders import CURRENT, UNKNOWN
from sgdlint.shell.interpreter import commands
from sgdlint.shell.parser import parse
from sgdlint.shell.sourcing import Files
from sgdlint.shell.values import Word

SERVER = "sglang.multimodal_gen.runtime.launch_server"
OPTIONS = {"flags", "valued", "optional", "pairs"}
SAID = {
    "anywhere",
    "assigns",
    "forgets-all",
    "moves-all",
    "fresh",
    "image",
    "interleaved",
    "one-dash",
    "separator",
    "tool",
}
VALUES = {"adds", "guess", "like", "needs", "operands", "prefixes", "python", "runs"}


def recognise(script: str) -> list[Recognised]:
    return launches(commands(parse(script), script))


def show(word: Word) -> str:
    if word.many:
        return word.prefix + "*"
    return word.text if word.text is not None else word.prefix + "?"


def shown(found: Recognised) -> str:
    return " ".join([*found.wrappers, "|", found.subcommand, *map(show, found.arguments)])


def value_of(found: Recognised, name: str) -> str:
    variable = found.environment.get(name)
    if variable is None:
        return "-"
    return "unset" if variable.word is None else show(variable.word)


# Each command, and its launch behind the programs before it; "" for none.
COMMANDS = [
    # of the shell
    ("builtin exec sglang serve", "builtin exec | serve"),
    ("command -v sglang serve", ""),
    ("command -V sglang", ""),
    ("! sglang serve", "| serve"),
    ("time -p sglang serve", "| serve"),
    ("coproc sglang serve", "| serve"),
    ("coproc S { sglang serve; }", "| serve"),
    ("nohup sglang serve >log 2>&1 &", "nohup | serve"),
    ("command time -p sglang serve", "command time | serve"),
    # launchers in variables and arrays
    (f'SGL="python -m {SERVER}"; $SGL --x', "| serve --x"),
    ('CMD=(sglang generate --x); "${CMD[@]}" --y', "| generate --x --y"),
    ('RUN="docker run --rm img"; $RUN sglang serve', "docker | serve"),
    ('RUN=(srun -N1 --gres gpu:2); "${RUN[@]}" sglang serve', "srun | serve"),
    ('NUMA="numactl -N 0"; exec $NUMA sglang serve', "exec numactl | serve"),
    # priority, placement, time
    ("nice -n10 ionice -c2 taskset -c 0-3 chrt -r 5 numactl -N0 sglang serve",
     "nice ionice taskset chrt numactl | serve"),
    ("numactl --cpunodebind 0 --membind 0 -- sglang serve", "numactl | serve"),
    ("numactl --hardware", ""),
    ("numactl --show sglang serve", ""),
    ("taskset -p 0x1 sglang serve", ""),
    ("taskset --cpu-list 0-7 sglang serve", "taskset | serve"),
    ("chrt -p 5 sglang serve", ""),
    ("ionice -p 5 sglang serve", ""),
    ("timeout --foreground -s KILL -k 5 1h sglang serve", "timeout | serve"),
    ("timeout --unknown sglang serve", ""),
    ("setsid --fork nohup sglang serve", "setsid nohup | serve"),
    ("flock /tmp/l -c 'sglang generate --x'", "flock | generate --x"),
    ("flock -n /tmp/l sglang generate --x", "flock | generate --x"),
    ("flock -w 5 9", ""),
    ("watch -n 5 sglang generate", "watch | generate"),
    ("watch -x sglang generate", "watch | generate"),
    ("watch -n 5 nvidia-smi sglang serve", ""),
    ("setarch x86_64 -R sglang serve", "setarch | serve"),
    ("chpst -u u:g -m 5 sglang serve", "chpst | serve"),
    ("catchsegv sglang serve", "catchsegv | serve"),
    ("prlimit --nofile=65536 sglang serve", "prlimit | serve"),
    ("systemd-inhibit --what idle sglang serve", "systemd-inhibit | serve"),
    ("unshare -m -r sglang serve", "unshare | serve"),
    # users
    ("su - bob -c 'sglang serve --x'", "su | serve --x"),
    ("su -c 'sglang serve --x' bob", "su | serve --x"),
    ("su bob sglang serve", ""),
    ("su - bob <<'E'\nsglang serve\nE", "su | serve"),
    ("runuser -u bob -- sglang serve", "runuser | serve"),
    ("runuser -l bob -c 'sglang serve'", "runuser | serve"),
    ("doas -u bob sglang serve", "doas | serve"),
    ("gosu bob sglang serve", "gosu | serve"),
    ("sudo -u bob -g video -H sglang serve", "sudo | serve"),
    ("sudo -i -u bob sglang serve", "sudo | serve"),
    ("sudo -l sglang serve", ""),
    ("sudo -v", ""),
    ("systemd-run --user --unit s -p A=1 -d sglang serve", "systemd-run | serve"),
    # profilers and debuggers
    ("nsys profile -w true -t cuda,nvtx -o out -- sglang generate", "nsys | generate"),
    ("nsys launch --session-new=a sglang serve", "nsys | serve"),
    ("nsys stats sglang serve", ""),
    ("ncu --set full --kernel-name regex:foo -c 5 -o out sglang generate", "ncu | generate"),
    ("ncu --target-processes all -f --nvtx sglang generate", "ncu | generate"),
    ("ncu --what is sglang generate", ""),
    ("rocprof --stats -o x.csv sglang generate", "rocprof | generate"),
    ("rocprofv3 --sys-trace -d x -- sglang generate", "rocprofv3 | generate"),
    ("strace -ff -o trace -e trace=open sglang generate", "strace | generate"),
    ("perf stat -e cycles -r 3 sglang generate", "perf | generate"),
    ("perf record -g -o x -- sglang generate", "perf | generate"),
    ("perf report sglang generate", ""),
    (f"gdb -ex run --args python -m {SERVER}", "gdb | serve"),
    ("gdb sglang serve", ""),
    ("valgrind --tool=memcheck sglang serve", "valgrind | serve"),
    ("compute-sanitizer --tool memcheck sglang generate", "compute-sanitizer | generate"),
    ("py-spy record -o p.svg --subprocesses -- sglang generate", "py-spy | generate"),
    ("py-spy dump --pid 12", ""),
    ("script -qc 'sglang generate --x' /dev/null", "script | generate --x"),
    # python
    (f"coverage run --branch -m {SERVER} --x", "coverage | serve --x"),
    (f"python -m coverage run --source . -m {SERVER} --x", "coverage | serve --x"),
    (f"python -m debugpy --listen 5678 --wait-for-client -m {SERVER} --x", "debugpy | serve --x"),
    (f"python -m cProfile -o x -m {SERVER}", "cProfile | serve"),
    (f"python -u -m {SERVER} --x", "| serve --x"),
    (f"torchrun --standalone --nproc-per-node 2 -m {SERVER} --x", "torchrun | serve --x"),
    ("accelerate launch --num_processes 2 --no_python sglang serve", "accelerate | serve"),
    (f"accelerate launch --config_file c -m {SERVER} --x", "accelerate | serve --x"),
    ("accelerate launch train.py sglang serve", ""),
    (f"deepspeed --num_gpus 2 --module {SERVER}", "deepspeed | serve"),
    ("uvx sglang@0.5.12 serve --x", "uvx | serve --x"),
    ("uvx 'sglang[diffusion]' serve", "uvx | serve"),
    ("uvx --from 'sglang[diffusion]==0.5.9' --with flash-attn sglang generate", "uvx | generate"),
    ("uvx ruff sglang serve", ""),
    ("uv run --frozen --extra a --python 3.12 sglang serve", "uv | serve"),
    ("uv pip install sglang serve", ""),
    ("pipx run --spec 'sglang==0.5.12' sglang generate", "pipx | generate"),
    ("pipx run sglang==0.5.12 generate", "pipx | generate"),
    ("pipx install sglang", ""),
    ("hatch run sglang serve", "hatch | serve"),
    ("pdm run sglang serve", "pdm | serve"),
    ("rye run sglang serve", "rye | serve"),
    ("poetry -C x run sglang serve", "poetry | serve"),
    ("poetry add sglang", ""),
    (f"conda run -n e --live-stream python -m {SERVER}", "conda | serve"),
    ("conda install sglang serve", ""),
    ("pixi run -e cuda --frozen sglang serve", "pixi | serve"),
    ("nix-shell -p x --run 'sglang serve'", "nix-shell | serve"),
    ("nix develop -c sglang serve", "nix | serve"),
    # containers
    ("docker run img", ""),
    ("docker run -it img bash", ""),
    ("docker run -d --gpus all -p 1:1 --shm-size 32g --ipc=host -v $HOME/a:/b img sglang serve",
     "docker | serve"),
    ("docker run --entrypoint bash img -c 'sglang serve --x'", "docker bash | serve --x"),
    ("docker run --entrypoint python3 img -m " + SERVER, "docker | serve"),
    ("docker build -t sglang serve", ""),
    ("docker pull sglang serve", ""),
    ("docker compose -f x.yml --profile gpu run --rm -T app sglang serve", "docker | serve"),
    ("docker compose up sglang serve", ""),
    ("podman run --rm --security-opt=label=disable img sglang serve", "podman | serve"),
    ("nerdctl -n k8s.io run --gpus all img sglang serve", "nerdctl | serve"),
    ("apptainer exec --nv --bind /x,/y -B /z img.sif sglang serve", "apptainer | serve"),
    ("singularity run --nv docker://img sglang serve", "singularity | serve"),
    ("apptainer build x.sif sglang serve", ""),
    ("enroot start -e A=1 -m /a:/b img sglang serve", "enroot | serve"),
    ("kubectl exec pod -- ls", ""),
    ("kubectl exec -it deploy/sgl -c main -- sglang serve", "kubectl | serve"),
    ("kubectl run s --image=img --restart=Never -- sglang serve", "kubectl | serve"),
    ("kubectl logs -f sglang serve", ""),
    ("oc exec pod -- sglang serve", "oc | serve"),
    ("oc rsh -c main pod sglang serve", "oc | serve"),
    # clusters
    ("srun -N1 -n1 --gpus=4 --pty --container-image=img --container-mounts=/a:/b sglang serve",
     "srun | serve"),
    ("srun --exclusive --mpi=pmix -l bash -c 'sglang serve'", "srun bash | serve"),
    ("srun --multi-prog-x sglang serve", ""),
    ("sbatch --gres=gpu:4 --wrap 'sglang generate --x'", "sbatch | generate --x"),
    ('sbatch -p gpu --wrap="sglang generate --x"', "sbatch | generate --x"),
    ("sbatch <<'E'\n#!/bin/bash\n#SBATCH --gres=gpu:4\nsrun sglang serve\nE",
     "sbatch srun | serve"),
    ("sbatch -G 4 sglang.sh serve", ""),
    ("salloc --gres=gpu:4 srun sglang generate", "salloc srun | generate"),
    ("squeue -n sglang", ""),
    ("mpirun -np 2 --mca btl tcp,self --bind-to none -x A sglang serve", "mpirun | serve"),
    ("mpiexec -n 2 -hostfile h sglang serve", "mpiexec | serve"),
    ("flux run -n1 -g4 sglang generate", "flux | generate"),
    # other machines
    ("ssh -i key user@host -p 22 'cd x && nohup sglang serve &'", "ssh nohup | serve"),
    ("ssh host -- sglang serve", "ssh | serve"),
    ("ssh -L 1:2:3 -N host", ""),
    ("ssh -O exit host sglang serve", ""),
    ("sshpass -p pw ssh host sglang serve", "sshpass ssh | serve"),
    ("pdsh -w n1,n2 'sglang serve'", "pdsh | serve"),
    ("gcloud compute ssh vm --zone us --command='sglang serve'", "gcloud | serve"),
    ("gcloud compute ssh vm --zone us --command 'sglang serve'", "gcloud | serve"),
    ("gcloud compute instances create sglang serve", ""),
    ("sky exec c1 --gpus H100:1 'sglang generate'", "sky | generate"),
    ("sky launch -c c1 'sglang serve'", "sky | serve"),
    ("sky launch 'sglang serve --x' --gpus H100:8 -c c1 -y", "sky | serve --x"),
    ("sky exec 'c1' -d sglang serve --env A=1", "sky | serve"),
    ("sky jobs launch -n j 'sglang generate'", "sky | generate"),
    ("kubectl --as-uid 3 --insecure-skip-tls-verify exec p -- sglang serve", "kubectl | serve"),
    ("kubectl exec p sglang serve", ""),
    ("apptainer exec --no-rocm --docker-username me x.sif sglang serve", "apptainer | serve"),
    ("sky launch sglang.yaml", ""),
    ("ray job submit --working-dir . -- sglang generate", "ray | generate"),
    # terminals
    ("tmux new -d -s srv 'sglang serve --x'", "tmux | serve --x"),
    ("tmux new-session -d -s srv sglang serve --x", "tmux | serve --x"),
    ("tmux -L l new-window -t srv -n n 'sglang serve'", "tmux | serve"),
    ("tmux send-keys -t srv 'sglang serve --x' C-m", "tmux | serve --x"),
    ("tmux send-keys -t srv sglang Space serve Enter", "tmux | serve"),
    ("tmux send-keys -t srv C-c", ""),
    ("tmux new -d -s a \\; send-keys 'sglang serve --x' C-m", "tmux | serve --x"),
    ("tmux new -d -s sglang", ""),
    ("tmux attach -t sglang", ""),
    ("screen -dmS srv sglang serve --x", "screen | serve --x"),
    ("screen -dmS srv bash -c 'sglang serve --x'", "screen bash | serve --x"),
    ("screen -S srv -p 0 -X stuff $'sglang serve --x\\n'", "screen | serve --x"),
    ('screen -S srv -X stuff "cd x^Msglang serve --x\\n"', "screen | serve --x"),
    ("screen -S sglang -X quit", ""),
    ("screen -r sglang", ""),
    # repetition and waiting
    ("ls | xargs -n1 sglang generate --prompt", "xargs | generate --prompt *"),
    ("cat p | xargs -I{} sglang generate --prompt {} --out x-{}.png",
     "xargs | generate --prompt ? --out x-?"),
    ("cat p | xargs -I P bash -c 'sglang generate --seed 1'", "xargs bash | generate --seed 1"),
    ("pip freeze | xargs echo sglang serve", ""),
    ("parallel -j2 sglang generate --a 1 --prompt {} ::: a b",
     "parallel | generate --a 1 --prompt *"),
    ("parallel 'sglang generate --a 1 --seed {1}' ::: 1 2", "parallel | generate --a 1 --seed *"),
    ("parallel sglang generate --seed ::: 1 2", "parallel | generate --seed *"),
    ("parallel --header : sglang generate --seed {s} ::: s 1", "parallel | generate --seed *"),
    ("parallel -I ,, sglang generate --seed ,, ::: 1 2", ""),
    ("at now <<'E'\nsglang serve\nE", "at | serve"),
    ("parallel echo ::: sglang serve", ""),
    ("ls *.py | entr -r sglang serve --x", "entr | serve --x"),
    ("ls | entr -s 'sglang serve --x'", "entr | serve --x"),
    ("wait-for-it db:5432 -t 30 -- sglang serve", "wait-for-it | serve"),
    ("./wait-for-it.sh -t 5 db:5432", ""),
    ("dumb-init -v sglang serve", "dumb-init | serve"),
    ("tini -g -- sglang serve", "tini | serve"),
    ("dockerize -wait tcp://db:1 -timeout 5s sglang serve", "dockerize | serve"),
    # texts that only mention it
    ("pip install sglang", ""),
    ("echo sglang generate", ""),
    ("printf '%s\\n' 'sglang serve'", ""),
    ("grep sglang serve", ""),
    ("pgrep -f 'sglang serve'", ""),
    ("pkill -f sglang serve", ""),
    ("man sglang serve", ""),
    ("which sglang serve", ""),
    ("type sglang serve", ""),
    ("ps aux | grep 'sglang serve'", ""),
    ("git clone https://x/sglang serve", ""),
    ("cd sglang serve", ""),
    ("alias s='sglang serve'", ""),
]  # fmt: skip


@pytest.mark.parametrize(("script", "launch"), COMMANDS)
def test_commands(script: str, launch: str) -> None:
    assert [shown(found).strip() for found in recognise(script)] == ([launch] if launch else [])


# Each command; A as the process gets it; whether the environment is fresh, and whether an
# assignment before the whole command reaches the process.
ENVIRONMENTS = [
    ("A=1 su - bob -c 'sglang serve'", "-", True, True),
    ("A=1 su bob -c 'sglang serve'", "1", False, True),
    ("A=1 doas sglang serve", "-", True, False),
    ("A=1 systemd-run sglang serve", "-", True, False),
    ("A=1 systemd-run --scope sglang serve", "1", False, True),
    ("systemd-run --user -E A=1 sglang serve", "1", True, False),
    ("systemd-run --setenv=A=1 sglang serve", "1", True, False),
    ("export A=1; systemd-run -E A sglang serve", "1", True, False),
    ("env -S 'A=1 sglang serve'", "1", False, True),
    ("env -C /x -u B A=1 sglang serve", "1", False, True),
    ("A=1 env --ignore-environment sglang serve", "-", True, False),
    ("A=1 env --unset=A sglang serve", "unset", False, True),
    ("A=1 sudo --preserve-env sglang serve", "1", False, True),
    ("A=1 sudo -EH -u bob sglang serve", "1", False, True),
    ("A=1 nsys profile -e A=2,B=3 sglang serve", "2", False, True),
    ("A=1 nsys profile --inherit-environment=false sglang serve", "-", True, False),
    ("A=1 nsys profile --inherit-environment=true sglang serve", "1", False, True),
    ("A=1 mpirun -np 2 sglang serve", "1", False, True),
    ("A=1 mpirun -H a,b sglang serve", "-", False, False),
    ("A=1 mpirun -H a,b -x A sglang serve", "1", False, False),
    ("mpirun -H a,b -x A=2 sglang serve", "2", False, False),
    ("export A=1; conda run -n e sglang serve", "1", False, True),
    ("export A=1; uv run --env-file x sglang serve", "-", False, False),
    ("export A=1; chpst -e /env sglang serve", "-", False, False),
    ("A=1 apptainer exec -C x.sif sglang serve", "-", True, False),
    ("APPTAINERENV_A=5 apptainer exec --cleanenv x.sif sglang serve", "5", True, False),
    ("SINGULARITYENV_A=5 singularity exec x.sif sglang serve", "5", False, True),
    ("apptainer exec --env A=1,B=2 x.sif sglang serve", "1", False, True),
    ("A=1 apptainer exec --env-file f x.sif sglang serve", "-", False, False),
    ("A=1 podman run --env-host img sglang serve", "-", True, False),
    ("docker exec -e A=1 box sglang serve", "1", True, False),
    ("A=1 docker exec box sglang serve", "-", True, False),
    ("kubectl run x --image=img --env=A=1 --env B=2 -- sglang serve", "1", True, False),
    ("kubectl run x --image=img --env A=1 -- sglang serve", "1", True, False),
    ("A=1 tmux new -d 'sglang serve'", "-", False, True),
    ("tmux new -d -e A=1 'sglang serve'", "1", False, True),
    ("A=1 tmux new -d sglang serve", "-", False, False),
    ("A=1 screen -dm sglang serve", "1", False, True),
    ("A=1 srun --export=A sglang serve", "1", True, False),
    ("A=1 srun --export=ALL,A=2 sglang serve", "2", False, True),
    ("A=1 sbatch --wrap 'sglang serve'", "1", False, True),
    ("A=1 sbatch --export=NONE --wrap 'sglang serve'", "-", True, True),
    ("A=1 flock /l -c 'sglang serve'", "1", False, True),
    ("A=1 parallel -S host sglang serve ::: x", "-", False, True),
    ("strace -E A=1 sglang serve", "1", False, True),
]  # fmt: skip


@pytest.mark.parametrize(("script", "value", "fresh", "reaches"), ENVIRONMENTS)
def test_environment(script: str, value: str, fresh: bool, reaches: bool) -> None:
    (found,) = recognise(script)
    assert (value_of(found, "A"), found.fresh, found.prefix_reaches) == (value, fresh, reaches)


def test_variables_that_a_wrapper_sets_itself_are_not_known() -> None:
    script = "export RANK=0 CUDA_VISIBLE_DEVICES=1; {} sglang serve"
    (plain,) = recognise(script.format("nohup"))
    (torch,) = recognise(script.format("torchrun --no-python"))
    (slurm,) = recognise(script.format("srun"))
    seen = [
        (value_of(one, "RANK"), value_of(one, "CUDA_VISIBLE_DEVICES"))
        for one in (plain, torch, slurm)
    ]
    assert seen == [("0", "1"), ("-", "1"), ("0", "-")]


# Each command, and whether files are looked for in the folder where it stands.
FOLDERS = [
    ("sglang serve", True),
    ("env A=1 nohup sglang serve", True),
    ("env -i sglang serve", True),
    ("env -C /x sglang serve", False),
    ("env --chdir=/x sglang serve", False),
    ("srun -D /x sglang serve", False),
    ("srun -n1 sglang serve", True),
    ("poetry -C x run sglang serve", False),
    ("uv run --directory x sglang serve", False),
    ("apptainer exec --pwd /x i.sif sglang serve", False),
    ("tmux new -d -c /x 'sglang serve'", False),
    ("tmux send-keys 'sglang serve' C-m", False),
    ("tmux new -d sglang serve", True),
    ("docker run img sglang serve", False),
    ("mpirun -wdir /x sglang serve", False),
    ("cd x; sglang serve", True),
    ("cd $X; sglang serve", False),
    ("srun $X -- sglang serve", False),
]


@pytest.mark.parametrize(("script", "known"), FOLDERS)
def test_folders(script: str, known: bool) -> None:
    (found,) = recognise(script)
    assert (found.environment.get(CURRENT, UNKNOWN) != UNKNOWN) is known


# A script beside a `my.env` that sets A, B and HF_TOKEN and passes C on; A, B and C in the process.
FILES = [
    ("docker run --env-file my.env img sglang serve", "1", '"two words"', "-"),
    ("docker run --env-file=./my.env img sglang serve", "1", '"two words"', "-"),
    ("docker exec --env-file my.env box sglang serve", "1", '"two words"', "-"),
    ("docker run -e A=2 --env-file my.env img sglang serve", "2", '"two words"', "-"),
    ("export C=3; docker run --env-file my.env img sglang serve", "1", '"two words"', "3"),
    ("docker run --env-file other.env img sglang serve", "-", "-", "-"),
    ("docker run --env-file $F img sglang serve", "-", "-", "-"),
    ("cd /tmp; docker run --env-file my.env img sglang serve", "-", "-", "-"),
    ("cp x my.env; docker run --env-file my.env img sglang serve", "-", "-", "-"),
    ("ssh host docker run --env-file my.env img sglang serve", "-", "-", "-"),
    ("docker run --env-file my.env img bash -c 'sglang serve'", "1", '"two words"', "-"),
    ("docker run --env-file ../my.env img sglang serve", "-", "-", "-"),
]


@pytest.mark.parametrize(("script", "a", "b", "c"), FILES)
def test_env_files(tmp_path: Path, script: str, a: str, b: str, c: str) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".git").mkdir()
    text = '# A=0\nA=1\n  B="two words"\nHF_TOKEN=secret\nC\nexport D=1\n'
    (folder / "my.env").write_text(text)
    (tmp_path / "my.env").write_text("A=9\n")
    files = Files(Neighbours(str(folder / "run.sh")), script)
    (found,) = launches(commands(parse(script), script, files=files), files)
    assert [value_of(found, name) for name in "ABCD"] == [a, b, c, "-"]
    assert value_of(found, "HF_TOKEN") in ("-", "?")  # it is set, and nobody is shown to what


# --- the table ------------------------------------------------------------------------------------


def all_wrappers() -> Iterator[tuple[str, Wrapper]]:
    waiting = [(name, wrapper_of(name)) for name in programs()]
    while waiting:
        name, wrapper = waiting.pop()
        assert wrapper is not None
        yield name, wrapper
        waiting += [(f"{name} {word}", below) for word, below in wrapper.subcommands.items()]


def test_each_line_of_the_table_means_something() -> None:
    keys = {
        line.split()[0] for name in programs() for lines in _paths(name).values() for line in lines
    }
    assert keys <= EFFECTS | OPTIONS | SAID | VALUES


def test_the_table_is_sound() -> None:
    seen = list(all_wrappers())
    assert len(seen) > 200
    for name, wrapper in seen:
        options = [wrapper.flags, wrapper.valued, wrapper.optional, wrapper.pairs]
        assert sum(map(len, options)) == len(frozenset().union(*options)), name
        assert wrapper.effects.keys() <= frozenset().union(*options), name
        assert not any(option.startswith("-") and option != "-" for option in wrapper.effects), name
        assert wrapper.runs in RUNS, name
        assert wrapper.guess in ("", "flag", "valued"), name
        assert wrapper.python in ("", "script", "command"), name
        assert wrapper.needs in ("", *EFFECTS), name
