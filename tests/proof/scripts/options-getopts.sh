#!/bin/bash
# try: -- -g 4 -m wan
# try: -- -v -- --seed 5
# try: -- -x
gpus=1 model=Qwen/Qwen-Image verbose=
while getopts ":g:m:v" opt; do
  case $opt in
    g) gpus=$OPTARG ;;
    m) model=$OPTARG ;;
    v) verbose=--log-level=debug ;;
    *) echo "usage" >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
sglang serve --model-path "$model" --num-gpus "$gpus" $verbose "$@"
