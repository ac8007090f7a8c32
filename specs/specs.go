// Package specs embeds the OpenAPI documents that the clients are generated from, for programs that check traffic against them
// or serve them. The folder's README says how they are written.
package specs

import "embed"

// FS holds wecom.yaml and its siblings.
//
//go:embed *.yaml
var FS embed.FS
