#!/usr/bin/env bash
# try: -- a b
# try: -- a b c
f() { sglang serve --seed 1 $STEPS; }
STEPS=1
declare -n REF=STEPS
g() { sglang serve --seed 2 $STEPS; }
REF=8
trap g EXIT
h() { local -n out=$1; out=9; }
h STEPS
sglang serve --seed 3 $STEPS
for i in $@; do unset -n REF; REF=3;  sglang serve --seed 4 $STEPS; STEPS=1; declare -n REF=STEPS; done
sglang serve --seed 5 $STEPS
STEPS=2
REF=6
sglang serve --seed 6 $STEPS
if has x; then declare -n R2=STEPS; fi
R2=6; sglang serve --seed 7 $STEPS
k() { local -n R3=STEPS; R3=11; }
for i in $@; do sglang serve --seed 8 $STEPS; k; done
for R2 in STEPS REF; do sglang serve --seed 9 $STEPS $R2; R2=7; done
sglang serve --seed 10 $STEPS
