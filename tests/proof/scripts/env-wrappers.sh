#!/bin/bash
export A=1 HF_HOME=/cache
env -u A CUDA_VISIBLE_DEVICES=0,1 sglang serve --model-path Qwen/Qwen-Image
env -i PATH="$PATH" B=2 sglang serve --model-path Qwen/Qwen-Image --port 1
A=3 nohup sglang serve --model-path Qwen/Qwen-Image --port 2 > serve.log 2>&1 &
wait
nice -n 10 timeout -k 5 1h sglang generate --model-path Qwen/Qwen-Image --prompt x
command sglang generate --model-path Qwen/Qwen-Image --prompt y
