# shellcheck shell=bash disable=SC2154 # common.sh sets what is not set here
# From what was given (a directory, an archive, a published version) to a version in use. To be sourced after common.sh.

# What an installed version consists of.
readonly PAYLOAD=(dist bin templates scripts/host package.json extension.yaml install.sh upgrade.sh uninstall.sh LICENSE)
# What a build needs besides.
readonly SOURCES=(lib scripts package-lock.json tsconfig.json)
readonly COMMANDS=(ccmctl ccm-start ccm-quickstart)

# ---- a built program ------------------------------------------------------------------------------------------------

# Sets $payload to a directory with a built program. Given nothing, it is the directory of the script.
prepare() {
  local from="${1:-$here}"
  if [ -d "$from" ]; then
    use_directory "$(cd -- "$from" && pwd)"
  elif [ -f "$from" ]; then
    use_archive "$from"
  elif [ "$from" = "$(json_field "$here/package.json" version)" ]; then
    use_directory "$here"
  else
    use_published "$from"
  fi
}

use_directory() {
  payload="$1"
  [ "$(json_field "$payload/package.json" name)" = "$PRODUCT" ] || fail "$payload does not hold $PRODUCT."
  if [ -d "$payload/lib" ]; then build "$payload"; fi
  [ -f "$payload/dist/ccmctl.js" ] || fail "$payload holds neither a built program (dist/) nor its sources (lib/)."
}

use_archive() {
  mkdir "$work/archive"
  tar -xzf "$1" -C "$work/archive" || fail "$1 cannot be unpacked."
  use_directory "$work/archive/package"
}

use_published() {
  [[ "$1" =~ ^[0-9A-Za-z.-]+$ ]] || fail "\"$1\" is no directory, no archive and no version."
  mkdir "$work/published"
  say "Fetching $PRODUCT $1 …"
  # The npm that came with our Node; without the minutes that it waits where there is no network.
  PATH="$(dirname "$node"):$PATH" npm_config_fetch_retries=1 npm_config_fetch_retry_mintimeout=1000 \
    npm pack "$PRODUCT@$1" --loglevel=error --pack-destination "$work/published" >/dev/null 2>"$work/complaint" ||
    fail "$PRODUCT $1 could not be fetched from the npm registry: $(why_npm_failed)"
  use_archive "$work/published"/*.tgz
}

# In words that help, from what npm says.
why_npm_failed() {
  local code
  code="$(sed -n -e 's/^npm ERR! code //p' -e 's/^npm error code //p' "$work/complaint" | head -n 1)"
  case "$code" in
    ENOTFOUND | EAI_AGAIN | ECONNREFUSED | ECONNRESET | ETIMEDOUT | ENETUNREACH | EHOSTUNREACH | ERR_SOCKET_TIMEOUT)
      say "it cannot be reached ($code). Is there a network? A packed archive (.tgz) or a directory needs none."
      ;;
    E404 | ETARGET) say "there is none." ;;
    "") say "$(head -n 1 "$work/complaint")" ;;
    *) say "$code." ;;
  esac
}

# Builds in a copy, because the directory may be read-only. Quick when dist/ is up to date.
build() {
  local source="$1" name
  payload="$work/source"
  mkdir "$payload"
  for name in "${PAYLOAD[@]}" "${SOURCES[@]}"; do copy_into "$payload" "$source" "$name"; done
  chmod -R u+w "$payload"
  # Packages that were installed after the list of them was written are up to date, and need not be fetched again.
  if [ "$source/node_modules/.package-lock.json" -nt "$source/package-lock.json" ]; then
    ln -s "$source/node_modules" "$payload/node_modules"
  fi
  # From within: the names in a build depend on where it is run.
  (cd "$payload" && npm_config_include=dev "$node" scripts/ensure-build.mjs) || fail "the program could not be built."
}

# copy_into TARGET SOURCE NAME: copies SOURCE/NAME to TARGET/NAME, if it is there.
copy_into() {
  if ! [ -e "$2/$3" ]; then return; fi
  mkdir -p "$(dirname "$1/$3")"
  rm -rf "${1:?}/$3"
  cp -R "$2/$3" "$1/$3"
}

# ---- a version in its place -----------------------------------------------------------------------------------------

# Puts the payload beside what is installed. Sets $version, and $home to where it lies. Nothing points there yet.
# A running server still loads parts of its own version: another build of the same version gets a name of its own.
place() {
  local staged name
  version="$(json_field "$payload/package.json" version)"
  home="$versions/$version"
  staged="$versions/.$version.$$"
  make_directory "$versions"
  # What a run has left that was killed; a run that is under way is younger.
  find "$versions" -maxdepth 1 -type d -name '.[0-9]*' -mmin +60 -exec rm -rf {} +
  remember "$staged"
  mkdir "$staged" 2>/dev/null || fail "$versions cannot be written to."
  for name in "${PAYLOAD[@]}"; do copy_into "$staged" "$payload" "$name"; done
  chmod -R u=rwX,go=rX "$staged"
  check_program "$staged"

  if [ -f "$home/dist/build.json" ] && [ "$(build_of "$home")" != "$(build_of "$staged")" ]; then
    home+="+$(build_of "$staged")"
  fi
  if [ -d "$home" ] && diff -rq "$staged" "$home" >/dev/null; then
    rm -rf "$staged"
  else
    remember "$home"
    rm -rf "$home"
    mv "$staged" "$home"
  fi
}

build_of() { json_field "$1/dist/build.json" sources | cut -c 1-8; }

# Does the program start, and is it the version that its package says?
check_program() {
  says_version "the program" "$version" "$node" "$1/dist/ccmctl.js" --version
}

# says_version WHAT PATTERN COMMAND...: runs the command, which must succeed and print what matches.
says_version() {
  local what="$1" pattern="$2" said
  shift 2
  if ! said="$("$@" 2>&1 </dev/null)"; then
    printf '%s\n' "$said" >&2
    fail "$what does not start."
  fi
  [[ "$said" =~ $pattern ]] || fail "$what --version says \"$said\"."
}

# Makes a version the one in use, and keeps in mind which one it was before.
switch_to() {
  local next before
  next="$(basename "$1")"
  before="$(readlink "$versions/current" || true)"
  remember "$versions/current"
  remember "$versions/previous"
  if [ -n "$before" ] && [ -d "$versions/$before" ] && [ "$before" != "$next" ]; then point "$versions/previous" "$before"; fi
  point "$versions/current" "$next"
}

# Makes a link point somewhere in one step: at no moment is there none.
point() {
  "$node" -e '
    const { renameSync, symlinkSync } = require("fs");
    const [link, to] = process.argv.slice(1);
    symlinkSync(to, link + "." + process.pid);
    renameSync(link + "." + process.pid, link);' "$1" "$2"
}

# ---- its commands ---------------------------------------------------------------------------------------------------

write_launchers() {
  local name file
  make_directory "$workspace/bin"
  for name in "${COMMANDS[@]}"; do
    file="$workspace/bin/$name"
    if [ -e "$file" ] && ! is_launcher "$file"; then
      fail "$file is there already and not ours. Move it away, then run this again."
    fi
    launcher "$name" >"$work/launcher"
    write_file "$file" 0755 <"$work/launcher"
  done
}

is_launcher() { [ -f "$1" ] && grep -q "^# $PRODUCT: " "$1"; }

launcher() {
  local script=ccmctl
  if [ "$1" = ccm-quickstart ]; then script=quickstart; fi
  cat <<TEXT
#!/bin/sh
# $PRODUCT: starts $1. Written by install.sh, with the Node found then; should that be gone, another is looked for.
set -eu
if [ -z "\${CCM_NODE:-}" ] && [ -x $(quoted "$node") ]; then CCM_NODE=$(quoted "$node"); fi
if [ -z "\${CCM_CONFIG:-}\${WORKSPACE:-}" ]; then export CCM_CONFIG=$(quoted "$workspace/config/ccm-config.toml"); fi
root=$(quoted "$versions/current")
. "\$root/bin/launch.sh"
launch $1 $script.js "\$@"
TEXT
}

# What the host's validation will run, before it does.
check_commands() {
  local name
  for name in "${COMMANDS[@]}"; do
    says_version "$name" "^$name [0-9]+[.][0-9]+[.][0-9]+" "$workspace/bin/$name" --version
  done
}
