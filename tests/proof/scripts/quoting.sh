#!/bin/bash
sglang generate --model-path Qwen/Qwen-Image --prompt "It's \"quoted\" \$5 \`x\`" --negative-prompt 'a\b'
sglang generate --model-path Qwen/Qwen-Image --prompt a\ b --negative-prompt $'tab\there' --seed=1''2
sglang generate --model-path="Qwen/"'Qwen-Image' --prompt "" --output-path ~/out --image-path img{1,2}.png
