"""The generators; importing this enters them all."""

from __future__ import annotations

from conformance.makers import (
    memory,
    parallel,
    recipes,
    requests,
    serving,
    speed,
    spelling,
    values,
)

ALL = (memory, parallel, recipes, requests, serving, speed, spelling, values)
