"""The shell stage: text → tokens → syntax tree → commands with what is known about their words."""
