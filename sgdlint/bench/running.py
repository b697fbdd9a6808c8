"""The parts of the script that run a variant, judge its log, and take the variants in turns."""

from __future__ import annotations

from sgdlint.bench.base import DUMP, GENERATE, OUTPUTS
from sgdlint.bench.manifest import FAILED, MANIFEST, REJECTED, manifest
from sgdlint.bench.matrix import BASE
from sgdlint.recommend import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sgdlint.bench.matrix import Matrix, Trial

MEMORY = ("out of memory", "OutOfMemoryError")
"""What PyTorch says when the memory of the GPU does not do."""
END = "END_OF_MATRIX"
"""The word that ends the manifest in the script."""

_FLAW = """\
# Prints why the log of a run says that its times do not count, if it does: flaw VARIANT LOG.
flaw() {{
  if grep -qiF \\
    {gate} "$2"; then
    echo "it ran on diffusers, not on the pipelines of SGLang itself"
    return
  fi
{own}}}
"""
_MEASURE = """\
# Ends the script when someone stops it; that says nothing about the variant that runs.
stopped() {{
  echo "stopped; the same command goes on where it was" >&3
  exit "$1"
}}
exec 3>&2 # a run has its log there
trap 'stopped 129' HUP
trap 'stopped 130' INT
trap 'stopped 143' TERM

# Prints why a run failed: reason STATUS LOG.
reason() {{
  if (($1 == 127)); then
    echo "a program of its command was not found (status 127)"
  elif grep -qiF {memory} "$2"; then
    echo "it ran out of GPU memory"
  else
    echo "it ended with status $1"
  fi
}}

# Measures a variant once, unless that is done, or it failed before: measure VARIANT ROUND.
measure() {{
  local name=$1 round=$2 folder=$results/$1 status=0 why=
  local dump=$folder/$round.json new=$folder/$round.new.json log=$folder/$round.log
  [[ ! -s $folder/{failed} ]] || return 1
  [[ ! -s $dump ]] || return 0
  mkdir -p "$folder"
  rm -f -- "$new"
  files=({files})
  printf '%s  run %s of %s: %s\\n' "$(date +%T)" "$round" "$repeat" "$name"
  run "$name" >"$log" 2>&1 </dev/null || status=$?
  ((status != 129 && status != 130 && status != 143)) || stopped "$status"
  if ((status)); then
    why=$(reason "$status" "$log")
  elif [[ ! -s $new ]]; then
    why="it wrote no measurement"
  else
    why=$(flaw "$name" "$log")
  fi
  if [[ -n $why ]]; then
    [[ ! -e $new ]] || mv -f "$new" "$folder/$round.{rejected}"
    printf '%s\\n' "$why" >"$folder/{failed}"
    printf '          %s: %s; see %s\\n' "$name" "$why" "$log" >&2
    return 1
  fi
  mv -f "$new" "$dump"
}}
"""
_BEGIN = """\
if [[ $force == 1 ]]; then
  rm -f -- "$results/{manifest}"
  for name in "${{variants[@]}}"; do
    rm -rf -- "${{results:?}}/$name"
  done
fi
mkdir -p "$results"
cat >"$results/{manifest}.new" <<'{end}'
{rows}
{end}
if [[ -e $results/{manifest} ]] && ! cmp -s "$results/{manifest}" "$results/{manifest}.new"; then
  echo "$results holds results of other variants: set RESULTS to another folder, or FORCE=1" >&2
  exit 2
fi
mv -f "$results/{manifest}.new" "$results/{manifest}"
rm -f -- "$results/{base}/{failed}"
nvidia-smi >"$results/machine.txt" 2>&1 || true

version='from importlib.metadata import version; print(version("sglang"))'
installed=$(python3 -c "$version" 2>/dev/null || true)
if [[ -n $installed && $installed != {release} ]]; then
  echo "warning: SGLang $installed is installed; the variants are those of {release}" >&2
fi
"""
_LOOP = """\
# Each round has all variants, the second one backwards and so on: what drifts favours none of them.
for ((round = 1; round <= repeat; round++)); do
  order=()
  for name in "${{variants[@]}}"; do
    if ((round % 2)); then
      order+=("$name")
    else
      order=("$name" ${{order[@]+"${{order[@]}}"}})
    fi
  done
  for name in "${{order[@]}}"; do
    if ! measure "$name" "$round" && [[ $name == {base} ]]; then
      echo "the launch as it is does not run, so there is nothing to compare with" >&2
      exit 1
    fi
    if ((round == 1 && SECONDS >= 60)) && [[ $name == {base} ]]; then
      runs=$((repeat * ${{#variants[@]}}))
      echo "          $runs runs like this one take about $((SECONDS * runs / 60)) minutes"
    fi
  done
done
printf 'Which is the fastest: sgdlint bench --read %q\\n' "$results"
"""


def functions(matrix: Matrix) -> str:
    """Return the functions that measure a variant."""
    flags = [(DUMP, "$new"), (OUTPUTS, "$folder/output-$round")]
    release = matrix.base.release
    files = [f'{release.flag(GENERATE, name)} "{value}"' for name, value in flags]
    memory = " ".join(f"-e {quoted(one)}" for one in MEMORY)
    measure = _MEASURE.format(
        memory=memory, failed=FAILED, rejected=REJECTED, files=" ".join(files)
    )
    return f"{_flaw(matrix)}\n{measure}"


def begin(matrix: Matrix) -> str:
    """Return what makes the folder, and refuses one of other variants."""
    return _BEGIN.format(
        manifest=MANIFEST,
        end=END,
        rows=manifest(matrix).rstrip("\n"),
        base=BASE,
        failed=FAILED,
        release=matrix.base.release.name,
    )


def loop() -> str:
    """Return what takes the variants in turns."""
    return _LOOP.format(base=BASE)


def _flaw(matrix: Matrix) -> str:
    """Return the function that reads what a log says of its run."""
    gate = _patterns([one.text for one in matrix.plan.gate], "    ")
    told = {one.name: [*_proof(one)] for one in matrix.trials if one.shows or one.spoils}
    arms = [f"    {name})\n" + "".join(lines) + "      ;;\n" for name, lines in told.items()]
    own = f"  case $1 in\n{''.join(arms)}  esac\n" if arms else ""
    return _FLAW.format(gate=gate, own=own)


def _proof(one: Trial) -> Iterator[str]:
    """Yield what the log of a variant must show, and must not."""
    for text in one.shows:
        yield f'      if ! grep -qiF -e {quoted(text)} "$2"; then\n'
        yield f"        echo {quoted(f'its log does not say {text}')}\n"
        yield "        return\n      fi\n"
    if one.spoils:
        patterns = _patterns(one.spoils, "        ")
        yield f'      grep -m 1 -iF \\\n        {patterns} "$2" || true\n'


def _patterns(texts: tuple[str, ...] | list[str], indent: str) -> str:
    return f" \\\n{indent}".join(f"-e {quoted(text)}" for text in texts)
