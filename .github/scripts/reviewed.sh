#!/usr/bin/env bash
# Fetches what was said of everything that a deploy would bring to each stack: the verdicts of all
# commits since the one that it has.
#
# reviewed.sh FOLDER STACK..., in a checkout with its history, with GH_TOKEN, GITHUB_REPOSITORY,
# GITHUB_SHA and GITHUB_REF_NAME in the environment. Writes FOLDER/STACK/COMMIT.json.
set -euo pipefail
shopt -s inherit_errexit
here="$(dirname "${BASH_SOURCE[0]}")"
api="repos/$GITHUB_REPOSITORY"
folder="$1"
shift
packed="$(mktemp)"
trap 'rm -f "$packed"' EXIT
refuse() {
  echo "::error::$*"
  exit 1
}
get() { gh api --method GET "$api/$1" "${@:2}"; }

# The commit that a stack was deployed from last, or nothing. The job of an environment leaves it.
deployed() {
  local ids id sha succeeded
  ids="$(get deployments -f environment="$1" -f per_page=100 |
    jq --raw-output '.[] | "\(.id) \(.sha)"')"
  while read -r id sha; do
    [ -n "$id" ] || break
    # `inactive` is a success that another has followed.
    succeeded="$(get "deployments/$id/statuses" -f per_page=100 | jq 'any(.[]; .state == "success")')"
    if [ "$succeeded" = true ]; then
      echo "$sha"
      return
    fi
  done <<<"$ids"
}

# The artifact with the verdict on a commit, or nothing. Any workflow may call an artifact so; only
# runs of judge.yml on this branch, which no pull request can make, speak for the judge.
verdict() {
  local found id run
  found="$(get actions/artifacts -f name="verdict-$1" -f per_page=100 | jq --raw-output --arg name "verdict-$1" '
    [.artifacts[] | select(.name == $name and (.expired | not) and .size_in_bytes <= 16777216)]
    | sort_by(-.id)[] | "\(.id) \(.workflow_run.id)"')"
  while read -r id run; do
    [ -n "$id" ] || break
    said="$(get "actions/runs/$run" | jq --raw-output --arg ref "$GITHUB_REF_NAME" --arg here "$GITHUB_REPOSITORY" '
      if (.path | sub("@.*"; "")) == ".github/workflows/judge.yml" and .event == "workflow_run"
        and .head_branch == $ref and .head_repository.full_name == $here
      then .conclusion // "running" else "of another" end')"
    case "$said" in
      "of another") ;;
      success)
        echo "$id"
        return
        ;;
      # The newest counts.
      *) return ;;
    esac
  done <<<"$found"
}

# Fetches the verdict on a commit of this branch; `why` says why there is none.
fetch() {
  local commit="$1" target="$2" head id
  # A merge queue has judged this very commit; else its pull request was.
  id="$(verdict "$commit")"
  if [ -z "$id" ]; then
    head="$(get "commits/$commit/pulls" -f per_page=100 | jq --raw-output --arg ref "$GITHUB_REF_NAME" \
      '[.[] | select(.merged_at != null and .base.ref == $ref)][0].head.sha // empty')"
    why="$commit was not merged from a pull request, so nobody has reviewed it"
    [ -n "$head" ] || return 0
    id="$(verdict "$head")"
    why="the gate did not pass $head, or its verdict has expired"
    [ -n "$id" ] || return 0
  fi
  why=""
  get "actions/artifacts/$id/zip" > "$packed"
  python3 "$here/unpack.py" "$packed" verdict.json "$target"
}

for stack in "$@"; do
  mkdir -p "$folder/$stack"
  last="$(deployed "$stack")"
  range=("$GITHUB_SHA" --max-count=1)
  if [ -n "$last" ] && [ "$last" != "$GITHUB_SHA" ]; then
    ! git merge-base --is-ancestor "$GITHUB_SHA" "$last" 2>/dev/null ||
      refuse "$stack has $last already, and $GITHUB_SHA is older: run the newest deploy again."
    git merge-base --is-ancestor "$last" "$GITHUB_SHA" 2>/dev/null ||
      refuse "$stack was deployed from $last, which is not part of $GITHUB_REF_NAME: nobody can say" \
        "what was reviewed since."
    range=("$last..$GITHUB_SHA")
  fi
  commits="$(git rev-list --first-parent "${range[@]}")"
  for commit in $commits; do
    if [ ! -e "$folder/$commit" ]; then
      fetch "$commit" "$folder/$commit"
      if [ -n "$why" ]; then
        # A pull request on top of what nobody has reviewed was previewed with it.
        [ "$commit" != "$GITHUB_SHA" ] ||
          refuse "There is nothing to hold this deploy to, since $why: open a pull request on top of" \
            "it and review that."
        echo "::warning::For $stack nothing is known of $commit: $why."
        continue
      fi
    fi
    cp "$folder/$commit" "$folder/$stack/$commit.json"
  done
  echo "$stack: all verdicts since ${last:-the start}, of commits: ${commits//$'\n'/, }"
done
