# shellcheck shell=sh
# What the launchers share: find a Node, build a clone when it has changed, hand over. Sourced, with $root set.
: "${root:?is set by the launcher that sources this}"

# Oldest Node major version that works.
NEEDS=20

# The program's version, without starting anything.
version() {
  sed -n 's/^  "version": "\(.*\)",$/\1/p' "$root/package.json"
}

# major PATH: prints the major version of the Node at PATH; nothing when it is none.
major() {
  "$1" --version 2>/dev/null | sed -n 's/^v\([0-9][0-9]*\)\..*/\1/p'
}

# Prints the first Node that is new enough: the pinned one, the one on PATH, then wherever installers put them.
find_node() {
  if [ -n "${CCM_NODE:-}" ]; then
    found=$(major "$CCM_NODE")
    [ -n "$found" ] || { complain "CCM_NODE is set to $CCM_NODE, which is no Node.js that can be run."; return 1; }
    [ "$found" -ge "$NEEDS" ] || { complain "CCM_NODE is set to $CCM_NODE, which is Node.js $found."; return 1; }
    echo "$CCM_NODE"
    return
  fi
  old=
  for place in \
    "$(command -v node || true)" \
    "${HOME:-}"/.local/bin/node \
    "${NVM_DIR:-${HOME:-}/.nvm}"/versions/node/*/bin/node \
    "${FNM_DIR:-${HOME:-}/.local/share/fnm}"/node-versions/*/installation/bin/node \
    "${MISE_DATA_DIR:-${HOME:-}/.local/share/mise}"/installs/node/*/bin/node \
    "${VOLTA_HOME:-${HOME:-}/.volta}"/tools/image/node/*/bin/node \
    "${ASDF_DATA_DIR:-${HOME:-}/.asdf}"/installs/nodejs/*/bin/node \
    /opt/homebrew/bin/node /usr/local/bin/node /usr/bin/node /usr/local/n/versions/node/*/bin/node /opt/node*/bin/node; do
    [ -x "$place" ] || continue
    found=$(major "$place")
    [ -n "$found" ] || continue
    if [ "$found" -ge "$NEEDS" ]; then
      echo "$place"
      return
    fi
    old="$old $place (Node.js $found)"
  done
  if [ -n "$old" ]; then
    complain "All that was found is too old:$old."
  else
    complain "None was found on PATH, nor where nvm, fnm, mise, volta, asdf and Homebrew put it."
  fi
  return 1
}

complain() {
  {
    echo "claude-code-mux needs Node.js $NEEDS or newer. $1"
    echo "Get one from https://nodejs.org/en/download (or: mise use -g node@lts), or set CCM_NODE to its path."
  } >&2
}

# launch NAME SCRIPT ARGS...: becomes `node dist/SCRIPT ARGS...`, known to it as NAME.
launch() {
  name=$1
  script=$2
  shift 2
  if [ $# -eq 1 ]; then
    case $1 in
      --version | -V)
        echo "$name $(version)"
        exit 0
        ;;
    esac
  fi
  node=$(find_node) || exit 1
  # In a clone the sources may be newer than the build, or nothing may have been built yet. What that has to say is not
  # the command's own output.
  if [ -d "$root/lib" ] && [ -f "$root/scripts/ensure-build.mjs" ]; then
    "$node" "$root/scripts/ensure-build.mjs" >&2 || exit 1
  fi
  CCM_PROGRAM=$name exec "$node" "$root/dist/$script" "$@"
}
