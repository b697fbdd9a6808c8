#!/usr/bin/env bash
sglang() { echo --warmup; }
unset sglang
again() {
  sglang generate --seed 1 "$1"
  if [ "$1" -gt 0 ]; then again $(($1 - 1)); fi
}
again 4
