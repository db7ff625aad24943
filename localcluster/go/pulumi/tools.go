//go:build tools

// Package tools keeps the Pulumi CLI in go.mod: they are built from here, not imported.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
