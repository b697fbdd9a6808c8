#!/bin/bash
# The first page of a guide.
sglang generate --model-path Qwen/Qwen-Image --prompt "A beautiful sunset" --save-output
sglang generate \
    --model-path Wan-AI/Wan2.2-T2V-A14B-Diffusers \
    --text-encoder-cpu-offload --pin-cpu-memory \
    --num-gpus 4 --ulysses-degree=2 --enable-cfg-parallel \
    --prompt 'A curious raccoon, 4k'
