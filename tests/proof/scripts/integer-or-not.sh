#!/usr/bin/env bash
# try: GPUS=2
# What is no number ends the loop, if the variable is one of numbers by then.
for ((i = 0; i < GPUS % 3; i++)); do
  declare -i PORT=wan
done
for MODEL in wan flux; do
  declare -n REF=PORT
  REF="~"
  unset -n REF
done
sglang generate --seed 1 $MODEL
while has x; do
  declare -i COUNT
done
for SIZE in small large; do
  COUNT="a b"
done
sglang generate --seed 2 $SIZE
