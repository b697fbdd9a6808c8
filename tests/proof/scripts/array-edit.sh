#!/bin/bash
ARGS=(--model-path Qwen/Qwen-Image --port 30000 --warmup)
ARGS[3]=30001
unset 'ARGS[4]'
sglang serve "${ARGS[@]}"
REST=("${ARGS[@]:2}")
sglang serve --model-path Qwen/Qwen-Image "${REST[@]}" "${REST[@]/#--port/--nccl-port}"
