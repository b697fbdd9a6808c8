#!/bin/bash
#SBATCH --job-name=sgl
#SBATCH --gpus-per-node=8
# try: SLURM_GPUS_ON_NODE=4 SLURM_JOB_ID=17
GPUS=${SLURM_GPUS_ON_NODE:-8}
PORT=$((30000 + ${SLURM_JOB_ID:-0} % 1000))
mkdir -p logs
for model in Qwen/Qwen-Image black-forest-labs/FLUX.1-dev; do
  name=${model##*/}
  srun --ntasks=1 sglang generate --model-path "$model" --num-gpus "$GPUS" \
    --output-path "out/$name" --port "$PORT" > "$name.log" 2>&1
done
