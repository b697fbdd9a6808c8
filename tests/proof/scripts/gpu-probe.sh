#!/bin/bash
if command -v nvidia-smi >/dev/null 2>&1; then
  GPUS=$(nvidia-smi --list-gpus | wc -l)
else
  GPUS=1
fi
ARGS=()
if [ "$GPUS" -ge 2 ]; then ARGS+=(--enable-cfg-parallel); fi
sglang serve --model-path Qwen/Qwen-Image --num-gpus "$GPUS" "${ARGS[@]}"
