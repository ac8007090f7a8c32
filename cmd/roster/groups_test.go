package main

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGroupsAreInEveryFormat(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(80), sim.WithDepartments(6), sim.WithoutQuotas())
	env := map[string]string{}
	for _, v := range vendors.All() {
		maps.Copy(env, v.Simulated(server))
	}
	for _, vendor := range []string{"wecom", "dingtalk", "feishu"} {
		t.Run(vendor, func(t *testing.T) {
			text, _, err := runWith(t, env, "export", vendor, "--groups")
			require.NoError(t, err)
			s, err := directory.ReadSnapshot(strings.NewReader(text))
			require.NoError(t, err)
			require.NotEmpty(t, s.Groups)
			named := map[string][]string{} // groups of a person
			for _, g := range s.Groups {
				for _, id := range g.Users {
					named[id] = append(named[id], g.Name)
				}
			}
			plain, _, err := runWith(t, env, "export", vendor)
			require.NoError(t, err)
			assert.NotContains(t, plain, `"kind":"group"`)

			text, _, err = runWith(t, env, "export", vendor, "--groups", "--format", "csv")
			require.NoError(t, err)
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			require.NoError(t, err)
			last := len(rows[0]) - 1
			require.Equal(t, "groups", rows[0][last])
			for _, row := range rows[1:] {
				assert.Equal(t, list(named[row[1]]), row[last])
			}

			text, _, err = runWith(t, env, "export", vendor, "--groups", "--format", "scim")
			require.NoError(t, err)
			var answer struct {
				Resources []struct {
					ID, DisplayName string
					Schemas         []string
					Members         []scimMember
					Groups          []scimRef
				}
			}
			require.NoError(t, json.Unmarshal([]byte(text), &answer))
			ids, groups := map[string]bool{}, 0
			for _, r := range answer.Resources {
				assert.False(t, ids[r.ID], r.ID)
				ids[r.ID] = true
				if !slices.Contains(r.Schemas, scimKind) {
					continue
				}
				groups++
				at := slices.IndexFunc(s.Groups, func(g directory.Group) bool { return groupID(g) == r.ID })
				require.GreaterOrEqual(t, at, 0, r.ID)
				assert.Equal(t, s.Groups[at].Name, r.DisplayName)
				assert.Len(t, r.Members, len(s.Groups[at].Users)+len(s.Groups[at].Departments))
				for _, m := range r.Members {
					assert.True(t, ids[m.Value], "a member comes before its group: %s", m.Value)
				}
			}
			assert.Equal(t, len(s.Groups), groups)

			text, _, err = runWith(t, env, "export", vendor, "--groups", "--raw")
			require.NoError(t, err)
			assert.Equal(t, len(s.Groups), strings.Count(text, `"kind":"group"`))
		})
	}
	_, _, err := runWith(t, env, "export", "wps", "--groups")
	assert.ErrorIs(t, err, directory.ErrNoGroups)
	folder := t.TempDir()
	_, log, err := runWith(t, env, "export", "all", "--groups", "-o", folder)
	require.NoError(t, err)
	assert.Contains(t, log, "wps: has no groups")
	_, err = os.Stat(filepath.Join(folder, "wps.jsonl"))
	assert.NoError(t, err)
}
