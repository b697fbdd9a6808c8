#!/bin/bash
# try: -- start
# try: -- start --lowvram
# try: -- stop
ACTION=${1:-start}
shift
start() {
  local args=(--model-path black-forest-labs/FLUX.1-dev --port 8188)
  local arg
  for arg in "$@"; do
    case $arg in
      --lowvram) args+=(--dit-cpu-offload true --vae-cpu-offload true) ;;
      --*) args+=("$arg") ;;
    esac
  done
  sglang serve "${args[@]}"
}
stop() { :; }
"$ACTION" "$@"
