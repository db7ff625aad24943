//go:build tools

// Package tools keeps Pulumi's language host for YAML in go.mod: it is built from here, not imported.
package tools

import _ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
