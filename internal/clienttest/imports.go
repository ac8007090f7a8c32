package clienttest

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// allowed is what a program that imports a client may link besides the standard library: this module's own lower floors, the
// generator's runtime with what it brings, and x/ packages.
var allowed = []string{
	"github.com/roster-go/roster/clients",
	"github.com/roster-go/roster/clients/token",
	"github.com/roster-go/roster/wire",
	"github.com/oapi-codegen/runtime",
	"github.com/oapi-codegen/runtime/types",
	"github.com/apapsch/go-jsonmerge/v2",
	"github.com/google/uuid",
	"golang.org/x/sync/singleflight",
	"golang.org/x/time/rate",
}

// Imports holds the list of packages that pkg may link; own are those of the vendor's folder and generated code below it.
func Imports(t *testing.T, pkg string, own ...string) {
	t.Helper()
	vendor := pkg[strings.LastIndex(pkg, "/")+1:]
	own = append(own, allowed...)
	own = append(own, pkg, "github.com/roster-go/roster/gen/"+vendor+"api")
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", pkg).CombinedOutput()
	require.NoError(t, err, string(out))
	for linked := range strings.FieldsSeq(string(out)) {
		assert.Containsf(t, own, linked, "%s must not link it", pkg)
	}
}
