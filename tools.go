//go:build tools

// Package roster: see doc.go. This file pins the generator in go.mod; nothing here is ever built into a program.
package roster

import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
