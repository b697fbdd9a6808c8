#!/usr/bin/env bash
declare -A SIZES=([wan]=1280x720 [flux]=1024x1024)
declare -A PATHS=(
  [wan]=Wan-AI/Wan2.1-T2V-1.3B-Diffusers
  [flux]=black-forest-labs/FLUX.1-dev
)
for key in wan flux; do
  size=${SIZES[$key]}
  cmd=(sglang generate --model-path "${PATHS[$key]}" --prompt "p" --width "${size%%x*}")
  [[ $key == wan ]] && cmd+=(--num-frames 81)
  "${cmd[@]}" --height "${size##*x}"
done
