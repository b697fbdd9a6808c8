#!/bin/bash
# try: MODEL=/models/wan
set -u
MODEL=${MODEL:-black-forest-labs/FLUX.1-dev}
for steps in 10 20 50; do
  for size in 512x512 1024x1024; do
    W=${size%x*} H=${size#*x}
    OUT="bench/${MODEL##*/}-$steps-$size"
    sglang generate --model-path "$MODEL" --num-inference-steps $steps --width $W --height "$H" \
      --perf-dump-path "$OUT.json" --prompt "benchmark"
  done
done
