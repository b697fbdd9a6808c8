#!/bin/bash
for gpus in 1 4; do
  cat > "job.sh" <<EOF
#!/bin/bash
sglang generate --model-path Qwen/Qwen-Image --num-gpus $gpus --prompt "\$1"
EOF
  bash job.sh "for $gpus"
done
sglang generate --model-path Qwen/Qwen-Image --prompt direct
