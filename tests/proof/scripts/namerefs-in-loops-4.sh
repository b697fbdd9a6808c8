#!/usr/bin/env bash
# try: -- wan --fast
# A reference that is made one again in each round stands for the same variable.
MODEL=serve
CMD="sglang --enable-cfg-parallel"
for NAME; do
  declare -n REF=MODEL
  REF=flux
  unset REF
done
set -a
PROMPT="${MODEL+$MODEL}"
CMD=(sglang serve --seed 1)
"${CMD[@]}"
