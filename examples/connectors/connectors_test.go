package connectors_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/examples/connectors"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func directories(t *testing.T, server *sim.Server) map[string]directory.Directory {
	t.Helper()
	demo := server.Credentials()
	w, err := wecom.New(wecom.Config{CorpID: demo.WeCom.CorpID, AppSecret: clients.Secret(demo.WeCom.AppSecret)},
		clients.WithBaseURL(server.WeComURL()))
	require.NoError(t, err)
	d, err := dingtalk.New(dingtalk.Config{AppKey: demo.DingTalk.AppKey,
		AppSecret: clients.Secret(demo.DingTalk.AppSecret)}, clients.WithBaseURL(server.DingTalkURL()))
	require.NoError(t, err)
	return map[string]directory.Directory{"wecom": directory.WeCom(w), "dingtalk": directory.DingTalk(d)}
}

func TestConnectorsNameEverybody(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8), sim.WithoutQuotas())
	for vendor, d := range directories(t, server) {
		departments, people, err := connectors.Rows(t.Context(), d, vendor)
		require.NoError(t, err)
		assert.Len(t, departments, 8)
		names := map[any]bool{}
		for _, row := range people {
			names[row["name"]] = true
			for _, id := range row["department_ids"].([]string) {
				assert.Contains(t, id, vendor+"_")
			}
		}
		accounts, err := connectors.Accounts(t.Context(), d)
		require.NoError(t, err)
		assert.Len(t, accounts, 60)
		for _, p := range server.Organisation().People() {
			assert.True(t, names[p.Name], p.Name)
		}
		for _, a := range accounts {
			assert.NotEmpty(t, a.Name)
			assert.NotEmpty(t, a.Groups)
		}
	}
}

func ExampleAccounts() {
	server, err := sim.Listen("127.0.0.1:0", sim.WithPeople(60), sim.WithDepartments(8))
	if err != nil {
		return
	}
	defer server.Close()
	demo := server.Credentials().WeCom
	c, err := wecom.New(wecom.Config{CorpID: demo.CorpID, AppSecret: clients.Secret(demo.AppSecret)},
		clients.WithBaseURL(server.WeComURL()))
	if err != nil {
		return
	}
	accounts, err := connectors.Accounts(context.Background(), directory.WeCom(c))
	fmt.Println(len(accounts), err)
	// Output: 60 <nil>
}
