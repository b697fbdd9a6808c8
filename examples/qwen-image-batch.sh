#!/usr/bin/env bash
# One image for each line of a file; nothing here needs to change.
# sgdlint: sglang=0.5.23 gpu=H100 gpus=2
set -euo pipefail

PROMPTS=${1:?usage: qwen-image-batch.sh PROMPTS}
number=0

while IFS= read -r prompt; do
  number=$((number + 1))
  sglang generate \
    --model-path Qwen/Qwen-Image \
    --prompt "$prompt" \
    --num-gpus 2 \
    --enable-cfg-parallel \
    --width 1328 --height 1328 \
    --num-inference-steps 50 \
    --seed 42 \
    --output-path images \
    --output-file-name "image-$number" \
    --save-output
done <"$PROMPTS"
