#!/usr/bin/env bash
# Whether a deploy does nothing to the data of a stack but what was reviewed.
#
# same.sh STACK NOW REVIEWED...: reports of the gate, the first of the deploy and the others of all
# that was merged since the last. Less than was reviewed is no difference: a part may be deployed
# already, and the gate has judged the rest by itself.
set -euo pipefail
stack="$1"
shift
new="$(jq --slurp --sort-keys --arg stack "$stack" '
  ["safe", "rolls pods", "downtime", "data at risk", "data lost"] as $scale
  | def rank: . as $it | $scale | index($it) // error("no verdict");
    map([.stacks[] | select(.stack == $stack and .verdict != null)]) as [$now, $reviewed]
  | (.[1:] | map(.stacks[] | select(.stack == $stack and .verdict != null))) as $reviewed
  | if ($now | length) != 1 or ($reviewed | length) == 0 then error("no verdict") else . end
  | ($now[0].objects - [$reviewed[].objects[]]) as $objects
  | ([$now[0].said[]? | select(.severity != "safe")] - [$reviewed[].said[]?]) as $said
  | ($now[0].verdict | rank) as $found
  | ([$reviewed[].verdict | rank] | max) as $most
  | {objects: $objects, said: $said}
    + if $found > $most then {verdict: $now[0].verdict, reviewed: $scale[$most]} else {} end
  | if . == {objects: [], said: []} then empty else . end
' "$@")" || {
  echo "::error::There are no two verdicts on $stack to compare."
  exit 1
}
if [ -n "$new" ]; then
  echo "$new"
  echo "::error::Deploying $stack would do what was not reviewed, as shown above: open a pull" \
    "request on top of it and review that."
  exit 1
fi
echo "Deploying $stack does nothing to its data but what was reviewed."
