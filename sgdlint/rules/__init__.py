"""Rules as data: loading and checking rule files, the condition language, and the engine."""
