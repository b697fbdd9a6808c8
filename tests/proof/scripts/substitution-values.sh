#!/bin/bash
MODEL=Qwen/Qwen-Image
NAME=$(basename "$MODEL")
ORG=$(dirname "$MODEL")
LOWER=$(echo "$NAME" | tr 'A-Z' 'a-z')
sglang serve --model-path "$MODEL" --served-model-name "$ORG-$LOWER" --output-path "out/${NAME,,}"
