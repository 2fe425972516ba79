#!/usr/bin/env bash
# Takes away what install.sh and the host have put in place. Configuration and logins stay, unless asked for.
set -Eeuo pipefail
here="$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"

usage() {
  cat <<'TEXT'
Usage: bash uninstall.sh [--purge]

Stops the proxy, removes the program, its commands and its lines in your shell files. Asks nothing.

  --purge   also removes the configuration, logins, logs and usage records (also: CCM_PURGE=1)
TEXT
}

main() {
  local purge="${CCM_PURGE:-}"
  while [ $# -gt 0 ]; do
    case "$1" in
      --purge) purge=1 ;;
      -h | --help) usage && return ;;
      *) usage >&2 && exit 2 ;;
    esac
    shift
  done

  begin
  config="$workspace/config/ccm-config.toml"
  state="${CCM_HOME:-$HOME/.$PRODUCT}"
  local installed=false points_here=false
  if is_our_address "${ANTHROPIC_BASE_URL:-}"; then points_here=true; fi
  if [ -d "$versions" ]; then installed=true; fi

  if $installed; then stop_server; fi
  remove_service
  remove_shell_lines
  remove_program
  if [ "$purge" = 1 ]; then remove_data; fi
  remove_directories

  if $installed; then say "$PRODUCT is removed from $workspace."; else say "$PRODUCT was not installed in $workspace."; fi
  local kept=""
  if [ -e "$config" ]; then
    say "Your configuration stays: $config"
    kept+=" $(quoted "$config")"
  fi
  if [ -d "$state" ]; then
    say "Your logins, logs and usage records stay: $state"
    kept+=" $(quoted "$state")"
  fi
  if [ -n "$kept" ]; then say "A later install finds them again. To remove them as well: rm -r$kept"; fi
  if $points_here; then
    say "This shell still points Claude Code at the proxy. Open a new one, or: unset ${ENVIRONMENT[*]%%=*}"
  fi
}

# Only ever the server that can be shown to be ours: ccmctl knows it by pid and start time. Where ccmctl cannot run (no
# Node), the process in the pid file must be one that runs our program.
stop_server() {
  if "$workspace/bin/ccmctl" stop >/dev/null 2>&1; then return; fi
  local pid waits
  pid="$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$state/ccm.pid" 2>/dev/null || true)"
  if [ -z "$pid" ] || [[ "$(command_line "$pid")" != *"$versions/"* ]]; then return; fi
  say "Waiting for the proxy (pid $pid) to end …"
  kill "$pid" 2>/dev/null || true
  for ((waits = 0; waits < 200; waits++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  fail "the proxy (pid $pid) does not end."
}

command_line() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\0' ' ' <"/proc/$1/cmdline"; else ps -o args= -p "$1" || true; fi
}

# What `ccmctl service install` has made, if it starts what is removed here.
remove_service() {
  local file
  for file in "${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user/$PRODUCT.service" "$HOME/Library/LaunchAgents/$PRODUCT.plist"; do
    if ! grep -qF "$workspace/bin/ccmctl" "$file" 2>/dev/null; then continue; fi
    case "$file" in
      *.service) systemctl --user disable --now "$PRODUCT.service" >/dev/null 2>&1 || true ;;
      *.plist) launchctl bootout "gui/$(id -u)/$PRODUCT" >/dev/null 2>&1 || true ;;
    esac
    remove "$file"
  done
}

remove_program() {
  local name
  for name in "${COMMANDS[@]}"; do
    if is_launcher "$workspace/bin/$name"; then remove "$workspace/bin/$name"; fi
  done
  # The template of an upgrade; it holds nothing of the user's.
  if [ -f "$config.template" ]; then remove "$config.template"; fi
  if [ -f "$versions/directories" ]; then cp "$versions/directories" "$work/directories"; fi
  remove "$versions"
}

remove() {
  remember "$1"
  rm -rf "$1"
}

# The directories that install.sh made, as far as they are empty now.
remove_directories() {
  if ! [ -f "$work/directories" ]; then return; fi
  local directory
  while IFS= read -r directory; do rmdir "$directory" 2>/dev/null || true; done <"$work/directories"
}

# Where CCM_HOME names a directory, that may hold more than our files: its removal is left to the user.
remove_data() {
  local path
  local -a paths=("$config" "$config".*)
  if [ -z "${CCM_HOME:-}" ]; then paths+=("$state"); fi
  for path in "${paths[@]}"; do
    if [ -e "$path" ]; then
      say "Removing $path"
      remove "$path"
    fi
  done
  # An earlier removal without --purge has left it for the configuration.
  rmdir "$workspace/config" 2>/dev/null || true
}

# A host may have fetched this file alone. The installed program carries the whole.
if ! [ -d "$here/scripts/host" ]; then
  for workspace in "${WORKSPACE:-}" /workspace "$HOME/workspace"; do
    installed="$workspace/lib/claude-code-mux/current/uninstall.sh"
    if [ -f "$installed" ]; then exec bash "$installed" "$@"; fi
  done
  echo "claude-code-mux is not installed, so there is nothing to remove."
  exit
fi
# shellcheck source=scripts/host/common.sh
source "$here/scripts/host/common.sh"
# shellcheck source=scripts/host/shell-env.sh
source "$here/scripts/host/shell-env.sh"
# shellcheck source=scripts/host/program.sh
source "$here/scripts/host/program.sh"
main "$@"; exit # in one line: the file may be gone by then
