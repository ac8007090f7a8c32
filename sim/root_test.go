package sim_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/roster-go/roster/specs"
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
}

// What a vendor does not have at the root is answered as with the vendor's name before it, and is in its journal.
func TestUnknownPathsAtTheRoot(t *testing.T) {
	srv := serve(t)
	ids := regexp.MustCompile(`"(log_id|request_id)": ?"[^"]*"`) // each answer has its own
	for path, vendor := range map[string]string{
		"/cgi-bin/nothing": sim.VendorWeCom, "/topapi/nothing": sim.VendorDingTalk, "/v1.0/nothing": sim.VendorDingTalk,
		"/user/nothing": sim.VendorDingTalk, "/open-apis/nothing": sim.VendorFeishu, "/v7/nothing": sim.VendorWPS,
	} {
		status, text := read(t, srv.URL+path)
		wantStatus, want := read(t, srv.URL+"/"+vendor+path)
		assert.Equal(t, wantStatus, status, path)
		assert.Equal(t, ids.ReplaceAllString(want, ""), ids.ReplaceAllString(text, ""), path)
		last := srv.Requests(vendor)
		require.NotEmpty(t, last, path)
		assert.Empty(t, last[len(last)-1].Operation)
	}
	for _, path := range []string{"/", "/no/such/path", "/wecom", "/v2/nothing", "/_sim/reset"} {
		status, text := read(t, srv.URL+path)
		assert.Equal(t, http.StatusNotFound, status, path)
		assert.Contains(t, text, "There is nothing at "+path+".")
		assert.Contains(t, text, "GET    /wecom/cgi-bin/user/get")
	}
	before := srv.Calls(sim.VendorWPS, "")
	response, err := http.Post(srv.URL+"/v7/users", "application/json", nil)
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, before+1, srv.Calls(sim.VendorWPS, ""), "a wrong method is the vendor's to refuse")
}

func read(t *testing.T, url string) (status int, text string) {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}

// Otherwise one vendor would answer in another's place, or the simulator's own pages in a vendor's. The first part of a
// path decides: no two vendors share one, nor is it the name of a vendor or a place of the command's.
func TestNoTwoVendorsHaveAPathInCommon(t *testing.T) {
	owner := map[string]string{"": "the page", "docs": "the reference pages",
		strings.Trim(sim.ControlPrefix, "/"): "orders"}
	for _, vendor := range sim.New(simtest.Checked(t), sim.WithPeople(1), sim.WithDepartments(1)).Vendors() {
		owner[vendor] = "the prefix of " + vendor
	}
	for vendor, base := range map[string]string{sim.VendorWeCom: "/cgi-bin", sim.VendorDingTalk: "",
		sim.VendorFeishu: "/open-apis", sim.VendorWPS: ""} {
		document, err := specs.FS.ReadFile(vendor + ".yaml")
		require.NoError(t, err)
		doc, err := openapi3.NewLoader().LoadFromData(document)
		require.NoError(t, err)
		require.NotEmpty(t, doc.Paths.Map())
		for path := range doc.Paths.Map() {
			first := strings.Split(base+path, "/")[1]
			assert.NotContains(t, first, "{", path)
			if other, taken := owner[first]; taken {
				assert.Equal(t, other, vendor, path)
			}
			owner[first] = vendor
		}
	}
}
