#!/usr/bin/env bash
# What `ccmctl off` and `ccmctl on` do: comment the way from Claude Code to the proxy out, and in again.
set -Eeuo pipefail
here="$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"

main() {
  local to="$1" file changed=() present=false
  begin
  read_host_lines
  while IFS= read -r file; do
    file="$(follow_links "$file")"
    if ! [ -f "$file" ]; then continue; fi
    if grep -qF -e "$OFF" -e "$BLOCK_START" -e "${host_lines[0]}" "$file"; then present=true; fi
    switched "$file" "$to" >"$work/whole"
    if cmp -s "$file" "$work/whole"; then continue; fi
    remember "$file"
    rewrite "$file" "$work/whole"
    changed+=("$file")
  done < <(shell_files)
  conclude "$to" "$present" ${changed[@]+"${changed[@]}"}
  name_other_ways
}

conclude() {
  local to="$1" present="$2"
  shift 2
  if ! $present; then
    say "No start-up file of a shell has lines of ours. Those that are there are written by install.sh --shell-env, or by a host."
  elif [ $# -eq 0 ]; then
    say "The way to the proxy is $to already."
  elif [ "$to" = off ]; then
    say "Commented out in: $(listed "$@"). New shells let Claude Code work without the proxy."
    say "Back again: ccmctl on"
  else
    say "As before again: $(listed "$@"). New shells point Claude Code at the proxy."
  fi
  if [ "$to" = on ]; then
    say "For this shell: eval \"\$(ccmctl env)\""
  elif [ -n "${ANTHROPIC_BASE_URL:-}" ]; then
    say "For this shell: eval \"\$(ccmctl env --unset)\""
  fi
}

listed() {
  local list="$1" file
  shift
  for file in "$@"; do list+=", $file"; done
  say "$list"
}

# Ways that the user has made are the user's; but he should know of them.
name_other_ways() {
  local file
  while IFS= read -r file; do
    if ! [ -f "$file" ]; then continue; fi
    without_block "$file" >"$work/rest"
    without_host_lines "$work/rest" >"$work/whole"
    if grep -Eq '^[^#]*(ANTHROPIC_BASE_URL|ccmctl env)' "$work/whole"; then
      say "$file has a line of yours about it, which was left alone."
    fi
  done < <(shell_files)
  file="${CLAUDE_CONFIG_DIR:-$HOME/.claude}/settings.json"
  if grep -q ANTHROPIC_BASE_URL "$file" 2>/dev/null; then
    say "$file sets ANTHROPIC_BASE_URL, whatever the shell says; that was left alone."
  fi
}

# shellcheck source=scripts/host/common.sh
source "$here/scripts/host/common.sh"
# shellcheck source=scripts/host/shell-env.sh
source "$here/scripts/host/shell-env.sh"
case "${1:-}" in
  off | on) main "$1" ;;
  *) echo "Usage: bash way.sh off|on" >&2 && exit 2 ;;
esac
