#!/usr/bin/env bash
# Start a schedule's run and wait for its verdict, with curl and jq: run-and-wait.sh nightly-checkout
# INSPECT_URL: the server; INSPECT_TOKEN: a token with runs:write and runs:read (none on the server's own machine).
# Ends with 0: passed, 1: failed or a person has to look, 3: it did not get so far.
set -euo pipefail
schedule=${1:?name a schedule}
api="${INSPECT_URL:-http://127.0.0.1:8460}/api/v1"

ask() { # the token goes in by a file, so that nobody reads it in the list of processes; what is refused is said in `detail`
  local answer
  answer=$(curl -sS --fail-with-body --retry 5 \
    -H @<(printf '%s' "${INSPECT_TOKEN:+Authorization: Bearer $INSPECT_TOKEN}") "$@") || { jq -r '.detail // .' <<<"$answer" >&2; return 1; }
  printf '%s' "$answer"
}

# The key makes the request safe to repeat: the same one again finds the same run.
key="${GITHUB_RUN_ID:-$(uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid)}"
run=$(ask -H "Content-Type: application/json" -H "Idempotency-Key: $key" -d '{}' "$api/schedules/$schedule/run-now" | jq -r .id) || exit 3
echo "run $run"

while found=$(ask "$api/runs/$run") || exit 3; do
  status=$(jq -r .status <<<"$found")
  case $status in
    pending | running) sleep "${EVERY_SECONDS:-5}" ;;
    *) break ;;
  esac
done

jq -r '"\(.status): \(.reason)", (.comparisons[] | select(.outcome != "unchanged") | "  \(.outcome) \(.view): \(.sentence)")' <<<"$found"
case $status in
  passed | skipped) ;;
  failed | needs_review) exit 1 ;;
  *) exit 3 ;;
esac
