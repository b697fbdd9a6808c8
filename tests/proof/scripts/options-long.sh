#!/usr/bin/env bash
# try: -- --model=wan --gpus 2
# try: -- --dry-run
# try: -- --gpus 8 -- --seed 1
MODEL=Qwen/Qwen-Image GPUS=1
EXTRA=()
while (($#)); do
  case $1 in
    --model=*) MODEL=${1#*=} ;;
    --gpus) GPUS=$2; shift ;;
    --dry-run) exit ;;
    --) shift; EXTRA+=("$@"); break ;;
    *) EXTRA+=("$1") ;;
  esac
  shift
done
sglang serve --model-path "$MODEL" --num-gpus "$GPUS" "${EXTRA[@]}"
