#!/bin/bash
# try: TIER=large
# try: TIER=medium
ARGS=()
case ${TIER:-small} in
  large) ARGS+=(--num-gpus 8) ;;&
  large | medium) ARGS+=(--ulysses-degree 4) ;;
  small) ARGS+=(--dit-cpu-offload true) ;&
  never) ARGS+=(--vae-cpu-offload true) ;;
esac
sglang serve --model-path Qwen/Qwen-Image "${ARGS[@]}"
