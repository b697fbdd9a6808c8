#!/bin/bash
MODELS=(Qwen/Qwen-Image black-forest-labs/FLUX.1-dev)
STEPS=(50 28)
for i in "${!MODELS[@]}"; do
  sglang generate --model-path "${MODELS[$i]}" --num-inference-steps "${STEPS[i]}" --prompt x
done
