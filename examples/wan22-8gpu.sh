#!/usr/bin/env bash
# A video from text on one node of eight GPUs, written after a guide for an older release.
# sgdlint: sglang=0.5.23 gpu=H100 gpus=8
set -euo pipefail

MODEL=Wan-AI/Wan2.2-T2V-A14B-Diffusers
PROMPT=${1:-"A lighthouse in a storm, seen from a small boat"}

export SGLANG_CACHE_DIT_ENABLED=true

sglang generate \
  --model-path "$MODEL" \
  --prompt "$PROMPT" \
  --num-gpus 8 \
  --enable-cfg-parallel \
  --sp-degree 4 \
  --ulysses-degree 2 \
  --ring-degree 1 \
  --use-fsdp-inference \
  --enable-torch-compile \
  --warmup \
  --save-output
