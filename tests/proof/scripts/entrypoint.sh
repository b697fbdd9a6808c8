#!/bin/sh
# try: EXTRA_ARGS="--num-gpus 2 --warmup" -- --port 3000
# try: MODEL_PATH=/models/wan -- bash -c true
set -e
: "${MODEL_PATH:=Qwen/Qwen-Image}"
export HF_HOME="${HF_HOME:-/cache}"
if [ "$#" -gt 0 ] && [ "${1#-}" = "$1" ]; then
  exec "$@"
fi
exec sglang serve --model-path "$MODEL_PATH" --host 0.0.0.0 $EXTRA_ARGS "$@"
