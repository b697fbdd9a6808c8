#!/usr/bin/env bash
# Neither what waits for a process nor a number from a word sets other variables.
# try: SIZE=4
CMD="sglang serve --seed 1"
sglang serve --seed 2 &
wait "$!"
$CMD
BACKEND=fast
declare -i LEVEL=${BACKEND:-slow}
LIST=(sglang generate --seed 3)
"${LIST[@]}" "$LEVEL"
source
$CMD --warmup
wait -n -p CMD $!
sglang serve --seed 4 "${CMD-}"
