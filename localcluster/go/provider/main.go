// Command provider is Pulumi's own Kubernetes provider. The program in its module does not build
// as it comes: it embeds files that are generated beforehand.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

// The build puts this file here, from the module cache, and takes it away again.
//
//go:embed schema.json
var schema []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, []byte("{}"))
}
