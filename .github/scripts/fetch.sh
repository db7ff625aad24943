#!/usr/bin/env bash
# Fetches the previews of a run, one file a stack. They are made by code of the pull request, and
# are taken as data: by their names alone, of limited size, and into files that are named here.
#
# fetch.sh FOLDER RUN STACK..., with GH_TOKEN and GITHUB_REPOSITORY in the environment. What cannot be
# fetched is not there, which is for the gate to judge.
set -euo pipefail
shopt -s inherit_errexit
here="$(dirname "${BASH_SOURCE[0]}")"
folder="$1"
run="$2"
shift 2
packed="$(mktemp)"
trap 'rm -f "$packed"' EXIT
mkdir -p "$folder"
for stack in "$@"; do
  artifact="$(gh api --method GET "repos/$GITHUB_REPOSITORY/actions/runs/$run/artifacts" \
    -f name="preview-$stack" -f per_page=100 | jq --raw-output --arg name "preview-$stack" '
      [.artifacts[] | select(.name == $name and (.expired | not) and .size_in_bytes <= 16777216)]
      | max_by(.id).id // empty')"
  if [ -z "$artifact" ]; then
    echo "::error::There is no preview of $stack, or it is too large."
    continue
  fi
  gh api "repos/$GITHUB_REPOSITORY/actions/artifacts/$artifact/zip" > "$packed"
  python3 "$here/unpack.py" "$packed" "$stack.json" "$folder/$stack.json" || true
done
