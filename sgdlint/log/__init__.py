"""Reading the log of a run: the lines that tell what SGLang made of a command, as findings."""
