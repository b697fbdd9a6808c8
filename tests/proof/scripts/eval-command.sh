#!/bin/bash
# try: EXTRA=--warmup
CMD="sglang serve --model-path 'Qwen/Qwen-Image' --port 30000"
CMD+=" --num-gpus 2"
echo "+ $CMD"
eval "$CMD"
eval "$CMD --log-level \"info\""
eval $CMD '$EXTRA'
