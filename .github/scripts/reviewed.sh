#!/usr/bin/env bash
# Fetches the verdict of the pull request that this commit was merged from.
#
# reviewed.sh FOLDER, with GH_TOKEN, GITHUB_REPOSITORY and GITHUB_SHA in the environment.
set -euo pipefail
head="$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" \
  --jq '[.[] | select(.merged_at != null)][0].head.sha // empty')"
if [ -z "$head" ]; then
  echo "::error::$GITHUB_SHA was not merged from a pull request, so nobody has reviewed it: open one."
  exit 1
fi
run="$(gh api "repos/$GITHUB_REPOSITORY/actions/workflows/preview.yml/runs?event=pull_request&status=success&head_sha=$head" \
  --jq '.workflow_runs[0].id // empty')"
if [ -z "$run" ]; then
  echo "::error::The previews of $head did not pass, so there is nothing to hold the merge to."
  exit 1
fi
gh run download "$run" --repo "$GITHUB_REPOSITORY" --name verdict --dir "$1"
