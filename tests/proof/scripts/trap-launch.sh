#!/bin/bash
trap 'sglang generate --model-path Qwen/Qwen-Image --prompt "last $NAME"' EXIT
NAME=one
sglang generate --model-path Qwen/Qwen-Image --prompt first
NAME=two
