"""What is different between two releases, in words."""

from __future__ import annotations

from typing import Any

from catalog_extract.store import Extraction


def describe_changes(before: Extraction | None, after: Extraction) -> list[str]:
    """Return one line for each row that came, went or changed."""
    out: list[str] = []
    for table, columns in after.items():
        for column, rows in columns.items():
            old = (before or {}).get(table, {}).get(column, [])
            if not old:
                out.append(f"{table} {column}: {len(rows)} rows")
                continue
            out.extend(f"{table} {column}: {line}" for line in _differences(old, rows))
    return out


def _differences(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    old, new = ({_name(row): row for row in rows} for rows in (before, after))
    out = [f"+ {name}" for name in new if name not in old]
    out += [f"- {name}" for name in old if name not in new]
    for name in new:
        if name in old and old[name] != new[name]:
            keys = sorted(old[name].keys() | new[name].keys())
            changed = [k for k in keys if old[name].get(k) != new[name].get(k)]
            parts = [f"{k} {old[name].get(k)!r:.60} → {new[name].get(k)!r:.60}" for k in changed]
            out.append(f"~ {name}: {', '.join(parts)}")
    return out


def _name(row: dict[str, Any]) -> str:
    return str(row.get("name") or " ".join(row.get("flags", ())) or row)
