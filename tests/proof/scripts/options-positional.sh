#!/bin/bash
# try: -- Qwen/Qwen-Image 4
# try: -- wan
MODEL=$1
GPUS=${2:-1}
if [ -z "$MODEL" ]; then MODEL=Qwen/Qwen-Image; fi
sglang generate --model-path "$MODEL" --num-gpus "$GPUS" --prompt "${*:3}"
