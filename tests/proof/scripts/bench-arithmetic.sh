#!/bin/bash
# try: GPUS=2
GPUS=${GPUS:-4}
for ((ulysses = 1; ulysses <= 4; ulysses *= 2)); do
  ring=$((4 / ulysses))
  sglang generate --model-path Qwen/Qwen-Image --num-gpus 4 --ulysses-degree $ulysses --ring-degree $ring
done
total=$((GPUS * 2))
sglang serve --model-path Qwen/Qwen-Image --port $((30000 + total))
