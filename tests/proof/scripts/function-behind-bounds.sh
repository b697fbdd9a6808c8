#!/usr/bin/env bash
# try: WRAP=1
# So many commands run that calls are not followed any more, and paths are joined: the last one may
# be the program or the function.
if [ -n "$WRAP" ]; then
  sglang() { command sglang "$@" --warmup; }
fi
for model in {1..30}; do
  for size in {1..30}; do
    sglang serve --seed 1 --width "$size"
  done
done
sglang generate --seed 2
