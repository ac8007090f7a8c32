package dingtalk_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/require"
)

func TestAllocations(t *testing.T) {
	const row = `"userid":"lin.mei","unionid":"PiiXyz","name":"林梅","active":true,"title":"主管"`
	base := clienttest.Canned(t, map[string]string{
		"/v1.0/oauth2/accessToken": `{"accessToken":"opaque-token","expireIn":7200}`,
		"/user/get": `{"errcode":0,"errmsg":"ok",` + row + `,"department":[101,1],` +
			`"orderInDepts":"{101:176300000000000512}","isLeaderInDepts":"{101:true}","extattr":{"工位":"3F-12"}}`,
		"/topapi/v2/user/get": `{"errcode":0,"errmsg":"ok","result":{` + row + `,"dept_id_list":[101,1],` +
			`"extension":"{\"工位\":\"3F-12\"}"},"request_id":"x"}`,
		"/topapi/v2/user/list": `{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[` +
			clienttest.Rows(`{`+row+`,"dept_id_list":[101]}`, 50) + `]},"request_id":"x"}`,
	})
	c, err := dingtalk.New(dingtalk.Config{AppKey: "ding1", AppSecret: "secret-1"}, clients.WithBaseURL(base),
		clients.WithLimiter(clients.NoLimit))
	require.NoError(t, err)
	clienttest.Allocations(t, "a read of V1", 84, func() error {
		_, err := c.GetUserV1(t.Context(), &dingtalkapi.GetUserV1Params{UserID: "lin.mei"})
		return err
	})
	clienttest.Allocations(t, "a read of V2", 87, func() error {
		_, err := c.GetUserV2(t.Context(), &dingtalkapi.GetUserV2Request{UserID: "lin.mei"})
		return err
	})
	clienttest.Allocations(t, "a page of 50", 380, func() error {
		_, err := c.ListDepartmentUsersV2(t.Context(), &dingtalkapi.ListDepartmentUsersV2Request{DeptID: 101, Size: 50})
		return err
	})
}
