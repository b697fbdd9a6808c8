#!/bin/bash
MODEL=first
set_model() { MODEL=$1; }
show() { sglang generate --model-path "$MODEL" --prompt x; }
show
set_model Qwen/Qwen-Image
show
(set_model inner; show)
show
