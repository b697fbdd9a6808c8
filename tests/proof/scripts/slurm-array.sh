#!/bin/bash
#SBATCH --array=0-2
#SBATCH --gres=gpu:h100:4
# try: SLURM_ARRAY_TASK_ID=1
# try: SLURM_ARRAY_TASK_ID=2 SLURM_JOB_ID=77
MODELS=(Qwen/Qwen-Image black-forest-labs/FLUX.1-dev Wan-AI/Wan2.2-T2V-A14B-Diffusers)
MODEL=${MODELS[${SLURM_ARRAY_TASK_ID:-0}]}
export MASTER_PORT=$((10000 + ${SLURM_JOB_ID:-1} % 50000))
srun --ntasks=1 sglang generate --model-path "$MODEL" --num-gpus 4 --master-port "$MASTER_PORT"
