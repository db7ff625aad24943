#!/usr/bin/env bash
# Waits until a namespace, a storage class and the volumes of that namespace are gone.
#
# gone.sh NAMESPACE CLASS, with SECONDS_TO_WAIT in the environment (default 180).
set -euo pipefail
shopt -s inherit_errexit
deadline=$((SECONDS + ${SECONDS_TO_WAIT:-180}))
while :; do
  left="$(
    kubectl get "namespace/$1" "storageclass/$2" --ignore-not-found -o name
    kubectl get persistentvolumes -o json |
      jq --raw-output --arg namespace "$1" \
        '.items[] | select(.spec.claimRef.namespace == $namespace) | "persistentvolume/" + .metadata.name'
  )"
  if [ -z "$left" ]; then
    echo "Nothing is left of $1."
    exit 0
  fi
  if [ "$SECONDS" -ge "$deadline" ]; then
    echo "::error::Left of $1: ${left//$'\n'/, }"
    exit 1
  fi
  sleep 1
done
