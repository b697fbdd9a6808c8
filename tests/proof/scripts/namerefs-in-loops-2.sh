#!/usr/bin/env bash
# try: -- a b
# try: -- a b c
f() { REF=7; }
for i in $@; do STEPS=5; REF=7; f; sglang serve --seed 1 $STEPS; declare -n REF=STEPS; done
sglang serve --seed 2 $STEPS $REF
STEPS=5; REF=4;  sglang serve --seed 3 $STEPS $REF
