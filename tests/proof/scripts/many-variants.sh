#!/usr/bin/env bash
# More commands for one place than are told one by one.
for model in {1..12}; do
  for seed in {1..12}; do
    sglang generate --seed 1 --model-path "$model" --prompt "$seed"
  done
done
