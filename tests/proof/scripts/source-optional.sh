#!/bin/bash
PORT=30000
[ -f ./local.env ] && source ./local.env
if [[ -r ./missing.env ]]; then
  . ./missing.env
fi
sglang serve --model-path "Qwen/Qwen-Image" --port "$PORT"
