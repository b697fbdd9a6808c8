#!/bin/bash
L() { sglang generate --seed "$1"; }
[[ -n $(sglang generate --seed 1) ]]
(( $(sglang generate --seed 2 >&2; echo 1) ))
case $(sglang generate --seed 3) in $(sglang generate --seed 4)) ;; esac
cat <<EOF
$(sglang generate --seed 5)
EOF
A=($(sglang generate --seed 6) ${B:-$(sglang generate --seed 7)})
A[$(sglang generate --seed 8 >&2; echo 3)]=$(sglang generate --seed 9)
for ((i=$(sglang generate --seed 10 >&2; echo 1); i<3; i++)); do sglang generate --seed 11; done
coproc { sglang generate --seed 12; }
wait
time sglang generate --seed 13
while read -r x; do sglang generate --seed 14; done < <(sglang generate --seed 15; echo a)
until sglang generate --seed 16; do break; done
select x in a; do sglang generate --seed 17; break; done <<< 1
echo x | { sglang generate --seed 18; cat; } | tee >(sglang generate --seed 19)
trap 'L 20' EXIT
trap 'sglang generate --seed 21' EXIT
eval 'L 22; sglang generate --seed 23'
export X=$(sglang generate --seed 24) Y=`sglang generate --seed 25`
local Z=$(sglang generate --seed 26)
declare -a Q=($(sglang generate --seed 27))
echo "${A[@]:$(sglang generate --seed 28 >&2; echo 0)}" "${X/$(sglang generate --seed 29)/$(sglang generate --seed 30)}"
test -n "$(sglang generate --seed 31)" && sglang generate --seed 32 || sglang generate --seed 33
! sglang generate --seed 34
[[ a == b && $(sglang generate --seed 35) ]]
[[ $RANDOM == b || $(sglang generate --seed 36) ]]
( exit 3; sglang generate --seed 37 )
exit 3 | sglang generate --seed 38
x=$(exit 3; sglang generate --seed 39) || sglang generate --seed 40
f() { if [[ $1 = a ]]; then return 1; fi; sglang generate --seed 41; }
f a; f b
g() { exit 3; sglang generate --seed 42; }
(g); sglang generate --seed 43
h() { sglang generate --seed 44; }; unset -f h; h
k() { sglang generate --seed 45; }; $(echo k)
for i in 1 2 3; do [ $i = 3 ] && break; continue 1; done; sglang generate --seed 46
command exit 5 &
{ exit 2; } &
wait
sglang generate --seed 47
while :; do sglang generate --seed 48; [ -n "$n" ] && break; n=1; done
i=0; while [ $i -lt 100 ]; do i=$((i+1)); done; sglang generate --seed 49
while true; do i=$((i+1)); if (( i > 200 )); then break; fi; done; sglang generate --seed 50
case a in b) sglang generate --seed 51;; a) ;& c) sglang generate --seed 52;; esac
case $# in 0) exec 3>&1; sglang generate --seed 53;; *) exit 1; sglang generate --seed 54;; esac
[ -e /nonexistent ] && exit; sglang generate --seed 55
exec nonexistent_prog || sglang generate --seed 56
sglang generate --seed 57
