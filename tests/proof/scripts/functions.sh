#!/bin/bash
# try: STEPS=20
run() {
  local name=$1 model=$2
  shift 2
  echo "== $name"
  CUDA_VISIBLE_DEVICES="$DEVICE" sglang generate --model-path "$model" --num-inference-steps "${STEPS:-50}" "$@"
}
DEVICE=0
run first Qwen/Qwen-Image --prompt "a cat"
DEVICE=0,1
run second Wan-AI/Wan2.2-T2V-A14B-Diffusers --prompt "a dog" --num-gpus 2
