#!/bin/bash
# try: NUMA=1
PREFIX=()
if [[ -n "${NUMA:-}" ]]; then PREFIX=(numactl --cpunodebind=0 --membind=0); fi
exec "${PREFIX[@]}" sglang serve --model-path Qwen/Qwen-Image --port 30000
