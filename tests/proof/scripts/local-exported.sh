#!/usr/bin/env bash
# A `local` without a value is unset; commands get what the caller exported.
export GPUS=x
own() {
  local GPUS
  sglang generate --seed 1 "${GPUS-unset}"
  GPUS=5
  sglang generate --seed 2 "$GPUS"
}
own
set -a
TP=2
all() {
  local TP
  sglang generate --seed 3
}
all
sglang generate --seed 4
