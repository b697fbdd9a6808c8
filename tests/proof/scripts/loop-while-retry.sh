#!/bin/bash
tries=0
while ! sglang generate --model-path Qwen/Qwen-Image --prompt x --seed "$tries"; do
  tries=$((tries + 1))
  if ((tries >= 3)); then
    echo "gave up" >&2
    break
  fi
done
