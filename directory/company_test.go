package directory_test

import (
	"bytes"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// snapshotOf is a snapshot without any settings.
func snapshotOf(t *testing.T, d directory.Directory) *directory.Snapshot {
	t.Helper()
	var file bytes.Buffer
	_, err := directory.WriteSnapshot(t.Context(), &file, d, directory.SnapshotOptions{})
	require.NoError(t, err)
	s, err := directory.ReadSnapshot(&file)
	require.NoError(t, err)
	return s
}

// A snapshot says by itself whose it is, so that Diff never takes one company for another.
func TestASnapshotNamesItsCompany(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(20), sim.WithDepartments(4))
	demo := server.Credentials()
	for vendor, v := range views(t, server, clock) {
		s := snapshotOf(t, v.directory)
		switch vendor {
		case "wecom":
			assert.Equal(t, demo.WeCom.CorpID, s.Header.Company)
		case "wps":
			assert.Equal(t, demo.WPS.CompanyID, s.Header.Company)
		default: // no call tells it
			assert.Regexp(t, "^app-[0-9a-f]{12}$", s.Header.Company, vendor)
		}
	}
	third, err := dingtalk.New(dingtalk.Config{SuiteKey: demo.DingTalk.SuiteKey,
		SuiteSecret: clients.Secret(demo.DingTalk.SuiteSecret), AuthCorpID: demo.DingTalk.CorpID,
		SuiteTicket: dingtalk.StaticTicket(clients.Secret(demo.DingTalk.SuiteTicket))},
		clients.WithBaseURL(server.DingTalkURL()), clients.WithClock(clock))
	require.NoError(t, err)
	assert.Equal(t, demo.DingTalk.CorpID, snapshotOf(t, directory.DingTalk(third)).Header.Company)

	// Where WPS tells nothing of the company, the app stands for it; any other failure is one.
	a := answers{
		"/v7/contacts/permissions_scope/entities": `{"code":0,"data":{"items":[]}}`,
		"/v7/depts/root":        `{"code":0,"data":{"id":"d1","name":"r","parent_id":"0"}}`,
		"/v7/depts/d1/children": `{"code":0,"data":{"items":[],"next_page_token":""}}`,
		"/v7/users":             `{"code":0,"data":{"items":[{"id":"u1","depts":[{"id":"d1"}]}],"next_page_token":""}}`,
		"/v7/companies/current": `403{"code":400000003,"message":"kso: PermissionDenied: invalid_scope"}`,
	}
	assert.Regexp(t, "^app-", snapshotOf(t, wpsAt(t, a)).Header.Company)
	broken := wpsAt(t, a.with(answers{"/v7/companies/current": `400{"code":400000002,"msg":"x"}`}))
	_, err = directory.WriteSnapshot(t.Context(), &bytes.Buffer{}, broken, directory.SnapshotOptions{})
	var walk *directory.WalkError
	require.ErrorAs(t, err, &walk)
	assert.Equal(t, "the company", walk.Stage)
}
