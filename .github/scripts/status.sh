#!/usr/bin/env bash
# Writes the status `gate` of a commit, and fails with it: success is what every part has said.
#
# status.sh SHA, with in the environment GH_TOKEN, GITHUB_REPOSITORY, GITHUB_SERVER_URL, GITHUB_RUN_ID
# and what is to be joined: PREVIEWS (conclusion of their run), GATE and POLICIES (exit codes), JOB
# (status of this job so far), TROUBLE (why there is no verdict; empty for none).
set -euo pipefail
state=success
said="no volume is at risk without consent, and the policies are kept"
if [ -n "$TROUBLE" ]; then
  state=error said="$TROUBLE"
elif [ "$GATE" != 0 ]; then
  state=failure said="data is at risk, or there is no verdict: see the comment"
elif [ "$POLICIES" != 0 ]; then
  state=failure said="a policy is broken, or could not be asked: see the comment"
elif [ "$PREVIEWS" != success ]; then
  state=failure said="not every stack was previewed: see the run of preview"
elif [ "$JOB" != success ]; then
  state=error said="the verdict could not be kept or told: see the log"
fi
gh api --silent --method POST "repos/$GITHUB_REPOSITORY/statuses/$1" \
  -f context=gate -f state="$state" -f description="${said:0:140}" \
  -f target_url="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
echo "gate: $state: $said"
[ "$state" = success ]
