COMMON=(--host 0.0.0.0 --num-gpus "${GPUS:-1}")
serve_model() {
  local model=$1
  shift
  sglang serve --model-path "$model" "${COMMON[@]}" "$@"
}
