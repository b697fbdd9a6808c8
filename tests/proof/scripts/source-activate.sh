#!/usr/bin/env bash
# An environment that is activated leaves the variables of the script as they are.
MODEL=Qwen/Qwen-Image
ARGS=(--model-path "$MODEL" --seed 1)
source "${VENV:-/opt/none}/bin/activate"
sglang generate "${ARGS[@]}" --prompt "$MODEL"
if [ -f /opt/none/etc/profile.d/conda.sh ]; then
  . /opt/none/etc/profile.d/conda.sh
  conda activate sglang
fi
sglang serve "${ARGS[@]}" --port 30000
