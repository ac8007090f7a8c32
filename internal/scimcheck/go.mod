module github.com/roster-go/roster/internal/scimcheck

go 1.26.0

require (
	github.com/elimity-com/scim v0.0.0-20260728105928-2641426a1539
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/q-uint/xsd-datetime v1.0.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
