#!/bin/bash
set -o pipefail
sglang generate --model-path Qwen/Qwen-Image --prompt x 2>&1 | tee run.log
echo "a b" | while read -r first rest; do
  sglang generate --model-path Qwen/Qwen-Image --prompt "$first" --seed "${rest:-0}"
done
printf '%s\n' one two | xargs -I{} sglang generate --model-path Qwen/Qwen-Image --prompt {}
