"""Launches: finding them among the commands of a script, and reading their options."""
