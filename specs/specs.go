// Package specs embeds the OpenAPI documents that the clients are generated from, for programs that check traffic
// against them or serve them. The folder's README says how they are written.
package specs

import "embed"

// FS holds wecom.yaml, dingtalk.yaml, feishu.yaml and wps.yaml.
//
//go:embed wecom.yaml dingtalk.yaml feishu.yaml wps.yaml
var FS embed.FS
