#!/bin/sh
for seed in $(seq 1 3); do
  sglang generate --model-path Qwen/Qwen-Image --prompt x --seed "$seed" --output-path "out/$seed"
done
