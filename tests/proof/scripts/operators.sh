#!/bin/bash
FILE=/data/models/Wan2.2-T2V.safetensors
BASE=${FILE##*/}
STEM=${BASE%.*}
KIND=${STEM#*-}
sglang serve --model-path "${FILE%/*}" --served-model-name "${STEM//./_}" --host "${KIND:0:3}" --port "${#STEM}"
sglang serve --model-path "${MISSING:-Qwen/Qwen-Image}" --log-level "${KIND^^}"
