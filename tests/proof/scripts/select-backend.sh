#!/bin/bash
# try: BACKEND=fa
# try: BACKEND="" -- sage_attn
BACKEND="${1:-${BACKEND:-}}"
sglang serve --model-path Qwen/Qwen-Image ${BACKEND:+--attention-backend "$BACKEND"} ${BACKEND:---log-level info}
