#!/bin/bash
# try: VERSION=0.5.9
# try: VERSION=0.5.19
VERSION=${VERSION:-0.5.23}
minor=${VERSION##*.}
if ((minor >= 18)); then
  WARM=(--warmup-mode request)
else
  WARM=(--warmup)
fi
sglang serve --model-path Qwen/Qwen-Image "${WARM[@]}"
