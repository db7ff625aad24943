//go:build tools

// Package tools keeps kubelet in go.mod: it is built from here, not imported. Its module is its own, so
// that no other part is built anew because of it.
package tools

import _ "k8s.io/kubernetes/cmd/kubelet"
