#!/usr/bin/env bash
# An image server whose options depend on the machine: LOW_MEMORY=1 ./qwen-image-serve.sh [GPUS]
# sgdlint: sglang=0.5.23 gpu=H100
set -euo pipefail

GPUS=${1:-2}

ARGS=(
  --model-path Qwen/Qwen-Image
  --host 0.0.0.0
  --port 30000
  --dit-cpu-offload true
  --text-encoder-cpu-offload
  --enable-cfg-paralel
)
if [ -n "${LOW_MEMORY:-}" ]; then
  ARGS+=(--dit-layerwise-offload --dit-offload-prefetch-size 0.5)
fi

exec sglang serve "${ARGS[@]}" --num-gpus "$GPUS"
