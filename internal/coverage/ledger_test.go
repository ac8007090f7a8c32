package coverage

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/roster-go/roster/specs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheLedgerHasEveryRoute(t *testing.T) {
	assert.NoError(t, Check(root))
}

func TestWhatTheLedgerLacksIsNamed(t *testing.T) {
	operations := []operation{
		{id: "listUsers", verb: "GET", path: "/users"},
		{id: "getUser", verb: "GET", path: "/users/{user_id}"},
	}
	whole := routes{
		Covered:  []string{"GET /users", "GET /users/{id}"},
		Declined: []declined{{Why: "Doors are no people.", Routes: []string{"GET /doors", "POST /doors"}}},
		New:      []string{"GET /roles"},
	}
	for name, tt := range map[string]struct {
		change  func(r *routes)
		sources []string
		want    []string
	}{
		"nothing": {sources: []string{"GET /doors", "GET /users/{userid}", "GET /roles"}},
		"a route of a source": {
			sources: []string{"GET /teams", "DELETE /users/{id}", "GET /users/{id}/roles"},
			want: []string{
				"GET /teams is in specs/sources: put it under covered, declined or new",
				"DELETE /users/{id} is in specs/sources: put it under covered, declined or new",
				"GET /users/{id}/roles is in specs/sources: put it under covered, declined or new",
			},
		},
		"an operation": {
			change: func(r *routes) { r.Covered = r.Covered[1:] },
			want:   []string{"GET /users (listUsers) is in the document: put it under covered"},
		},
		"an operation that was to be done": {
			change: func(r *routes) { r.New, r.Covered = []string{"GET /users/{user_id}"}, r.Covered[:1] },
			want:   []string{"GET /users/{user_id} (getUser) is in the document: move it to covered"},
		},
		"covered by nothing": {
			change: func(r *routes) { r.Covered = append(r.Covered, "PUT /users/{user_id}") },
			want:   []string{"PUT /users/{user_id} is covered, but the document does not have it"},
		},
		"twice": {
			change: func(r *routes) { r.New = []string{"GET /roles", "POST /doors"} },
			want:   []string{"POST /doors is there twice"},
		},
		"no reason": {
			change: func(r *routes) { r.Declined = []declined{{Routes: []string{"GET /doors"}}} },
			want:   []string{"GET /doors: declined, but why?"},
		},
		"no route": {
			change: func(r *routes) { r.New = []string{"/roles", "get /roles", "GET roles", "GET /roles GET"} },
			want: []string{
				`"/roles" is no route: want METHOD /path`, `"get /roles" is no route: want METHOD /path`,
				`"GET roles" is no route: want METHOD /path`, `"GET /roles GET" is no route: want METHOD /path`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := whole
			if tt.change != nil {
				tt.change(&r)
			}
			assert.Equal(t, tt.want, r.check(operations, tt.sources))
		})
	}
}

// A checkout of its own: one operation a vendor, and a ledger and lists as the case has them.
func TestCheckReadsTheCheckout(t *testing.T) {
	const good = "routes: {wps: {covered: [GET /a]}, wecom: {covered: [GET /a]}, feishu: {covered: [GET /a]}, " +
		"dingtalk: {covered: [GET /a]}}"
	for name, tt := range map[string]struct {
		ledger, source, list string
		want                 string
	}{
		"good":            {good, "wps.tsv", "# made of nothing\nGET\t/a\n", ""},
		"a missing route": {good, "wps.tsv", "GET\t/b\n", "specs/coverage.yaml: wps: GET /b is in specs/sources"},
		"an odd list":     {good, "wps.tsv", "GET\t/a\n\n/b\n", "specs/sources/wps.tsv:2: want a method, a tab"},
		"an odd name":     {good, "wps.txt", "GET\t/b\n", "specs/sources/wps.txt: want <vendor>.tsv"},
		"another vendor":  {"routes: {acme: {new: [GET /a]}}", "wps.tsv", "# none\n", `an unknown vendor "acme"`},
		"a vendor without": {"routes: {wps: {covered: [GET /a]}}", "wps.tsv", "# none\n",
			"specs/coverage.yaml: wecom: GET /a (a) is in the document: put it under covered"},
		"a misspelt key": {"routes: {wps: {coverd: [GET /a]}}", "wps.tsv", "# none\n", "coverd"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, text string) {
				file := filepath.Join(dir, "specs", filepath.FromSlash(name))
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
				require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			}
			for _, vendor := range specs.Vendors() {
				write(vendor+".yaml",
					"paths: {/a: {get: {operationId: a, x-source: {confidence: doc, read: 2026-02}}}}")
			}
			write("coverage.yaml", tt.ledger)
			write("sources/"+tt.source, tt.list)
			err := Check(dir)
			if tt.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestADocumentSaysWhatItRestsOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "acme.yaml")
	require.NoError(t, os.WriteFile(file, []byte("paths: {/a: {get: {operationId: a, x-source: {confidence: sure}}}}"),
		0o600))
	_, err := readDocument(file)
	assert.EqualError(t, err, `acme.yaml: a: x-source.confidence is "sure", see specs/README.md`)

	d, err := readDocument(filepath.Join(root, "specs", "wps.yaml"))
	require.NoError(t, err)
	for _, op := range d.operations {
		assert.Equal(t, "documented", op.evidence, op.id)
		assert.Regexp(t, `^20\d\d-[01]\d$`, op.read, op.id)
	}
}
