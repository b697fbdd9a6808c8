#!/bin/bash
MODEL=Qwen/Qwen-Image
export PORT=30001
bash -c "sglang serve --model-path $MODEL --port \$PORT"
bash -c 'sglang serve --model-path "$1" --port "$PORT"' _ "$MODEL"
timeout 60 bash -ec '
  export SGLANG_CACHE_DIT_ENABLED=1
  sglang generate --model-path Qwen/Qwen-Image --prompt "in a string"
'
