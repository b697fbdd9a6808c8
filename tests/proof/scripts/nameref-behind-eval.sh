#!/usr/bin/env bash
# try: MODE=x=1
# A reference that is made behind a text that is not known is one.
eval "$MODE"
declare -n REF=SIZE
REF="8"
CMD="sglang serve --seed 1"
$CMD "$SIZE"
