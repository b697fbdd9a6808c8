"""Variables from ConfigMaps: of the file, of a file beside it, of none that is certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdlint import files
from sgdlint.documents import kubernetes

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {PORT: '30000', A: b}\n"
POD = """\
apiVersion: v1
kind: Pod
spec:
  containers:
    - name: web
      envFrom: [{configMapRef: {name: settings}, prefix: P_}]
      env:
        - {name: ONE, valueFrom: {configMapKeyRef: {name: settings, key: PORT}}}
      args: [sglang, --port=$(ONE)]
"""
KNOWN = "export P_PORT=30000\nexport P_A=b\nexport ONE=30000\nsglang --port=30000"
ROWS: list[tuple[dict[str, str], bool]] = [
    ({"map.yaml": MAP}, True),
    ({"map.yml": "a: 1\n---\n" + MAP}, True),
    ({"pod.yaml": POD + "---\n" + MAP}, True),
    ({"pod.yaml": POD + "---\n" + MAP, "other.yaml": MAP.replace("30000", "1")}, True),
    ({"dev.yaml": MAP, "prod.yaml": MAP}, False),
    ({"map.yaml": MAP.replace("settings", "others")}, False),
    ({"map.yaml": MAP.replace("b}", "b")}, False),
    ({"map.yaml": MAP.replace("b}", "{{ .Values.b }}}")}, False),
    ({"map.json": MAP}, False),
    ({}, False),
]


@pytest.mark.parametrize(("beside", "is_known"), ROWS)
def test_a_config_map_beside(beside: dict[str, str], is_known: bool, tmp_path: Path) -> None:
    for name, text in {"pod.yaml": POD, **beside}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    source = files.read(str(tmp_path / "pod.yaml"))
    [region] = kubernetes.read(source).regions
    assert (region.text == KNOWN) == is_known
    if not is_known:
        assert "30000" not in region.text
