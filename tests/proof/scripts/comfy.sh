#!/bin/bash
# ComfyUI with a server of its own.
# try: -- --fast
# try: VRAM=24 -- --model flux --port 4000
MODEL=qwen PORT=30010 FAST=0
while [[ $# -gt 0 ]]; do
  case "$1" in
    --model) MODEL="$2"; shift 2 ;;
    --port) PORT="$2"; shift 2 ;;
    --fast) FAST=1; shift ;;
    *) echo "unknown: $1" >&2; exit 2 ;;
  esac
done
case $MODEL in
  qwen) MODEL_PATH=Qwen/Qwen-Image ;;
  flux) MODEL_PATH=black-forest-labs/FLUX.1-dev ;;
  *) MODEL_PATH=$MODEL ;;
esac
EXTRA=()
[ "$FAST" = 1 ] && EXTRA+=(--enable-torch-compile)
[ "${VRAM:-80}" -lt 40 ] && EXTRA+=(--dit-layerwise-offload true)
nohup sglang serve --model-path "$MODEL_PATH" --port "$PORT" ${EXTRA[@]+"${EXTRA[@]}"} > server.log 2>&1 &
SERVER=$!
trap 'kill $SERVER' EXIT
wait "$SERVER"
