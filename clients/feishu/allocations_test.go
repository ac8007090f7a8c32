package feishu_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/require"
)

func TestAllocations(t *testing.T) {
	const user = `{"open_id":"ou_5b1e","union_id":"on_1c7d","user_id":"c4a1","name":"林悦","department_ids":["od-7a"],` +
		`"status":{"is_activated":true,"is_exited":false,"is_frozen":false,"is_resigned":false,"is_unjoin":false}}`
	base := clienttest.Canned(t, map[string]string{
		"/auth/v3/tenant_access_token/internal": `{"code":0,"msg":"ok","tenant_access_token":"opaque","expire":7200}`,
		"/contact/v3/users/ou_5b1e":             `{"code":0,"msg":"success","data":{"user":` + user + `}}`,
		"/contact/v3/users/find_by_department": `{"code":0,"msg":"success","data":{"has_more":false,"items":[` +
			clienttest.Rows(user, 50) + `]}}`,
	})
	c, err := feishu.New(feishu.Config{AppID: "cli_1", AppSecret: "secret-1"}, clients.WithBaseURL(base),
		clients.WithLimiter(clients.NoLimit))
	require.NoError(t, err)
	clienttest.Allocations(t, "a read", 80, func() error {
		_, err := c.GetUser(t.Context(), "ou_5b1e",
			&feishuapi.GetUserParams{UserIDType: new(feishuapi.UserIDTypeOpenID)})
		return err
	})
	clienttest.Allocations(t, "a page of 50", 426, func() error {
		_, err := c.ListUsersByDepartment(t.Context(), &feishuapi.ListUsersByDepartmentParams{DepartmentID: "od-7a",
			PageSize: new(int64(50))})
		return err
	})
}
