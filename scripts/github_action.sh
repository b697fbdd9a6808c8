#!/usr/bin/env bash
# What the step of action.yml runs: installs sgdlint, checks, and writes annotations, a summary and the
# outputs of the step. Ends with 0; the status of sgdlint is an output, so that SARIF is sent first.
set -euo pipefail

fail() {
  printf '::error title=sgdlint::%s\n' "$1"
  echo "status=2" >>"$GITHUB_OUTPUT"
  exit 0
}

# Prints the words of a text, one in a line: quotes and backslashes count, nothing is expanded or run.
words_of() {
  printf '%s' "$1" | xargs printf '%s\n'
}

install() {
  local what=$GITHUB_ACTION_PATH
  if [[ -n $SGDLINT_VERSION ]]; then
    [[ $SGDLINT_VERSION =~ ^[0-9][0-9A-Za-z.+!]*$ ]] || fail "version: $SGDLINT_VERSION is none"
    what=sgdlint==$SGDLINT_VERSION
  fi
  "$SGDLINT_PYTHON" -m venv "$folder/venv"
  "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$what"
}

folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/sgdlint-XXXXXX")
sgdlint=${SGDLINT_PROGRAM:-$folder/venv/bin/sgdlint}
[[ -n ${SGDLINT_PROGRAM:-} ]] || install || fail "sgdlint could not be installed"

options=(--format github --output "text=$folder/report.txt")
options+=(--output "markdown=$folder/summary.md" --output "json=$folder/sgdlint.json")
if [[ $SGDLINT_SARIF == true ]]; then
  options+=(--output "sarif=$folder/sgdlint.sarif")
fi
if [[ $SGDLINT_FAIL_ON == never ]]; then
  options+=(--exit-zero)
else
  options+=(--fail-on "$SGDLINT_FAIL_ON")
fi
more=$(words_of "$SGDLINT_ARGS") || fail "args: quotes do not match"
paths=$(words_of "$SGDLINT_PATHS") || fail "paths: quotes do not match"
while IFS= read -r word; do
  [[ -z $word ]] || options+=("$word")
done <<<"$more"
files=()
while IFS= read -r word; do
  [[ -z $word ]] || files+=("$word")
done <<<"$paths"
[[ ${#files[@]} -gt 0 ]] || files=(.)

status=0
"$sgdlint" check "${options[@]}" -- "${files[@]}" || status=$?
if [[ -f $folder/report.txt ]]; then
  # What the sources hold is no command for the runner.
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$token"
  cat "$folder/report.txt"
  printf '::%s::\n' "$token"
fi
[[ ! -f $folder/summary.md ]] || cat "$folder/summary.md" >>"$GITHUB_STEP_SUMMARY"
{
  echo "status=$status"
  [[ ! -f $folder/sgdlint.json ]] || echo "json=$folder/sgdlint.json"
  [[ ! -f $folder/sgdlint.sarif ]] || echo "sarif=$folder/sgdlint.sarif"
} >>"$GITHUB_OUTPUT"
