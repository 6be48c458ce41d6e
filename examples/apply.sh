#!/usr/bin/env bash
# Plan a project's files on a server, and apply them, with curl and jq: apply.sh FOLDER [ID-THAT-MAY-BE-DELETED ..]
# INSPECT_URL: the server; INSPECT_TOKEN: an administrator's token (none on the server's own machine).
set -euo pipefail
cd "${1:?name the folder of schedules.yaml}"
shift
api="${INSPECT_URL:-http://127.0.0.1:8460}/api/v1"

send() { # what is refused is said in `detail`
  local answer
  answer=$(curl -sS --fail-with-body -H @<(printf '%s' "${INSPECT_TOKEN:+Authorization: Bearer $INSPECT_TOKEN}") \
    -H "Content-Type: application/json" -d @- "$api/$1") || { jq -r '.detail // .' <<<"$answer" >&2; return 1; }
  printf '%s' "$answer"
}

files='{}'
for file in schedules.yaml organization.yaml playbooks/*.y*ml; do
  [ -f "$file" ] || continue
  files=$(jq --arg name "$file" --rawfile text "$file" '. + {($name): $text}' <<<"$files")
done

jq '{files: .}' <<<"$files" | send plan | jq -r '.changes[] | "\(.change) \(.kind) \(.id)"'
jq '{files: ., delete: $ARGS.positional}' --args "$@" <<<"$files" | send apply |
  jq -r '"\(.changes | length) changed, \(.unchanged) unchanged"'
