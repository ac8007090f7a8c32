// Command godoc finishes what the generator writes for people to read: it wraps the comments of the generated clients,
// and lists the operations in the documentation of the vendors' clients. It is run from the root of the repository.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string) error {
	files, err := filepath.Glob(filepath.Join(root, "gen", "*api", "*api.gen.go"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no generated clients below %s", root)
	}
	for _, file := range files {
		if err := finish(root, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// finish wraps the comments of one generated client and writes the list of its operations.
func finish(root, file string) error {
	source, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	wrapped := wrapComments(string(source))
	if wrapped != string(source) {
		if err := os.WriteFile(file, []byte(wrapped), 0o600); err != nil {
			return err
		}
	}
	vendor := strings.TrimSuffix(filepath.Base(file), "api.gen.go")
	list, err := operations(vendor, wrapped)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "clients", vendor, "operations.gen.go"), []byte(list), 0o600)
}
