#!/usr/bin/env bash
# try: -- serve --port 5000
# try: -- generate --prompt "a b"
# try: -- python3 -c pass
set -eo pipefail
if [ $# -eq 0 ]; then
  set -- serve --port 30000
fi
case "$1" in
  serve | generate)
    command=$1
    shift
    exec sglang "$command" --model-path "${MODEL:-Qwen/Qwen-Image}" "$@"
    ;;
  *) exec "$@" ;;
esac
