#!/bin/bash
# The same words call a function on one path, and the program on another.
# try: -- wrap
# try: -- fa
case "${1:-}" in
  fa) BACKEND=fa ;;
  wrap) sglang() { echo "$@"; } ;;
esac
sglang generate --seed 1 "${BACKEND-}"
