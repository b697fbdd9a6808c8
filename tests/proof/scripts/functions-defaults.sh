#!/bin/bash
# try: DEFAULT_STEPS=9
generate() {
  local prompt="${1:?prompt needed}"
  local steps="${2:-${DEFAULT_STEPS:-30}}"
  local -a more=("${@:3}")
  sglang generate --model-path Qwen/Qwen-Image --prompt "$prompt" --num-inference-steps "$steps" "${more[@]}"
}
generate "one"
generate "two words" 12
generate three 4 --seed 7 --save-output
