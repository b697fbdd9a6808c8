#!/bin/bash
# try: GPUS=2
set -a
source ./settings.env
set +a
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
serve_model "$MODEL" --port "$PORT"
