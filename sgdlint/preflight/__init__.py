"""`sgdlint preflight`: whether a launch will run on this machine, said before it runs.

`asked` says what a launch asks of a machine, `collecting` looks at the machine, `checks` compares
the two (pure functions), `report` shows what came out, and `running` runs the command.
"""
