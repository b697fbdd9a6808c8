#!/bin/bash
PORTS=(30000 30001 30002)
PIDS=()
for i in "${!PORTS[@]}"; do
  CUDA_VISIBLE_DEVICES=$i sglang serve --model-path Qwen/Qwen-Image --port "${PORTS[i]}" > "log$i" 2>&1 &
  PIDS+=($!)
done
for pid in "${PIDS[@]}"; do wait "$pid"; done
