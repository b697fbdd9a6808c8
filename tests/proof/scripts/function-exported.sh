#!/usr/bin/env bash
# try: FAST=1
# A shell that is started has the functions that were exported.
sglang() { command sglang "$@" --warmup; }
setup() { MODEL=wan; }
MODEL=flux
export MODEL
bash -c 'sglang serve --seed 1 "$MODEL"'
export -f sglang setup
bash -c 'sglang serve --seed 2 "$MODEL"'
bash -c 'setup; sglang serve --seed 3 "$MODEL"'
bash -c 'bash -c "sglang serve --seed 4"'
unset -f sglang
bash -c 'sglang serve --seed 5'
