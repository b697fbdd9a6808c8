#!/usr/bin/env bash
source ./settings.sh
for GPUS; do
  declare -n REF=GPUS
done
"${PYTHON:-python3}" -m sglang.multimodal_gen.runtime.entrypoints.cli.main serve --num-gpus $GPUS
