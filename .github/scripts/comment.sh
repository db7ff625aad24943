#!/usr/bin/env bash
# Writes the one comment of a pull request: makes it the first time, edits it from then on.
#
# comment.sh VERDICT [MORE...], with GH_TOKEN, GITHUB_REPOSITORY and PULL_REQUEST in the environment.
set -euo pipefail
marker='<!-- statefast preview -->'
body="$(mktemp)"
trap 'rm -f "$body"' EXIT
{
  echo "$marker"
  # A comment from before must not go on saying what is no longer known.
  cat "$1" 2>/dev/null || echo 'There is no verdict: the previews could not be judged. See the checks.'
  cat "${@:2}" 2>/dev/null || true
} > "$body"
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
found="$(gh api --paginate "$comments" \
  --jq ".[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$marker\"))) | .id")"
if [ -n "$found" ]; then
  id="${found%%$'\n'*}"
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$body"
else
  gh api --silent --method POST "$comments" -F "body=@$body"
fi
