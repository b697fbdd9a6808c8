#!/bin/bash
launch_from() {
  local gpu=$1
  ((gpu >= 3)) && return
  CUDA_VISIBLE_DEVICES=$gpu sglang serve --model-path Qwen/Qwen-Image --port $((30000 + gpu))
  launch_from $((gpu + 1))
}
launch_from 0
