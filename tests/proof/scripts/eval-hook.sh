#!/usr/bin/env bash
# try: MORE=x=1
# What is not known of a text leaves IFS as it is; what tools print, the variables of the script.
MODEL=Qwen/Qwen-Image
eval "$(conda shell.bash hook)"
conda activate sglang
sglang generate --seed 1 --model-path $MODEL
FLAGS="--num-gpus 2"
sglang generate --seed 2 --model-path $MODEL $FLAGS
eval "$MORE"
CMD="sglang serve --seed 3 --port 30000"
$CMD
