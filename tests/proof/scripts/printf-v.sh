#!/bin/bash
for n in 1 12; do
  printf -v name 'clip_%03d' "$n"
  sglang generate --model-path Wan-AI/Wan2.1-T2V-1.3B-Diffusers --prompt x --output-file-name "$name.mp4"
done
