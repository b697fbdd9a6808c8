#!/bin/sh
# try: FAST=1
FLAGS="--model-path Qwen/Qwen-Image --prompt hello"
if [ "${FAST:-0}" = 1 ]; then
  FLAGS="$FLAGS --num-inference-steps 8"
fi
FLAGS="$FLAGS --seed 3"
# shellcheck disable=SC2086
sglang generate $FLAGS
