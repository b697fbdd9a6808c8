#!/bin/bash
FLAGS=()
if sglang serve --help 2>/dev/null | grep -q -- --warmup-mode; then
  FLAGS+=(--warmup-mode server)
fi
sglang serve --model-path Qwen/Qwen-Image "${FLAGS[@]}"
