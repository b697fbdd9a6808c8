#!/usr/bin/env bash
# try: PORT=4000
# try: HOST=127.0.0.1
HOST=${HOST:-0.0.0.0}
PORT=${PORT:-30010}
sglang serve --model-path Qwen/Qwen-Image-Edit --host "$HOST" --port "$PORT" &
PID=$!
until curl -sf "http://$HOST:$PORT/health"; do
  sleep 1
  kill -0 $PID 2>/dev/null || exit 1
done
curl -s "http://$HOST:$PORT/v1/images/edits" -F prompt=x > edit.json
kill $PID
wait
