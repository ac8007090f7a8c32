package directory_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An app that may see a part of the company only: what it does not see is not silently left out.
func TestDepartmentsThatTheAppMayNotSee(t *testing.T) {
	for vendor, limit := range map[string]func(*sim.Server, sim.DepartmentKey){
		"wecom":    func(s *sim.Server, d sim.DepartmentKey) { s.WeCom().LimitApps(d) },
		"dingtalk": func(s *sim.Server, d sim.DepartmentKey) { s.DingTalk().LimitApps([]sim.DepartmentKey{d}, nil) },
		"feishu":   func(s *sim.Server, d sim.DepartmentKey) { s.Feishu().LimitApps([]sim.DepartmentKey{d}) },
	} {
		t.Run(vendor, func(t *testing.T) {
			clock := clienttest.NewClock()
			server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(100), sim.WithDepartments(12))
			limit(server, server.Organisation().Children(sim.RootDepartment)[0].Key)
			d := views(t, server, clock)[vendor].directory
			if vendor == "wecom" {
				demo := server.Credentials().WeCom
				c, err := wecom.New(wecom.Config{CorpID: demo.CorpID, AppSecret: clients.Secret(demo.AppSecret), ContactSecret: clients.Secret(demo.ContactSecret)},
					clients.WithBaseURL(server.WeComURL()), clients.WithClock(clock))
				require.NoError(t, err)
				d = directory.WeCom(c)
			}
			_, err := ids(directory.Walk(t.Context(), d, directory.WalkOptions{}))
			assert.ErrorIs(t, err, clients.ErrPermission)
			var w *directory.WalkError
			require.ErrorAs(t, err, &w)

			if vendor != "wecom" {
				return // the root itself cannot be read: there is nothing to go on with
			}
			var skipped []string
			got, err := ids(directory.Walk(t.Context(), d, directory.WalkOptions{Skip: func(d directory.Department, err error) error {
				assert.ErrorIs(t, err, clients.ErrPermission)
				skipped = append(skipped, d.ID)
				return nil
			}}))
			require.NoError(t, err)
			assert.NotEmpty(t, got)
			assert.NotEmpty(t, skipped)
			assert.Less(t, len(got), 100)
		})
	}
}
