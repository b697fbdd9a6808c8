#!/bin/sh
# try: SGLANG_ARGS="--num-gpus 2"
# try: MODEL_ID=Wan-AI/Wan2.2-T2V-A14B-Diffusers ENABLE_CACHE=1
set -eu
MODEL_ID="${MODEL_ID:-Qwen/Qwen-Image}"
set -- --model-path "$MODEL_ID" --host 0.0.0.0 --port "${PORT:-8000}"
if [ "${ENABLE_CACHE:-0}" = 1 ]; then
  export SGLANG_CACHE_DIT_ENABLED=true
fi
if [ -n "${SGLANG_ARGS:-}" ]; then
  set -- "$@" $SGLANG_ARGS
fi
exec sglang serve "$@"
