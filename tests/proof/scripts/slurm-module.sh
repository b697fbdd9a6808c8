#!/bin/bash -l
#SBATCH -N 1
# try: MODE=video
module load cuda 2>/dev/null || true
cd "${SLURM_SUBMIT_DIR:-.}" || exit 1
case ${MODE:-image} in
  video) ARGS="--model-path Wan-AI/Wan2.1-T2V-14B-Diffusers --num-frames 81" ;;
  image) ARGS="--model-path Qwen/Qwen-Image" ;;
esac
srun sglang generate $ARGS --prompt "from slurm"
