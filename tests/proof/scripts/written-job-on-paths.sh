#!/bin/bash
# What a script is told to write depends on the path, though each path starts it with the same words.
# try: -- --gpus
# try: GPUS=4 -- --gpus
# try: -- --gpus 2 more
while [ $# -gt 0 ]; do
  case "$1" in
    --gpus) GPUS="$2"; shift 2 || break ;;
    *) break ;;
  esac
done
cat > start.sh <<EOF
sglang serve --seed 1 --num-gpus "$GPUS" "$@"
EOF
bash start.sh

if has flash_attn; then
  ls || { source /etc/profile.d/cuda-none.sh; }
else
  BACKEND="${GPUS:+fa}"; export BACKEND
fi
cat > inner.sh <<EOF
sglang generate --seed 2 "$@"
EOF
bash inner.sh
