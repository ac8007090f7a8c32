package coverage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

func TestThePageIsWhatTheCheckoutGives(t *testing.T) {
	want, err := Make(t.Context(), root)
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(root, File))
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "make generate")
}

// The page has a row for every operation that the generated code knows, and the 46 founding functions.
func TestThePageIsWhole(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, File))
	require.NoError(t, err)
	for vendor, want := range map[string]struct {
		operations []*wire.Operation
		founding   int
	}{
		"wecom":    {wecomapi.Operations(), 13},
		"dingtalk": {dingtalkapi.Operations(), 20},
		"feishu":   {feishuapi.Operations(), 12},
		"wps":      {wpsapi.Operations(), 1},
	} {
		t.Run(vendor, func(t *testing.T) {
			_, after, ok := strings.Cut(string(text), "[specs/"+vendor+".yaml]")
			require.True(t, ok)
			section, _, _ := strings.Cut(after, "\n## ")
			for _, op := range want.operations {
				assert.Equal(t, 1, strings.Count(section, "| "+op.Method+" "+op.Path+" |"), op.ID)
			}
			_, founding, ok := strings.Cut(section, "| founding function |")
			require.True(t, ok)
			founding, _, _ = strings.Cut(founding, "\n\n")
			assert.Equal(t, want.founding, strings.Count(founding, "\n")-1)
		})
	}
}

func TestHelpersAreThoseThatReachTheOperation(t *testing.T) {
	all := []operation{{id: "GetUserList"}, {id: "GetUser"}, {id: "CreateUser"}}
	require.NoError(t, addMethods(t.Context(), root, "wecom", all))
	assert.Equal(t, "GetUserList", all[0].method)
	assert.Equal(t, []string{"DepartmentUsers", "Users"}, all[0].helpers)
	assert.Equal(t, []string{"User"}, all[1].helpers)
	assert.Empty(t, all[2].helpers)

	wrapped := []operation{{id: "patchUser"}} // has a method of the same name before the generated one
	require.NoError(t, addMethods(t.Context(), root, "feishu", wrapped))
	assert.Equal(t, "PatchUser", wrapped[0].method)
	assert.Empty(t, wrapped[0].helpers)
}

func TestHalfDoneStatesAreNamed(t *testing.T) {
	assert.EqualError(t, addMethods(t.Context(), root, "wecom", []operation{{id: "GetDoor"}}),
		"gen/wecomapi has no method for operation GetDoor: make generate")
	_, err := match("wps", []entry{{"listUsers", "所有用户"}, {"listDoors", "门"}}, []operation{{id: "listUsers"}})
	assert.EqualError(t, err, "specs/coverage.yaml: wps: the document has no operation listDoors (for 门)")
	_, err = match("wps", []entry{{"listUsers", "a"}, {"listUsers", "b"}}, []operation{{id: "listUsers"}})
	assert.Error(t, err, "an operation is one function's")
}
