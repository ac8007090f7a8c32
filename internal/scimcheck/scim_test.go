package scimcheck_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/elimity-com/scim/schema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// roster builds the command of the main module.
func roster(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "roster")
	build := exec.CommandContext(t.Context(), "go", "build", "-C", "../..", "-o", program, "./cmd/roster")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return program
}

// empty names the attributes without a value, which are to be left out (RFC 7643, section 2.5).
func empty(place string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			return []string{place}
		}
		var found []string
		for name, member := range v {
			found = append(found, empty(place+"/"+name, member)...)
		}
		return found
	case []any:
		if len(v) == 0 {
			return []string{place}
		}
		var found []string
		for i, member := range v {
			found = append(found, empty(fmt.Sprint(place, "/", i), member)...)
		}
		return found
	case string:
		if v == "" {
			return []string{place}
		}
	case nil:
		return []string{place}
	}
	return nil
}

func TestAnExportIsWhatTheSchemasSay(t *testing.T) {
	program := roster(t)
	for _, vendor := range []string{"wecom", "dingtalk", "feishu", "wps"} {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			export := exec.CommandContext(t.Context(), program, "export", vendor, "--sim", "--format", "scim")
			data, err := export.Output()
			require.NoError(t, err)
			var list struct {
				TotalResults int
				Resources    []map[string]any
			}
			require.NoError(t, json.Unmarshal(data, &list))
			assert.Equal(t, 2060, list.TotalResults)
			require.Len(t, list.Resources, 2060)
			kinds := map[string]string{}
			groups, children := 0, 0
			for _, r := range list.Resources {
				id := r["id"].(string)
				require.Empty(t, empty(id, r))
				schemas := r["schemas"].([]any)
				core, kind := schema.CoreUserSchema(), "User"
				if schemas[0] == schema.GroupSchema {
					core, kind = schema.CoreGroupSchema(), "Group"
				}
				kinds[id] = kind
				accepted, failed := core.Validate(r)
				require.Nil(t, failed, "%s: %v", id, r)
				for name := range r { // the library ignores an attribute that it does not know
					known := slices.Contains([]string{"schemas", "id", "externalId", "meta"}, name) ||
						slices.Contains(schemas, any(name))
					if _, ok := core.Attributes.ContainsAttribute(name); !ok {
						require.True(t, known, "%s is no attribute of a %s", name, kind)
					}
				}
				assert.Equal(t, r["displayName"], accepted["displayName"])
				if extension, ok := r[enterprise]; ok {
					require.Contains(t, schemas, any(enterprise))
					_, failed := schema.ExtensionEnterpriseUser().ValidateExtension(extension)
					require.Nil(t, failed, "%s: %v", id, extension)
				}
				if kind == "User" {
					require.NotEmpty(t, r["userName"])
					require.Contains(t, r["name"], "formatted")
					require.Zero(t, groups, "users come first")
				} else {
					groups++
				}
			}
			for _, r := range list.Resources {
				members, _ := r["members"].([]any)
				for _, m := range members {
					member := m.(map[string]any)
					require.Equal(t, kinds[member["value"].(string)], member["type"], "%v: every member is in the list",
						member)
					if member["type"] == "Group" {
						children++
					}
				}
			}
			assert.Equal(t, 59, children, "every department but the root is in another one")
		})
	}
}
