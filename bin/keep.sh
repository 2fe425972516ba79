#!/bin/sh
# Keeps a server running: starts it, and starts it again when it ends by a crash. All it does is wait, so it takes a few
# hundred kilobytes where a second Node would take seven megabytes.
#
#   keep.sh COMMAND…    the server. Descriptor 3 is the socket on which it listens: it stays open here, so that clients
#                       wait for a moment while the server is away instead of being refused.
#
# Signals   TERM  stop; open answers get their time          USR2  stop now
#           HUP   another server has taken over: let this one finish, do not start it again
#           USR1  (from the server) ready; before that, its end is no crash but a start that failed
# Files     $CCM_HOME/ccm.crashes: how often it crashed, when last (epoch), its exit code, the pause before the next start
set -u

# Seconds to wait before each new start; the last one counts for all that follow.
PAUSES='0 1 2 4 8 15 30'
# A server that ran for so many seconds was well; the next crash is a first one again.
WELL=60

server=
ending=
ready=
crashes=0
trap 'end TERM' TERM INT
trap 'end USR2' USR2
trap 'exec 3<&-; end HUP' HUP
trap 'ready=yes' USR1

main() {
  export CCM_KEEPER=$$
  while :; do
    began=$(date +%s)
    "$@" &
    server=$!
    # Only the first one has somebody who waits to hear that it is ready.
    exec 4>&-
    unset CCM_READY_FD
    if [ -n "$ending" ]; then end "$ending"; fi
    await "$server"
    code=$?
    server=
    if [ -n "$ending" ]; then exit 0; fi
    if [ -z "$ready" ] || [ "$code" -eq 0 ]; then exit "$code"; fi
    if [ $(($(date +%s) - began)) -ge $WELL ]; then crashes=0; fi
    pause=$(pause_after "$crashes")
    crashes=$((crashes + 1))
    tell
    rest
  done
}

# end SIGNAL: hands the signal on, and starts nothing any more.
end() {
  ending=$1
  if [ -n "$server" ]; then kill -s "$1" "$server" 2>/dev/null; fi
}

# await PID: waits for a child and answers with its exit code. A signal to us interrupts a wait, but does not end the child.
await() {
  while :; do
    wait "$1" 2>/dev/null # shells comment on children that were killed
    status=$?
    kill -0 "$1" 2>/dev/null || return $status
  done
}

pause_after() {
  # shellcheck disable=SC2086 # it is a list
  set -- "$1" $PAUSES
  shift "$(($1 < $# - 1 ? $1 + 1 : $# - 1))"
  echo "$1"
}

# Says what happened, in the log and for `ccmctl status`. A full disk must not keep the server away.
tell() {
  echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) error the server ended unexpectedly (exit code $code, crash $crashes in a row); it starts again in $pause s" || :
  { echo "$crashes $(date +%s) $code $pause" >"$CCM_HOME/ccm.crashes"; } 2>/dev/null || :
}

# A signal ends the pause early.
rest() {
  sleep "$pause" &
  wait $!
  kill $! 2>/dev/null
  if [ -n "$ending" ]; then exit 0; fi
}

main "$@"
