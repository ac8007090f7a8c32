package roster_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/roster-go/roster"

// floor is what the packages of some names may import besides the standard library. A name is a path below the module;
// a star stands for one part of it, and "/..." at its end for everything below. {vendor} is a part as well, and the
// same one wherever it stands in a floor: a vendor's packages know no other vendor's.
type floor struct {
	packages string
	own      string // packages of this module
	foreign  string // modules of others
}

// floors are the floors of the house, the lowest first. The first that has a package's name is the package's. Test
// files are free to import what they like.
func floors() []floor {
	const (
		runtime   = "github.com/oapi-codegen/runtime"
		everyone  = "wire gen/* clients clients/*"
		simulated = "wire sim/internal/company sim/internal/desk"
	)
	return []floor{
		{packages: ".", own: ""}, // Samples
		{packages: "specs", own: ""},
		{packages: "wire", own: "", foreign: runtime},
		{packages: "gen/*", own: "wire", foreign: runtime},

		{packages: "clients/token/redisstore", own: "clients/token clients/internal/budget",
			foreign: "github.com/redis/go-redis/v9 github.com/bsm/redislock"},
		{packages: "clients/redislimit", own: "wire clients clients/internal/budget",
			foreign: "github.com/redis/go-redis/v9 github.com/go-redis/redis_rate/v10"},
		{packages: "clients/token", own: "", foreign: "golang.org/x/sync"},
		{packages: "clients", own: "wire clients/token",
			foreign: "golang.org/x/sync golang.org/x/time github.com/google/uuid"},
		{packages: "clients/{vendor}", own: "wire clients clients/token gen/{vendor}api clients/{vendor}/..."},
		{packages: "clients/*/...", own: ""}, // signatures: nothing but arithmetic

		{packages: "directory/internal/diagnosis", own: "wire gen/*"},
		{packages: "directory/internal/diagnosis/*", own: "directory/internal/diagnosis"},
		{packages: "directory", own: everyone + " directory/internal/*"},

		{packages: "sim/internal/company", own: ""},
		{packages: "sim/internal/desk", own: "wire sim/internal/company"},
		{packages: "sim/internal/{vendor}server", own: "wire", foreign: runtime},
		{packages: "sim/internal/{vendor}", own: simulated + " gen/{vendor}api sim/internal/{vendor}server"},
		{packages: "sim", own: "wire gen/* sim/internal/*"},

		{packages: "contract/internal/document", own: "specs internal/samples",
			foreign: "github.com/getkin/kin-openapi"},
		{packages: "contract/internal/*", own: "internal/samples contract/internal/document"},
		{packages: "contract", own: "wire specs clients contract/internal/* internal/samples internal/invoke"},

		{packages: "internal/samples", own: ""},
		{packages: "internal/invoke", own: "wire internal/samples"},
		{packages: "internal/vendors", own: everyone + " directory sim"},
		{packages: "cmd/roster", own: everyone + " specs directory sim contract internal/vendors internal/docs/site",
			foreign: "github.com/spf13/cobra github.com/schollz/progressbar/v3 golang.org/x/term " +
				"github.com/getkin/kin-openapi"},

		// Tools and test kits of this repository, and programs that nobody imports: a floor of their own at the top.
		{packages: "internal/...", own: "...", foreign: "..."},
		{packages: "examples/...", own: "...", foreign: "..."},
	}
}

// matches tells whether a path has a name of a floor, and which vendor stands in it. vendor is "" for any.
func matches(pattern, name, vendor string) (bool, string) {
	if pattern == "..." {
		return true, vendor
	}
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		parts := strings.Split(name, "/")
		if length := strings.Count(below, "/") + 1; len(parts) >= length {
			return matches(below, strings.Join(parts[:length], "/"), vendor)
		}
		return false, ""
	}
	before, after, found := strings.Cut(pattern, "{vendor}")
	if !found {
		ok, err := path.Match(pattern, name)
		return ok && err == nil, vendor
	}
	rest, ok := strings.CutPrefix(name, before)
	if !ok {
		return false, ""
	}
	if vendor == "" {
		if vendor, ok = strings.CutSuffix(rest, after); !ok || vendor == "" || strings.Contains(vendor, "/") {
			return false, ""
		}
	}
	ok, _ = matches(before+vendor+after, name, vendor)
	return ok, vendor
}

// floorOf is the floor of a package.
func floorOf(name string) (f floor, vendor string, ok bool) {
	for _, f := range floors() {
		if ok, vendor := matches(f.packages, name, ""); ok {
			return f, vendor, true
		}
	}
	return floor{}, "", false
}

// mayImport tells whether packages of a floor may import another.
func (f floor) mayImport(vendor, imported string) bool {
	own, isOwn := strings.CutPrefix(imported, module+"/")
	if !isOwn {
		for foreign := range strings.FieldsSeq(f.foreign) {
			if foreign == "..." || imported == foreign || strings.HasPrefix(imported, foreign+"/") {
				return true
			}
		}
		return false
	}
	for pattern := range strings.FieldsSeq(f.own) {
		if ok, _ := matches(pattern, own, vendor); ok {
			return true
		}
	}
	return false
}

// listed is what "go list" says of a package.
type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	fields := "-json=ImportPath,Imports,Deps"
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", fields}, args...)...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		require.NoError(t, err, string(failed.Stderr))
	}
	require.NoError(t, err)
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

// isStandard tells whether a package is one of the standard library.
func isStandard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

// Every package has a floor, and imports only ever point down.
func TestFloors(t *testing.T) {
	for _, p := range list(t, "./...") {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if name == "" {
			name = "."
		}
		f, vendor, ok := floorOf(name)
		if !assert.Truef(t, ok, "%s has no floor: floors_test.go is to say what it may import", name) {
			continue
		}
		for _, imported := range p.Imports {
			if !isStandard(imported) {
				assert.Truef(t, f.mayImport(vendor, imported),
					"%s must not import %s (the floor of %q in floors_test.go)",
					name, imported, f.packages)
			}
		}
	}
}

// What a program links that imports a client: the standard library, our own lower floors, the generator's runtime with
// what it brings, and x/ packages.
func TestWhatAClientLinks(t *testing.T) {
	allowed := []string{
		"clients", "clients/token", "wire",
		"github.com/oapi-codegen/runtime", "github.com/oapi-codegen/runtime/types",
		"github.com/apapsch/go-jsonmerge/v2",
		"github.com/google/uuid", "golang.org/x/sync/semaphore", "golang.org/x/sync/singleflight",
		"golang.org/x/time/rate",
	}
	redis := []string{
		module + "/clients/internal/budget",
		"github.com/redis/go-redis/", "github.com/go-redis/redis_rate/", "github.com/bsm/redislock",
		"github.com/cespare/xxhash/", "go.uber.org/atomic",
		"golang.org/x/sys/cpu",
	}
	for _, p := range list(t, "./clients/...") {
		t.Run(strings.TrimPrefix(p.ImportPath, module+"/"), func(t *testing.T) {
			_, vendor, ok := floorOf(strings.TrimPrefix(p.ImportPath, module+"/"))
			require.True(t, ok)
			for _, linked := range p.Deps {
				name := strings.TrimPrefix(linked, module+"/")
				isOwn := strings.HasPrefix(name, "clients/"+vendor+"/") || name == "gen/"+vendor+"api"
				isRedis := strings.HasPrefix(path.Base(p.ImportPath), "redis") && hasPrefix(linked, redis)
				if !isStandard(linked) && !isRedis && !(vendor != "" && isOwn) {
					assert.Containsf(t, allowed, name, "%s must not link it", p.ImportPath)
				}
			}
		})
	}
}

func hasPrefix(name string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// The test of floors would see what it is there for.
func TestFloorsAreNarrow(t *testing.T) {
	for _, wrong := range []struct{ importing, imported string }{
		{"wire", module + "/clients"},
		{"gen/wecomapi", module + "/clients"},
		{"clients", module + "/clients/wecom"},
		{"clients/wecom", module + "/gen/wpsapi"},
		{"clients/wecom", module + "/clients/wps/kso1"},
		{"clients/wecom", module + "/contract"},
		{"clients/wps", "github.com/redis/go-redis/v9"},
		{"clients/token", "github.com/redis/go-redis/v9"},
		{"directory", module + "/sim"},
		{"sim", module + "/clients"},
		{"sim/internal/wecom", module + "/sim/internal/wps"},
		{"sim/internal/company", module + "/sim/internal/desk"},
		{"contract", module + "/sim"},
		{"contract", module + "/directory"},
		{"contract/internal/plan", module + "/clients"},
		{"contract/internal/document", module + "/contract"},
		{"internal/vendors", "github.com/spf13/cobra"},
	} {
		f, vendor, ok := floorOf(wrong.importing)
		require.True(t, ok, wrong.importing)
		assert.Falsef(t, f.mayImport(vendor, wrong.imported), "%s imports %s", wrong.importing, wrong.imported)
	}
	_, _, ok := floorOf("helpers")
	assert.False(t, ok, "a new public package needs a floor")
}
