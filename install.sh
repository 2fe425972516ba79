#!/usr/bin/env bash
# Puts claude-code-mux under $WORKSPACE: program, launchers and, where there is none, the configuration. Starts nothing.
set -Eeuo pipefail
here="$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"

usage() {
  cat <<'TEXT'
Usage: bash install.sh [--shell-env] [--from DIRECTORY|ARCHIVE|VERSION]

Installs claude-code-mux into $WORKSPACE (unset: /workspace or ~/workspace). Asks nothing, starts nothing, may be run again.

  --shell-env   also lets new shells (bash, zsh, fish) point Claude Code at the proxy; uninstall.sh takes the lines out again
  --from WHAT   installs another directory, a packed archive (.tgz) or a published version instead of this directory
TEXT
}

main() {
  local from="" shell_env=false before
  while [ $# -gt 0 ]; do
    case "$1" in
      --shell-env) shell_env=true ;;
      --from) from="${2:?--from needs a directory, an archive or a version}" && shift ;;
      --from=*) from="${1#*=}" ;;
      -h | --help) usage && return ;;
      *) usage >&2 && exit 2 ;;
    esac
    shift
  done

  begin
  need_node
  before="$(readlink "$versions/current" || true)"
  prepare "$from"
  place
  switch_to "$home"
  write_launchers
  write_config
  check_commands
  if $shell_env; then add_shell_env; fi
  note_directories
  conclude "$before" "$shell_env"
}

write_config() {
  config="$workspace/config/ccm-config.toml"
  new_config=false
  if [ -e "$config" ] || [ -L "$config" ]; then return; fi
  new_config=true
  make_directory "$workspace/config"
  write_file "$config" 0600 <"$home/templates/ccm-config.toml"
}

# For uninstall.sh: the directories that were made here, the innermost first.
note_directories() {
  local i
  for ((i = ${#made[@]} - 1; i >= 0; i--)); do say "${made[i]}" >>"$versions/directories"; done
}

conclude() {
  local before="$1" shell_env="$2" other
  if $new_config; then
    say "$PRODUCT $version is installed in $workspace. Its new configuration is $config."
    for other in "$HOME/.$PRODUCT/config.toml" "$HOME/.claude-code-router/config.json"; do
      if [ -e "$other" ]; then say "There is another one, too: ccmctl config import $(quoted "$other") takes it over."; fi
    done
  else
    say "$PRODUCT $version is installed in $workspace. Your configuration $config was left as it is."
  fi
  if [ -n "$before" ] && [ "$before" != "$(basename "$home")" ] && "$workspace/bin/ccmctl" status >/dev/null 2>&1; then
    say "The server that runs is still the one before: ccmctl restart switches over without cutting a stream."
  fi
  case ":$PATH:" in
    *":$workspace/bin:"*) ;;
    *) say "The commands are not on your PATH yet: export PATH=$(printf %q "$workspace/bin"):\"\$PATH\"" ;;
  esac
  if $shell_env; then say "New shells will point Claude Code at the proxy. For this one: eval \"\$(ccmctl env)\""; fi
  if $new_config; then
    say "Next: ccm-quickstart sets up your providers and starts the proxy."
  else
    say "Next: ccmctl start, unless the proxy runs already."
  fi
}

# A host may fetch this file alone. The rest is in the published package.
if ! [ -d "$here/scripts/host" ]; then
  version=latest
  if [ "${1:-}" = --from ]; then version="${2:-latest}"; fi
  package="$(mktemp -d)"
  trap 'rm -rf "$package"' EXIT
  npm pack "claude-code-mux@$version" --silent --pack-destination "$package" >/dev/null ||
    { echo "Nothing was changed: claude-code-mux $version could not be fetched from the npm registry." >&2 && exit 1; }
  tar -xzf "$package"/*.tgz -C "$package"
  bash "$package/package/install.sh" "$@"
  exit
fi
# shellcheck source=scripts/host/common.sh
source "$here/scripts/host/common.sh"
# shellcheck source=scripts/host/shell-env.sh
source "$here/scripts/host/shell-env.sh"
# shellcheck source=scripts/host/program.sh
source "$here/scripts/host/program.sh"
main "$@"
