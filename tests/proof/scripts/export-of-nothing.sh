#!/usr/bin/env bash
# try: MODE=x
# What is exported and not set does not reach another shell, which then sets it for itself.
export MODE
bash <<'EOF'
MODE=true
sglang generate --seed 1
EOF
bash -c 'sglang generate --seed 2 "$MODE"'
MODE=a
bash -c 'MODE=b; sglang generate --seed 3'
