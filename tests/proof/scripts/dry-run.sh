#!/bin/bash
# try: DRY_RUN=echo
# try: NICE="nice -n 5"
${DRY_RUN:-} ${NICE-} sglang serve --model-path Qwen/Qwen-Image
RUN=
if [ "$1" = --dry ]; then RUN=echo; fi
$RUN sglang generate --model-path Qwen/Qwen-Image --prompt x
