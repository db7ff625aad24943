#!/usr/bin/env bash
# Says whose previews have ended: the commit, and its pull request. What GitHub itself says of the
# run counts, and nothing that the run has left behind.
#
# whose.sh, with GH_TOKEN, GITHUB_REPOSITORY, GITHUB_EVENT_PATH (a `workflow_run`) and GITHUB_OUTPUT
# in the environment. Writes `sha` (empty: there is nothing to judge), `pull_request` (empty for a
# merge group) and `trouble` (why there is no verdict, whatever the previews say).
set -euo pipefail
shopt -s inherit_errexit
event() { jq --raw-output "$1 // empty" "$GITHUB_EVENT_PATH"; }
run="$(event .workflow_run.id)"
sha="$(event .workflow_run.head_sha)"
kind="$(event .workflow_run.event)"
branch="$(event .workflow_run.head_branch)"
path="$(event .workflow_run.path)"
main="$(event .repository.default_branch)"
from="$(event .workflow_run.head_repository.full_name)"
pull_request=""
trouble=""

answer() {
  printf '%s=%s\n' sha "$1" pull_request "$pull_request" trouble "$trouble" >> "$GITHUB_OUTPUT"
  exit 0
}
nothing() {
  echo "Nothing is judged: $1."
  pull_request="" trouble="" answer ""
}

[[ "$run" =~ ^[0-9]+$ && "$sha" =~ ^[0-9a-f]{40}$ && -n "$main" ]] || {
  echo "::error::The event is of no run of a workflow."
  exit 1
}
# Any file may call its workflow `preview`.
[ "${path%%@*}" = .github/workflows/preview.yml ] || nothing "it is a run of another workflow"
newest="$(gh api --method GET "repos/$GITHUB_REPOSITORY/actions/workflows/preview.yml/runs" \
  -f event="$kind" -f head_sha="$sha" -f per_page=100 | jq '[.workflow_runs[].id] | max // 0')"
[ "$newest" -le "$run" ] || nothing "a later run previews the same commit"

case "$kind" in
  merge_group)
    [[ "$branch" == "gh-readonly-queue/$main/"* ]] || nothing "it is a queue for another branch"
    ;;
  pull_request)
    if [ "$from" != "$GITHUB_REPOSITORY" ]; then
      trouble="a fork is not previewed: push its branch into this repository"
      answer "$sha"
    fi
    # The run does not say which pull request it is of, and the code that it ran came from the base
    # as well. A closed one may have been opened for the run alone.
    pulls="$(gh api --method GET "repos/$GITHUB_REPOSITORY/pulls" -f state=all \
      -f head="${GITHUB_REPOSITORY%%/*}:$branch" -f per_page=100 |
      jq --arg sha "$sha" '[.[] | select(.head.sha == $sha)]')"
    pull_request="$(jq --raw-output --arg main "$main" \
      '[.[] | select(.state == "open" and .base.ref == $main)][0].number // empty' <<<"$pulls")"
    [ -n "$pull_request" ] || nothing "no open pull request into $main has this commit as its head"
    if jq --exit-status --arg main "$main" 'any(.[]; .base.ref != $main)' <<<"$pulls" > /dev/null; then
      trouble="this commit is the head of a pull request into another branch, too: push one of its own"
    fi
    ;;
  *) nothing "it is no preview of a pull request" ;;
esac
answer "$sha"
