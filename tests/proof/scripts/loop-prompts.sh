#!/bin/bash
PROMPTS=(
  "a red fox in the snow"
  'an "old" house'
  $'two\nlines'
)
i=0
for prompt in "${PROMPTS[@]}"; do
  sglang generate --model-path Qwen/Qwen-Image --prompt "$prompt" --output-file-name "img_$i.png"
  i=$((i + 1))
done
echo "made ${#PROMPTS[@]}"
