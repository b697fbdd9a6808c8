#!/bin/bash
# try: DEBUG=1
# try: DEBUG=0 HF_TOKEN=abc
if [ "$DEBUG" = 1 ]; then
  export SGLANG_LOGGING=debug
  LEVEL=debug
else
  unset SGLANG_LOGGING
  LEVEL=info
fi
HF_TOKEN=${HF_TOKEN:-none} sglang serve --model-path Qwen/Qwen-Image --log-level "$LEVEL"
