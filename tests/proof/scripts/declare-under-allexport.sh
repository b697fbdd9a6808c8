#!/usr/bin/env bash
# try: A=1 B=2 C=3 D=4
# An assignment exports again what `+x` has taken back; `export -n` comes behind it.
declare +x A=0
sglang serve --seed 1 "$A"
set -a
declare +x A=1
B=2
declare +x B
export -n C=3
f() { local +x D=4; sglang serve --seed 2 "$A$B$C$D"; }
f
declare +x E
E=5
sglang serve --seed 3
set +a
declare +x A=6
sglang serve --seed 4
