#!/usr/bin/env bash
# Reads prompts line by line.
while IFS='|' read -r name prompt seed; do
  [ -z "$name" ] && continue
  sglang generate --model-path Qwen/Qwen-Image --prompt "$prompt" --output-path "out/$name" --seed "${seed:-42}"
done <<'LIST'
cat|a cat on a mat|1
dog|a dog|
LIST
