#!/usr/bin/env bash
# npm test: installs what the tests need, builds, checks, runs every test, and says in one sentence how it went.
#   npm test                    everything
#   npm test -- --fast          without the browser, the host and the real Claude Code
#   npm test -- test/routing    only these files; anything else that vitest understands works as well
set -euo pipefail
cd "$(dirname "$0")/.."

main() {
  local fast=no
  if [ "${1:-}" = --fast ]; then
    fast=yes
    shift
  fi
  needs_node
  node scripts/ensure-deps.mjs || give_up "The packages could not be installed"
  if [ "$fast" = no ]; then
    system_tools
    claude_code
  fi
  node scripts/ensure-build.mjs || give_up "The program could not be built"

  local results check=0 tests=0
  results=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder is known now
  trap "rm -rf '$results'" EXIT
  if [ $# -eq 0 ]; then
    echo "Checking types, lint, format, imports and dead code…"
    npm run --silent check || check=$?
  else
    check=skipped
  fi
  if [ "$fast" = yes ]; then
    set -- --exclude 'test/client/**' --exclude 'test/page/**' --exclude 'test/host/**' "$@"
  fi
  npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$results/tests.json" "$@" || tests=$?
  node scripts/test-summary.mjs "$results/tests.json" "$check" "$tests"
}

needs_node() {
  local version
  version=$(node --version 2>/dev/null || true)
  case $version in
    v2[0-9].* | v[3-9][0-9].*) ;;
    *)
      give_up "The tests need Node.js 20 or newer, this is ${version:-none}: get one from https://nodejs.org"
      ;;
  esac
}

# Debian's packages for the page's tests and the shell scripts'. Where they cannot be installed, those tests are skipped.
system_tools() {
  local missing=()
  command -v chromium >/dev/null || missing+=(chromium)
  command -v shellcheck >/dev/null || missing+=(shellcheck)
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    if node scripts/progress.mjs "Reading Debian's list of packages" apt-get update -qq &&
      node scripts/progress.mjs "Installing ${missing[*]} (some minutes)" \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"; then
      return 0
    fi
  fi
  echo "Tests that need ${missing[*]} will be skipped. To run them: sudo apt-get install ${missing[*]}" >&2
}

# The tests say themselves that they are skipped when it is missing.
claude_code() {
  node scripts/ensure-claude-code.mjs >/dev/null || true
}

# give_up WHY: ends the run before a test could start, in the form of all other runs.
give_up() {
  printf '\n%s; no test was run.\n0 passed, 1 failed, 0 skipped\n' "$1"
  exit 1
}

main "$@"
