"""`sgdlint bench`: which of a launch's variants is the fastest, as a script, and read back."""
