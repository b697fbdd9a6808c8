#!/bin/bash
sglang generate \
  --model-path Qwen/Qwen-Image \
  `# a comment in backquotes` \
  --prompt "long \
text" \
  --seed 3
