#!/bin/bash
# try: PYTHON=python
PYTHON=${PYTHON:-python3}
python3 -m sglang.multimodal_gen.runtime.entrypoints.cli.main generate --model-path Qwen/Qwen-Image --prompt x
python -u -m sglang.multimodal_gen.runtime.launch_server --model-path Qwen/Qwen-Image --port 1
