#!/usr/bin/env bash
# try: A=1 -- --fast
# Before the definition it is the program; afterwards the function, which calls the program.
sglang generate --seed 1 --prompt before
sglang() { command sglang "$@" --seed 2; }
sglang generate --prompt "behind it"
sglang serve "$@"
unset sglang
sglang generate --seed 3
sglang() { command sglang "$@" --seed 5; }
if has x; then unset -f sglang; fi
sglang serve --prompt either
