"""The scripts that the benchmarks read: written anew each time, the same each time."""

from __future__ import annotations

import random
from pathlib import Path

SCRIPTS = 1000
LARGE = 10_000_000
"""Characters in the large script, all of them ASCII."""

LAUNCH = """\
#!/usr/bin/env bash
# Render one clip for each prompt of a file, on one node.
# sgdlint: sglang=0.5.23 gpu=H100 gpus=8
set -euo pipefail

MODEL=${MODEL:-Wan-AI/Wan2.2-T2V-A14B-Diffusers}
PROMPTS=${1:?usage: render.sh PROMPTS [OUTPUT]}
OUTPUT=${2:-clips}
STEPS=40
LOG_FOLDER="$OUTPUT/logs"

export HF_HOME="${HF_HOME:-$HOME/.cache/huggingface}"
export TOKENIZERS_PARALLELISM=false

usage() {
  cat <<'EOF'
usage: render.sh PROMPTS [OUTPUT]
EOF
}

log() {
  printf '%s %s\\n' "$(date +%H:%M:%S)" "$*" >&2
}

if [[ ! -r "$PROMPTS" ]]; then
  usage && exit 2
fi
mkdir -p "$OUTPUT" "$LOG_FOLDER"

ARGS=(
  --num-gpus 8
  --enable-cfg-parallel
  --ulysses-degree 4
  --num-inference-steps "$STEPS"
  --warmup
)
if [ "${COMPILE:-1}" = 1 ]; then
  ARGS+=(--enable-torch-compile)
fi

case ${SIZE:-480p} in
  480p) ARGS+=(--height 480 --width 832) ;;
  720p) ARGS+=(--height 720 --width 1280) ;;
  *) log "unknown size $SIZE" && exit 2 ;;
esac

number=0
while IFS= read -r prompt; do
  number=$((number + 1))
  log "clip $number: ${prompt:0:60}"
  sglang generate \\
    --model-path "$MODEL" \\
    --prompt "$prompt" \\
    --output-path "$OUTPUT" \\
    "${ARGS[@]}" \\
    >"$LOG_FOLDER/$number.log" 2>&1
done <"$PROMPTS"
log "$number clips in $OUTPUT"
if ((number == 0)); then
  exit 1
fi
"""

CHORES = (
    'if [ ! -d "$ROOT/{name}" ]; then\n  mkdir -p "$ROOT/{name}"\nfi\n',
    'for part in {name} {name}-old {name}-new; do\n  cp -r "$part" . || exit {number}\ndone\n',
    '{name}() {{\n  local size=$1\n  echo "{name}: $((size * {number}))" | tee -a log.txt\n}}\n',
    'case "$MODE" in\n  {name}) rm -f "$ROOT"/{name}-*.tmp ;;\n  *) sleep {number} ;;\nesac\n',
    'cat >"$ROOT/{name}.conf" <<EOF\nname = {name}\nworkers = {number}\nroot = $ROOT\nEOF\n',
    '{name}=$(sed -n "s/^{name}=//p" settings.txt | head -n {number})\nexport {name}\n',
    'curl -fsS "https://example.org/{name}/{number}" -o {name}.tgz \\\n  && tar -xf {name}.tgz\n',
)
HEADER = "#!/bin/bash\nset -eu\nROOT=${ROOT:-/srv/data}\nMODE=${1:-all}\n\n"
COMMAND = "sglang generate --model-path Qwen/Qwen-Image --prompt 'a {name}' --num-gpus 1 --warmup\n"
NAMES = ("anvil", "barge", "candle", "drum", "easel", "flute", "garnet", "harbor", "inkwell")


def chore(source: random.Random) -> str:
    """Return a few lines of shell that have nothing to do with SGLang."""
    text = source.choice(CHORES)
    return text.format(name=source.choice(NAMES), number=source.randrange(1, 99)) + "\n"


def write_one(folder: Path) -> Path:
    """Write the script of 60 lines."""
    path = folder / "render.sh"
    path.write_text(LAUNCH, encoding="ascii")
    return path


def write_many(folder: Path) -> list[Path]:
    """Write a thousand scripts of some dozen lines; one in ten launches SGLang."""
    source = random.Random(1)
    paths = []
    for number in range(SCRIPTS):
        text = HEADER + "".join(chore(source) for _ in range(source.randrange(4, 16)))
        if number % 10 == 0:
            text += COMMAND.format(name=source.choice(NAMES))
        paths.append(folder / f"job-{number:03}.sh")
        paths[-1].write_text(text, encoding="ascii")
    return paths


def write_large(folder: Path) -> Path:
    """Write a script of ten million characters that launches SGLang at its end."""
    source = random.Random(2)
    path = folder / "large.sh"
    with path.open("w", encoding="ascii") as file:
        size = file.write(HEADER)
        while size < LARGE:  # never whole in memory: a child's peak would count from ours
            size += file.write(chore(source))
        file.write(COMMAND.format(name="mill"))
    return path
