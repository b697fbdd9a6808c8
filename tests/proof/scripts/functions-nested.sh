#!/bin/bash
outer() {
  local name=$1
  inner() { sglang generate --model-path "$name" --prompt "$1" --port "$PORT"; }
  inner "p of $name"
}
PORT=1 outer Qwen/Qwen-Image
PORT=2
outer models/flux
