#!/bin/bash
case "$(hostname)" in
  node-a*) GPUS=8 ;;
  [01]) GPUS=2 ;;
  *) GPUS=1 ;;
esac
sglang serve --model-path Qwen/Qwen-Image --num-gpus $GPUS
