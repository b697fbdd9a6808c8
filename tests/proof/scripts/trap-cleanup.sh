#!/bin/bash
set -e
TMP=$(mktemp -d)
cleanup() { rm -rf "$TMP"; }
trap cleanup EXIT INT TERM
sglang generate --model-path Qwen/Qwen-Image --prompt x --output-path "$TMP"
