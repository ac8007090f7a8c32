package wecom_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/require"
)

func TestAllocations(t *testing.T) {
	const member = `"userid":"chen.yq","name":"陈雨晴","department":[12,40],"position":"会计","status":1,` +
		`"main_department":12`
	base := clienttest.Canned(t, map[string]string{
		"/gettoken":  `{"errcode":0,"errmsg":"ok","access_token":"opaque-token","expires_in":7200}`,
		"/user/get":  `{"errcode":0,"errmsg":"ok",` + member + `}`,
		"/user/list": `{"errcode":0,"errmsg":"ok","userlist":[` + clienttest.Rows("{"+member+"}", 50) + `]}`,
	})
	c, err := wecom.New(wecom.Config{CorpID: "ww1", AppSecret: "secret-1"}, clients.WithBaseURL(base),
		clients.WithLimiter(clients.NoLimit))
	require.NoError(t, err)
	clienttest.Allocations(t, "a read", 73, func() error {
		_, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "chen.yq"})
		return err
	})
	clienttest.Allocations(t, "a list of 50", 322, func() error {
		_, err := c.GetUserList(t.Context(), &wecomapi.GetUserListParams{DepartmentID: 12})
		return err
	})
}
