"""Neovim with the settings of the documents, where it is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lsp_client import PATIENCE, ROOT

pytest.importorskip("pygls")
NEOVIM = shutil.which("nvim") or ""
OLD = "MODEL=Qwen/Qwen-Image\nsglang serve --model-path $MODEL --warmup\n"
NEW = "MODEL=Qwen/Qwen-Image\nsglang serve --model-path $MODEL --warmup-mode request\n"
LUA = """
local function ask(method, line, column)
  local place = vim.lsp.util.make_position_params()
  place.position = { line = line, character = column }
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/' .. method, place, 20000)
  for _, one in pairs(answers or {}) do return one.result end
end
vim.cmd('edit run.sh')
vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end, 20)
local told = {
  found = vim.diagnostic.get(0)[1].code,
  hover = ask('hover', 1, 36).contents.value,
  definition = ask('definition', 1, 28)[1].range.start.line,
  completion = #ask('completion', 1, 36).items,
}
vim.api.nvim_win_set_cursor(0, { 2, 36 })
local place = vim.lsp.util.make_range_params()
place.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics() }
for _, answer in pairs(vim.lsp.buf_request_sync(0, 'textDocument/codeAction', place, 20000)) do
  for _, one in ipairs(answer.result) do
    if one.isPreferred then vim.lsp.util.apply_workspace_edit(one.edit, 'utf-16') end
  end
end
told.fixed = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n') .. '\\n'
vim.fn.writefile({ vim.fn.json_encode(told) }, 'told.json')
vim.cmd('qa!')
"""


def _is_old() -> bool:
    """Whether the Neovim that is installed takes the second form of the documents."""
    if not NEOVIM:
        return False
    said = subprocess.run([NEOVIM, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.match(r"NVIM v0\.(\d+)\.", said)
    return version is not None and 7 <= int(version[1]) < 11


@pytest.mark.skipif(not _is_old(), reason="no Neovim from 0.7 to 0.10 is installed")
def test_neovim_shows_and_mends(tmp_path: Path) -> None:
    forms = re.findall(r"```lua\n(.*?)```", (ROOT / "docs/editors.md").read_text(), re.DOTALL)
    program = tmp_path / "bin" / "sgdlint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sgdlint "$@"\n')
    program.chmod(0o755)
    (tmp_path / "init.lua").write_text(forms[1])
    (tmp_path / "told.lua").write_text(LUA)
    (tmp_path / "run.sh").write_text(OLD)
    subprocess.run(
        [NEOVIM, "--headless", "--clean", "-u", "init.lua", "-c", "luafile told.lua"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    told: dict[str, Any] = json.loads((tmp_path / "told.json").read_text())
    assert told["found"] == "SGD203"
    assert "**`--warmup`**" in told["hover"]
    assert told["definition"] == 0
    assert told["completion"] > 100
    assert told["fixed"] == NEW
