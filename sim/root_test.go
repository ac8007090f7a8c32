package sim_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/sim"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A client that keeps only the host of a base URL asks at the root.
func TestTheVendorsAnswerAtTheRootAsWell(t *testing.T) {
	srv := serve(t)
	demo := srv.Credentials()
	who := srv.Organisation().People()[0]
	t.Run("wecom", func(t *testing.T) {
		c, err := wecom.New(wecom.Config{CorpID: demo.WeCom.CorpID, AppSecret: clients.Secret(demo.WeCom.AppSecret)},
			clients.WithBaseURL(srv.URL+"/cgi-bin"))
		require.NoError(t, err)
		got, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: who.UserID})
		require.NoError(t, err)
		assert.Equal(t, who.Name, got.Name)
	})
	t.Run("dingtalk", func(t *testing.T) {
		c, err := dingtalk.New(dingtalk.Config{AppKey: demo.DingTalk.AppKey,
			AppSecret: clients.Secret(demo.DingTalk.AppSecret)}, clients.WithBaseURL(srv.URL))
		require.NoError(t, err)
		got, err := c.GetUserV2(t.Context(), &dingtalkapi.GetUserV2Request{UserID: who.UserID})
		require.NoError(t, err)
		assert.Equal(t, who.Name, got.Result.Name)
	})
	t.Run("feishu", func(t *testing.T) {
		c, err := feishu.New(feishu.Config{AppID: demo.Feishu.AppID, AppSecret: clients.Secret(demo.Feishu.AppSecret)},
			clients.WithBaseURL(srv.URL+"/open-apis"))
		require.NoError(t, err)
		got, err := c.GetUser(t.Context(), who.FeishuOpenID, &feishuapi.GetUserParams{})
		require.NoError(t, err)
		assert.Equal(t, who.Name, got.Data.User.Name)
	})
	t.Run("wps, signed", func(t *testing.T) {
		c, err := wps.New(wps.Config{AppID: demo.WPS.AppID, AppKey: clients.Secret(demo.WPS.AppKey)},
			clients.WithBaseURL(srv.URL))
		require.NoError(t, err)
		got, err := c.GetUser(t.Context(), who.WPSUserID, &wpsapi.GetUserParams{})
		require.NoError(t, err)
		assert.Equal(t, who.Name, got.Data.UserName)
	})
	response, err := http.Get(srv.URL + "/no/such/path")
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
}

// Otherwise one vendor would answer in another's place.
func TestNoTwoVendorsHaveAPathInCommon(t *testing.T) {
	values := regexp.MustCompile(`\{[^}]*\}`)
	owner := map[string]string{}
	for vendor, part := range map[string]struct {
		base       string
		operations []*wire.Operation
	}{
		sim.VendorWeCom: {"/cgi-bin", wecomapi.Operations()}, sim.VendorDingTalk: {"", dingtalkapi.Operations()},
		sim.VendorFeishu: {"/open-apis", feishuapi.Operations()}, sim.VendorWPS: {"", wpsapi.Operations()},
	} {
		for _, op := range part.operations {
			path := values.ReplaceAllString(part.base+op.Path, "{}")
			if other, taken := owner[path]; taken {
				assert.Equal(t, other, vendor, path)
			}
			owner[path] = vendor
		}
	}
}
