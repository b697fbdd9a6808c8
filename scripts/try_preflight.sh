#!/usr/bin/env bash
# Try `sgdlint preflight` on a machine with NVIDIA GPUs, idle and with a process that holds memory.
#
#   scripts/try_preflight.sh OUT [PYTHON]
#
# PYTHON must find pynvml (`pip install --target FOLDER nvidia-ml-py`, then PYTHONPATH=FOLDER); nothing
# else is needed, neither SGLang nor PyTorch. Writes into the folder OUT what was printed, and idle.json,
# busy.json and full.json: they belong into tests/data/preflight as NAME-idle.json and so on.
set -u
out=$(mkdir -p "${1:?name a folder}" && cd "$1" && pwd)
python=${2:-python3}
root=$(cd "$(dirname "$0")/.." && pwd)
export PYTHONPATH=$root${PYTHONPATH:+:$PYTHONPATH} NO_COLOR=1
image='sglang generate --model-path Qwen/Qwen-Image --prompt x'
video='sglang serve --model-path Wan-AI/Wan2.2-T2V-A14B-Diffusers --num-gpus 4 --ulysses-degree 4 --strict-ports'

look() { # NAME COMMAND [OPTION…]
  local name=$1 command=$2
  shift 2
  "$python" -m sgdlint preflight "$@" --command "$command" >"$out/$name.txt" 2>"$out/$name.err"
  echo "status $?" >>"$out/$name.txt"
  echo "== $name"; cat "$out/$name.txt" "$out/$name.err"
}

hold() { # GIB: take so much memory of the first GPU, for ten minutes at most
  exec "$python" - "$1" <<'PY'
import ctypes, sys, time
cuda = ctypes.CDLL("libcuda.so.1")
def must(status):
    if status: sys.exit(f"CUDA error {status}")
device, context, place = ctypes.c_int(), ctypes.c_void_p(), ctypes.c_uint64()
must(cuda.cuInit(0))
must(cuda.cuDeviceGet(ctypes.byref(device), 0))
must(cuda.cuCtxCreate_v2(ctypes.byref(context), 0, device))
must(cuda.cuMemAlloc_v2(ctypes.byref(place), ctypes.c_size_t(int(float(sys.argv[1]) * 2**30))))
print("holds", sys.argv[1], "GiB", flush=True)
time.sleep(600)
PY
}

with_held() { # GIB NAME COMMAND [OPTION…]
  local size=$1
  shift
  hold "$size" >"$out/holder.txt" 2>&1 &
  local holder=$!
  for _ in $(seq 60); do
    grep -q holds "$out/holder.txt" && break
    kill -0 "$holder" 2>/dev/null || break
    sleep 0.5
  done
  echo "process $holder" >>"$out/holder.txt"; cat "$out/holder.txt"
  look "$@"
  look "$1-json" "$2" --format json
  kill "$holder" 2>/dev/null; wait "$holder" 2>/dev/null
}

nvidia-smi >"$out/nvidia-smi.txt" 2>&1
look idle "$image" --record "$out/idle.json"
look video "$video"
with_held 9 busy "$image" --record "$out/busy.json"
with_held 60 full "$image --dit-cpu-offload false --text-encoder-cpu-offload false" --record "$out/full.json"
CUDA_VISIBLE_DEVICES=7 look hidden "$image"
"$python" -m sgdlint preflight -- bash -c 'echo "it runs"; exit 5' >"$out/run.txt" 2>&1
echo "status $?" >>"$out/run.txt"; cat "$out/run.txt"
"$python" - "$out" <<'PY'
import json, pathlib, sys
for path in pathlib.Path(sys.argv[1]).glob("*.json"):
    data = json.loads(path.read_text())
    for number, gpu in enumerate(data.get("gpus") or (), 1):
        gpu["uuid"] = f"GPU-00000000-0000-0000-0000-{number:012x}"
    path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n")
PY
