#!/bin/bash
export SGLANG_CACHE_DIT_ENABLED=true
export SGLANG_CACHE_DIT_FN=1 SGLANG_CACHE_DIT_BN=0
SGLANG_CACHE_DIT_WARMUP=4 SGLANG_CACHE_DIT_RDT=0.4 sglang generate --model-path Qwen/Qwen-Image \
  --prompt "hi" --num-inference-steps 50
unset SGLANG_CACHE_DIT_ENABLED
sglang generate --model-path Qwen/Qwen-Image --prompt "without"
