#!/bin/bash
# try: SKIP=b
for m in a b c; do
  [ "$m" = "${SKIP:-none}" ] && continue
  [ "$m" = c ] && break
  sglang serve --model-path "models/$m" --backend sglang
done
sglang serve --model-path "models/$m" --port 1
