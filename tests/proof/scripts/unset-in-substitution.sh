#!/usr/bin/env bash
# try: A=1
# try: A=2 B=slow -- x
# `set -u` ends a substitution, and not the script, at a variable that is not set.
set -u
MODE=$(if [[ "$A" || "$B" == slow ]]; then echo false; else echo 4; fi)
sglang generate --seed 1 "$MODE"
set +u
MODE=$(if [[ "$A" || "$B" == slow ]]; then echo false; else echo 4; fi)
sglang generate --seed 2 "$MODE"
set -u
f() { if [ "$A" = 1 ]; then echo false; else echo 4; fi; }
MODE=$(f)
sglang generate --seed 3 "$MODE"
MODE=$(if ((A)); then echo false; else echo 4; fi)
sglang generate --seed 4 "$MODE"
MODE=$(if ((A[1])); then echo false; else echo 4; fi)
sglang generate --seed 5 "$MODE"
MODE=$(echo a; : "${A#b}"; echo b)
sglang generate --seed 6 "$MODE"
MODE=$(basename "$1/x")
sglang generate --seed 7 "$MODE"
{ echo 4; echo $A; } | while read -r x; do sglang generate --seed 8 $x; done
MODE=$(: $(: "$A"); echo b)
sglang generate --seed 9 "$MODE"
MODE=$(echo ${A:-6})
sglang generate --seed 10 "$MODE"
