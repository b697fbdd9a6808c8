#!/bin/bash
g() { local OUT; sglang serve "g:[$OUT]"; }
f() { g; }
f2() { local OUT; sglang serve "f2:[$OUT]"; g; }
f3() { OUT=5; g; }
f4() { local OUT=7; g; }
h() { f; }
OUT=1 f; OUT=1 f2; OUT=1 f3; OUT=1 f4; OUT=1 h
OUT=1 g
export OUT=9; f
