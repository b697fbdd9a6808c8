"""`sgdlint perf`: the files that `--perf-dump-path` writes, read and compared."""
