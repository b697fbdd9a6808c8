#!/usr/bin/env bash
# An assignment that fails ends the whole loop: the arguments stay as they are then.
set -- --gpus 4 --fast
while [ "${1:-}" ]; do
  case "$1" in
    --gpus) shift 2 ;;
    --fast) readonly X; X=1; shift ;;
  esac
done
sglang generate --seed 1 "$@"
