#!/usr/bin/env bash
# try: SIZE=8 NAME=a.b
# try: SIZE=1024 NAME=MODEL MODEL=x
# What an expansion that fails was to be assigned is not; bash goes on behind the command.
MODEL=before
MODEL="x${SIZE:1:-1}-y"
sglang generate --seed 1 --model-path "$MODEL"
COUNT=4
COUNT=$((1 / 0))
sglang generate --seed 2 --num-gpus "$COUNT"
COUNT=$((08))
sglang generate --seed 3 --num-gpus "$COUNT"
OTHER=o
OTHER="the-${!NAME}"
sglang generate --seed 4 --prompt "$OTHER"
FIRST=1 OTHER=${MODEL@Z} LAST=3
sglang generate --seed 5 --prompt "$OTHER" "$FIRST" "${LAST-none}"
LIST=(1 2)
LIST=(3 $((1 / 0)))
sglang generate --seed 6 "${LIST[@]}"
PART=$(echo $((1 / 0)); echo 4)
sglang generate --seed 7 "$PART"
DIGITS=12345
PART="b${DIGITS:1:-1}"
sglang generate --seed 8 "$PART"
