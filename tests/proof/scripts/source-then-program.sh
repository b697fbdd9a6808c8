#!/bin/bash
# A program may be a function of the file that is sourced: it leaves IFS as it is.
source /opt/none/bin/activate
nvidia-smi
CMD="sglang serve --seed 1 --port 30000"
$CMD
my-setup || true
FLAGS="--seed 2 --num-gpus 4"
sglang generate $FLAGS
