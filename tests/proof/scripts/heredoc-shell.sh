#!/bin/bash
MODEL=Qwen/Qwen-Image
bash -s -- first <<'EOF'
MODEL=inner
sglang generate --model-path "$MODEL" --prompt "$1"
EOF
bash <<EOF
sglang generate --model-path "$MODEL" --prompt x
EOF
