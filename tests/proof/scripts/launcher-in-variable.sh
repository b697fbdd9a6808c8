#!/bin/bash
# try: PROFILE=1
SGLANG="sglang"
LAUNCH="$SGLANG generate"
[ -n "$PROFILE" ] && LAUNCH="env SGLANG_TORCH_PROFILER_DIR=prof $LAUNCH"
$LAUNCH --model-path Qwen/Qwen-Image --prompt "x y"
RUNNER=(nice -n 5 sglang)
"${RUNNER[@]}" serve --model-path Qwen/Qwen-Image
