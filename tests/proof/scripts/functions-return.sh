#!/bin/bash
# try: GPU_NAME=h100
# try: GPU_NAME=l40s
is_big() { [[ ${GPU_NAME:-} == h100 || ${GPU_NAME:-} == b200 ]]; }
attention() {
  if is_big; then echo fa; else echo torch_sdpa; fi
}
BACKEND=$(attention)
if is_big; then OFFLOAD=false; else OFFLOAD=true; fi
sglang serve --model-path Qwen/Qwen-Image --attention-backend "$BACKEND" --dit-cpu-offload $OFFLOAD
