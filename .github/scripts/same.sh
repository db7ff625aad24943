#!/usr/bin/env bash
# Whether two reports of the gate say the same of one stack.
#
# same.sh STACK REVIEWED NOW
set -euo pipefail
said() {
  jq --sort-keys --arg stack "$1" '.stacks[] | select(.stack == $stack) | {verdict, objects}' "$2"
}
reviewed="$(said "$1" "$2")"
now="$(said "$1" "$3")"
if [ -z "$reviewed" ] || [ "$reviewed" != "$now" ]; then
  diff <(echo "$reviewed") <(echo "$now") || true
  echo "::error::Deploying $1 would do something else than what was reviewed, as shown above: open" \
    "a pull request on top of it and review that."
  exit 1
fi
echo "Deploying $1 does to its data what was reviewed."
