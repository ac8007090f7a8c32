package roster

// Each document gives two packages: the client's models and typed methods, and the server stubs that the simulator
// implements. Paths in the configurations are relative to this folder.
//
//go:generate -command oapi-codegen go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen
//go:generate oapi-codegen -config gen/config/wecomapi.yaml specs/wecom.yaml
//go:generate oapi-codegen -config gen/config/wecomserver.yaml specs/wecom.yaml
//go:generate oapi-codegen -config gen/config/dingtalkapi.yaml specs/dingtalk.yaml
//go:generate oapi-codegen -config gen/config/dingtalkserver.yaml specs/dingtalk.yaml
//go:generate oapi-codegen -config gen/config/feishuapi.yaml specs/feishu.yaml
//go:generate oapi-codegen -config gen/config/feishuserver.yaml specs/feishu.yaml
//go:generate oapi-codegen -config gen/config/wpsapi.yaml specs/wps.yaml
//go:generate oapi-codegen -config gen/config/wpsserver.yaml specs/wps.yaml
//go:generate go run ./internal/godoc
//go:generate go run ./internal/fieldaccess
//go:generate go run ./directory/internal/diagnosis/makepages
//
// The table of what calls each operation comes last, since it reads the generated code.
//
//go:generate go run ./internal/coverage/makecoverage
