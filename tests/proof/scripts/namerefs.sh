#!/bin/bash
ARGS_WAN=(--num-frames 81 --num-gpus 4)
ARGS_QWEN=(--num-gpus 1)
for kind in WAN QWEN; do
  declare -n args="ARGS_$kind"
  sglang generate --model-path "models/$kind" --prompt x "${args[@]}"
  unset -n args
done
WHICH=ARGS_QWEN[1]
sglang serve --model-path m --backend sglang --port "${!WHICH}"
