#!/bin/bash
MODEL=outer
(
  cd models 2>/dev/null || true
  MODEL=Qwen/Qwen-Image
  export SGLANG_X=1
  sglang serve --model-path "$MODEL"
)
sglang serve --model-path "$MODEL" --backend sglang
