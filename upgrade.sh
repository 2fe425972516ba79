#!/usr/bin/env bash
# Installs another version beside the one in use, tries it out, switches over, and keeps the old one for a way back.
set -Eeuo pipefail
here="$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"

usage() {
  cat <<'TEXT'
Usage: bash upgrade.sh [--to DIRECTORY|ARCHIVE|VERSION] [--rollback]

Puts a newer claude-code-mux in the place of the installed one. A running proxy is handed over; no stream is cut.
When anything goes wrong, the old version stays in use.

  --to WHAT    that directory, packed archive (.tgz) or published version. Without it: the version that this script belongs
               to or, when that is the installed one, the latest published
  --rollback   goes back to the version before
TEXT
}

main() {
  local to="" rollback=false
  while [ $# -gt 0 ]; do
    case "$1" in
      --to) to="${2:?--to needs a directory, an archive or a version}" && shift ;;
      --to=*) to="${1#*=}" ;;
      --rollback) rollback=true ;;
      -h | --help) usage && return ;;
      *) usage >&2 && exit 2 ;;
    esac
    shift
  done

  begin
  need_node
  ccmctl="$workspace/bin/ccmctl"
  local before
  before="$(readlink "$versions/current" || true)"
  [ -n "$before" ] || fail "$PRODUCT is not installed in $workspace. Run install.sh first."

  if $rollback; then
    [ -d "$versions/previous" ] || fail "there is no version before $before."
    home="$versions/$(readlink "$versions/previous")"
  else
    if [ -z "$to" ] && [[ "$here" == "$versions"/* ]]; then to=latest; fi
    prepare "$to"
    if [ "$to" = latest ] && is_older "$(json_field "$payload/package.json" version)" "$before"; then
      say "$PRODUCT $before is newer than what is published; nothing was changed. To install that all the same, say its version: --to"
      return
    fi
    place
  fi
  local next
  next="$(basename "$home")"
  if [ "$next" = "$before" ]; then
    say "$PRODUCT $before is installed already; nothing was changed."
    return
  fi
  if ! $rollback; then
    say "Trying out $next (some ten seconds) …"
    check_serving
  fi
  switch_to "$home"
  write_launchers
  check_commands
  hand_over "$next"
  if ! $rollback; then renew_configuration "$versions/$before/templates/ccm-config.toml"; fi
  forget_others
  say "$PRODUCT $next is in use. $before was kept: ccmctl upgrade --rollback goes back to it."
}

# is_older VERSION OTHER: by their numbers, whatever stands behind them
is_older() {
  "$node" -e '
    const [a, b] = process.argv.slice(1).map((version) => version.split(/[-+]/)[0].split(".").map(Number));
    const at = a.findIndex((part, i) => part !== b[i]);
    process.exit(at !== -1 && a[at] < b[at] ? 0 : 1);' "$1" "$2"
}

# Does the new version start with the user's configuration, and does it answer requests? It gets a port and a state
# directory of its own, so that the server in use notices nothing.
check_serving() {
  local next config port
  next="$(basename "$home")"
  config="$("$ccmctl" config path)" || fail "the configuration was not found."
  if [ -e "$config" ]; then
    port="$(spare_port)"
    try start --config "$config" --port "$port" || fail "$next does not start with $config."
    try stop --now || fail "$next does not stop."
    rm -r "$work/state"
  fi
  try demo --once || fail "$next does not serve requests as it should."
}

# Runs the new version aside; shows what it said if it fails.
try() {
  if CCM_HOME="$work/state" "$node" "$home/dist/ccmctl.js" "$@" >"$work/output" 2>&1 </dev/null; then return; fi
  cat "$work/output" >&2
  return 1
}

# No server stays behind, wherever the run was stopped.
# shellcheck disable=SC2317 # it is called by finish
at_end() {
  if [ -d "$work/state" ]; then try stop --now; fi
}

spare_port() {
  "$node" -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

# Puts the new version in the place of the running server. One in a terminal or under a service manager is not ours to
# restart.
hand_over() {
  local next="$1"
  if ! "$ccmctl" status >/dev/null 2>&1; then return; fi
  if [ "$(json_field "${CCM_HOME:-$HOME/.$PRODUCT}/ccm.pid" foreground)" = true ]; then
    say "The proxy runs in a terminal or as a service; restart it there to use $next."
  elif ! "$ccmctl" restart >"$work/output" 2>&1; then
    cat "$work/output" >&2
    put_back
    "$ccmctl" restart >/dev/null 2>&1 || fail "$next did not take over, and the old version does not start again either: see ccmctl logs."
    fail "$next did not take over; the proxy runs the old version again."
  fi
}

# Adds to the configuration, as comments, what is new in the template, and puts the template beside it. It is a help: the
# upgrade has succeeded by now, whatever becomes of it.
renew_configuration() {
  local config
  config="$("$ccmctl" config path)" || return 0
  if ! [ -f "$config" ]; then return; fi
  if ! "$ccmctl" config migrate "$1" >"$work/output" 2>&1; then
    cat "$work/output" >&2
    say "What is new in the configuration was not added to $config."
  elif grep -q '^Added' "$work/output"; then
    cat "$work/output"
  fi
  if cp "$versions/current/templates/ccm-config.toml" "$config.template" 2>/dev/null && ! cmp -s "$1" "$config.template"; then
    say "The template of $next, with all that there is: $config.template"
  fi
}

# Removes versions that are neither in use nor the way back.
forget_others() {
  local directory name
  for directory in "$versions"/*/; do
    name="$(basename "$directory")"
    case "$name" in
      current | previous | "$(readlink "$versions/current")" | "$(readlink "$versions/previous")") ;;
      *) rm -rf "${versions:?}/$name" ;;
    esac
  done
}

# shellcheck source=scripts/host/common.sh
source "$here/scripts/host/common.sh"
# shellcheck source=scripts/host/program.sh
source "$here/scripts/host/program.sh"
main "$@"; exit # in one line: the file may be gone by then
