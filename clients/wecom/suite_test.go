package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigOfAThirdPartyApp(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(*wecom.Config)
		want  string
	}{
		"no suite id":       {func(c *wecom.Config) { c.SuiteID = "" }, "Config.SuiteID is required"},
		"no suite secret":   {func(c *wecom.Config) { c.SuiteSecret = "" }, "Config.SuiteSecret is required"},
		"no ticket":         {func(c *wecom.Config) { c.SuiteTicket = nil }, "Config.SuiteTicket is required"},
		"no corp":           {func(c *wecom.Config) { c.AuthCorpID = "" }, "Config.AuthCorpID is required"},
		"no permanent code": {func(c *wecom.Config) { c.PermanentCode = "" }, "Config.PermanentCode is required"},
		"both":              {func(c *wecom.Config) { c.CorpID, c.AppSecret = "ww1", "s" }, "make two clients"},
		"line end":          {func(c *wecom.Config) { c.PermanentCode = "planted\n" }, "Config.PermanentCode"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := suiteConfig()
			tc.spoil(&cfg)
			_, err := wecom.New(cfg)
			require.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "planted")
		})
	}
	c, err := wecom.New(suiteConfig())
	require.NoError(t, err)
	assert.Equal(t, "wpcorp0000000000001", c.CorpID())
	_, err = c.CreateUser(t.Context(), &wecomapi.CreateUserRequest{UserID: "a", Name: "a"})
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "Config.ContactSecret")

	unbound := suiteConfig()
	unbound.AuthCorpID, unbound.PermanentCode = "", ""
	c, err = wecom.New(unbound)
	require.NoError(t, err)
	_, err = c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "a"})
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "Config.AuthCorpID and Config.PermanentCode")
	own, err := wecom.New(appConfig())
	require.NoError(t, err)
	_, err = own.GetPreAuthCode(t.Context())
	assert.ErrorContains(t, err, "Config.SuiteID")
}

// One flight for the suite's token and one for the corp's, however many wait, and both are kept.
func TestTokensOfAThirdPartyAppAreFetchedOnce(t *testing.T) {
	var mu sync.Mutex
	fetched := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		fetched[r.URL.Path]++
		mu.Unlock()
		if r.URL.Path == "/service/get_corp_token" {
			assert.Equal(t, suiteAccessToken, r.URL.Query().Get("suite_access_token"))
		}
		if !answerToken(w, r) {
			assert.Equal(t, accessToken, r.URL.Query().Get("access_token"))
			fmt.Fprint(w, `{"errcode":0,"userid":"u"}`)
		}
	}))
	t.Cleanup(server.Close)
	clock := clienttest.NewClock()
	c := newSuite(t, server.URL, clients.WithClock(clock), clients.WithLimiter(clients.NoLimit))
	together := func() {
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				_, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
				assert.NoError(t, err)
			})
		}
		wg.Wait()
	}
	together()
	assert.Equal(t, 1, fetched["/service/get_suite_token"])
	assert.Equal(t, 1, fetched["/service/get_corp_token"])
	clock.Advance(3 * time.Hour)
	together()
	assert.Equal(t, 2, fetched["/service/get_suite_token"])
	assert.Equal(t, 2, fetched["/service/get_corp_token"])
}

// A dead token of the suite is renewed in the middle of a fetch of the corp's.
func TestADeadSuiteTokenIsRenewed(t *testing.T) {
	for _, code := range []string{"40082", "42009"} {
		suites := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/service/get_suite_token":
				suites++
				fmt.Fprintf(w, `{"suite_access_token":"suite-token-%d","expires_in":7200}`, suites)
			case r.URL.Path == "/service/get_corp_token" && r.URL.Query().Get("suite_access_token") == "suite-token-1":
				fmt.Fprintf(w, `{"errcode":%s,"errmsg":"dead"}`, code)
			case answerToken(w, r):
			default:
				fmt.Fprint(w, `{"errcode":0,"userid":"u"}`)
			}
		}))
		t.Cleanup(server.Close)
		c := newSuite(t, server.URL)
		_, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
		require.NoError(t, err)
		assert.Equal(t, 2, suites)
	}
}

// What goes wrong on the way to a token says which field it was.
func TestATokenOfAThirdPartyAppThatCannotBeHad(t *testing.T) {
	refused := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if text, ok := refused[r.URL.Path]; ok {
			fmt.Fprint(w, text)
		} else if !answerToken(w, r) {
			fmt.Fprint(w, `{"errcode":0,"userid":"u"}`)
		}
	}))
	t.Cleanup(server.Close)
	try := func(ticket func(context.Context) (clients.Secret, error)) error {
		cfg := suiteConfig()
		cfg.SuiteTicket = ticket
		c, err := wecom.New(cfg, clients.WithBaseURL(server.URL), clients.WithClock(clienttest.NewClock()))
		require.NoError(t, err)
		_, err = c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
		require.ErrorIs(t, err, clients.ErrUnauthenticated)
		assert.NotContains(t, err.Error(), "planted")
		return err
	}
	noTicket := errors.New("the store is down")
	require.ErrorIs(t, try(func(context.Context) (clients.Secret, error) { return "", noTicket }), noTicket)
	assert.ErrorContains(t, try(wecom.StaticTicket("")), "gave no ticket")
	assert.ErrorContains(t, try(wecom.StaticTicket("planted\n")), "white space")
	refused["/service/get_suite_token"] = `{"errcode":40085,"errmsg":"invalid suite ticket ` + suiteTicket + `"}`
	assert.ErrorContains(t, try(wecom.StaticTicket(suiteTicket)), "Config.SuiteTicket")
	delete(refused, "/service/get_suite_token")
	refused["/service/get_corp_token"] = `{"errcode":40084,"errmsg":"invalid permanent code ` + permanentCode + `"}`
	assert.ErrorContains(t, try(wecom.StaticTicket(suiteTicket)), "Config.PermanentCode")
}

// From the installation to a walk through the corp that has installed the app.
func TestAThirdPartyAppAgainstTheSimulator(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8))
	demo := server.Credentials().WeCom
	cfg := wecom.Config{SuiteID: demo.SuiteID, SuiteSecret: clients.Secret(demo.SuiteSecret),
		SuiteTicket: wecom.StaticTicket(clients.Secret(server.WeCom().PushSuiteTicket()))}
	provider, err := wecom.New(cfg, clients.WithBaseURL(server.WeComURL()))
	require.NoError(t, err)
	code, err := provider.GetPreAuthCode(t.Context())
	require.NoError(t, err)
	assert.NotEmpty(t, code.PreAuthCode)
	installed, err := provider.GetPermanentCode(t.Context(),
		&wecomapi.GetPermanentCodeRequest{AuthCode: server.WeCom().InstallSuite()})
	require.NoError(t, err)

	cfg.AuthCorpID, cfg.PermanentCode = installed.AuthCorpInfo.CorpID, clients.Secret(installed.PermanentCode)
	c, err := wecom.New(cfg, clients.WithBaseURL(server.WeComURL()))
	require.NoError(t, err)
	users, err := clients.Collect(c.Users(t.Context()))
	require.NoError(t, err)
	assert.Len(t, users, 60)
	for _, user := range users {
		assert.Equal(t, user.OpenUserID, user.UserID)
	}
	info, err := c.GetAuthInfo(t.Context(),
		&wecomapi.GetAuthInfoRequest{AuthCorpID: cfg.AuthCorpID, PermanentCode: installed.PermanentCode})
	require.NoError(t, err)
	require.Len(t, info.AuthInfo.Agent, 1)
	assert.Equal(t, demo.SuiteAgentID, info.AuthInfo.Agent[0].AgentID)

	server.WeCom().UninstallSuite()
	server.RevokeTokens(sim.VendorWeCom)
	_, err = c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
}
