#!/usr/bin/env bash
# try: -- a b
# try: -- a b c
declare -n REF=STEPS
STEPS=1
for i in $@; do sglang serve --seed 1 $STEPS; REF=8; done
sglang serve --seed 2 $STEPS
while has x; do sglang serve --seed 3 $STEPS; (( REF++ )); done
sglang serve --seed 4 $STEPS
