#!/bin/bash
port=30000
until [ $port -gt 30002 ]; do
  CUDA_VISIBLE_DEVICES=$((port - 30000)) sglang serve --model-path Qwen/Qwen-Image --port $port &
  ((port++))
done
wait
