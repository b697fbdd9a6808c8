#!/bin/bash
# try: CUDA_VISIBLE_DEVICES=0,1,2
# try: CUDA_VISIBLE_DEVICES=
export CUDA_VISIBLE_DEVICES="${CUDA_VISIBLE_DEVICES-0,1}"
IFS=, read -ra DEVICES <<< "$CUDA_VISIBLE_DEVICES"
COUNT=${#DEVICES[@]}
sglang generate --model-path Qwen/Qwen-Image --num-gpus "$COUNT" --prompt x
IFS=, read -ra FIXED <<< "4,5"
sglang generate --model-path Qwen/Qwen-Image --num-gpus "${#FIXED[@]}" --prompt "${FIXED[1]}"
