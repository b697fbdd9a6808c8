"""Reads facts about `sglang generate` and `sglang serve` out of a released wheel."""
