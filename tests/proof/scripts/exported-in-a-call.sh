#!/usr/bin/env bash
# What stands before a call, and is exported in the function, stays as it is there.
f() { declare -x P=slow; }
P=720p; P=1 f
sglang serve --seed 1 "$P"
i() { local -x P=slow; }
P=720p; export -n P;  P=1 i
sglang serve --seed 2 "$P"
j() { local -x Q=slow; }
Q=1 j
sglang serve --seed 3 "$Q"
k() { export P=slow; }
P=720p; export -n P;  P=1 k
sglang serve --seed 4 "$P"
p() { local P=x; export P=y; }
P=720p; export -n P;  P=1 p
sglang serve --seed 5 "$P"
q() { declare -x P; P=slow; }
P=720p; export -n P;  P=1 q
sglang serve --seed 6 "$P"
s() { local P=1; export P; }
P=720p; export -n P;  P=1 s
sglang serve --seed 7 "$P"
t() { export P; }
P=720p; export -n P;  P=1 t
sglang serve --seed 8 "$P"
u() { inner; }; inner() { export P=in; }
P=720p; export -n P;  P=1 u
sglang serve --seed 9 "$P"
v() { declare -gx P=in; }
P=720p; export -n P;  P=1 v
sglang serve --seed 10 "$P"
w() { typeset -i P=4; }
P=720p; export -n P;  P=1 w
sglang serve --seed 11 "$P"
