#!/usr/bin/env bash
# try: NUM_GPUS=4
# try: NUM_GPUS=1 MODEL=Qwen/Qwen-Image
set -euo pipefail
MODEL="${MODEL:-Wan-AI/Wan2.2-T2V-A14B-Diffusers}"
NUM_GPUS=${NUM_GPUS:-8}
export SGLANG_CACHE_DIT_ENABLED=true

ARGS=(
  --model-path "$MODEL"
  --num-gpus "$NUM_GPUS"
  --text-encoder-cpu-offload # saves memory
)
if [[ $NUM_GPUS -gt 1 ]]; then
  ARGS+=(--ulysses-degree "$NUM_GPUS" --enable-cfg-parallel)
fi
sglang generate "${ARGS[@]}" --prompt "A curious raccoon" --save-output
