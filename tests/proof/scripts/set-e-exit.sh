#!/bin/bash
# try: MODEL=Qwen/Qwen-Image
set -e
[ -n "$MODEL" ] || { echo "MODEL is needed" >&2; exit 1; }
sglang serve --model-path "$MODEL"
sglang serve --model-path Qwen/Qwen-Image
