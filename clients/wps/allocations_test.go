package wps_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/require"
)

func TestAllocations(t *testing.T) {
	const user = `{"id":"KBx81LmQ","user_name":"林小满","role":"normal","status":"active","ctime":1716345600,` +
		`"depts":[{"dept_id":"Dp7731","name":"产品部","is_leader":true}]}`
	base := clienttest.Canned(t, map[string]string{
		"/oauth2/token":      `{"access_token":"opaque-token","expires_in":7200,"token_type":"bearer"}`,
		"/v7/users/KBx81LmQ": `{"code":0,"msg":"ok","data":` + user + `}`,
		"/v7/users": `{"code":0,"msg":"ok","data":{"items":[` + clienttest.Rows(user, 50) +
			`],"next_page_token":""}}`,
	})
	c, err := wps.New(wps.Config{AppID: "AK1", AppKey: "secret-1"}, clients.WithBaseURL(base),
		clients.WithLimiter(clients.NoLimit))
	require.NoError(t, err)
	clienttest.Allocations(t, "a read", 99, func() error {
		_, err := c.GetUser(t.Context(), "KBx81LmQ", &wpsapi.GetUserParams{WithDept: new(true)})
		return err
	})
	clienttest.Allocations(t, "a page of 50", 543, func() error {
		_, err := c.ListUsers(t.Context(), &wpsapi.ListUsersParams{Status: []wpsapi.UserStatusFilter{"active"},
			PageSize: new(int64(50)), WithDept: new(true)})
		return err
	})
}
