// Command sdks writes the SDKs of a package's schema with Pulumi's own generators, which the CLI
// asks its language hosts for. Its arguments: the schema, and the folder that they are written to.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "statefast"

type generator func(*schema.Package) (map[string][]byte, error)

var generators = map[string]generator{
	"go": func(it *schema.Package) (map[string][]byte, error) {
		return golang.GeneratePackage(tool, it, nil)
	},
	"nodejs": func(it *schema.Package) (map[string][]byte, error) {
		return nodejs.GeneratePackage(tool, it, nil, nil, false, nil)
	},
	"python": func(it *schema.Package) (map[string][]byte, error) {
		return python.GeneratePackage(tool, it, nil, nil)
	},
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(file, folder string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for language, generate := range generators {
		// Each generator leaves its marks on what it is given.
		made, err := read(text)
		if err != nil {
			return err
		}
		files, err := generate(made)
		if err != nil {
			return fmt.Errorf("%s: %w", language, err)
		}
		for name, content := range files {
			path := filepath.Join(folder, language, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(path, content, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

func read(text []byte) (*schema.Package, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	made, err := schema.ImportSpec(spec, nil, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	return made, nil
}
