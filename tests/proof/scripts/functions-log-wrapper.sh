#!/bin/bash
log() { echo "[$(date)] $*" >&2; }
run() {
  log "running: $*"
  "$@" || { log "failed"; return 1; }
}
run sglang generate --model-path Qwen/Qwen-Image --prompt "a b"
run env CUDA_VISIBLE_DEVICES=1 sglang generate --model-path Qwen/Qwen-Image --prompt c
