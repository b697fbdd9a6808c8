#!/bin/bash
mapfile -t PROMPTS <<'EOF'
a cat
a dog
EOF
for p in "${PROMPTS[@]}"; do sglang generate --model-path Qwen/Qwen-Image --prompt "$p"; done
mapfile -t LINES_OF_FILE < none.txt
sglang generate --model-path Qwen/Qwen-Image --prompt "${LINES_OF_FILE[0]:-nothing}"
