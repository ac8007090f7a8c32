package wps_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/clients/wps/kso1"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The signatures are those of the vectors, also after the whole way through the client.
func TestVectorsThroughTheClient(t *testing.T) {
	data, err := os.ReadFile("../../testdata/wps/kso1/vectors.json")
	require.NoError(t, err)
	var vectors []struct{ ID, Date, AppID, AppKey, Signature string }
	require.NoError(t, json.Unmarshal(data, &vectors))
	calls := map[string]func(*wps.Client) error{
		"S3": func(c *wps.Client) error {
			_, err := c.BatchReadDeptMembers(t.Context(), "d-1001", nil, &wpsapi.BatchReadDeptMembersRequest{
				Status: []wpsapi.UserStatus{wpsapi.UserStatusActive}, UserIDs: []string{"u-1", "u-2"},
				WithUserDetail: new(true)})
			return err
		},
		"S5": func(c *wps.Client) error {
			_, err := c.DeleteUser(t.Context(), "u-2002", nil)
			return err
		},
		"S7": func(c *wps.Client) error {
			_, err := c.ListDeptMembers(t.Context(), "部门/1 a",
				&wpsapi.ListDeptMembersParams{Status: []wpsapi.UserStatus{wpsapi.UserStatusActive}})
			return err
		},
		"S9": func(c *wps.Client) error {
			_, err := c.CreateDept(t.Context(), nil, &wpsapi.CreateDeptRequest{Name: "研发一部", ParentID: "d-1"})
			return err
		},
	}
	ran := 0
	for _, v := range vectors {
		send := calls[v.ID]
		if send == nil {
			continue
		}
		ran++
		s := serve(t, reply(`{"code":0,"data":{"dept_id":"d","items":[]}}`))
		at, err := http.ParseTime(v.Date)
		require.NoError(t, err)
		s.clock.Advance(at.Sub(s.clock.Now()))
		c := s.client(t, wps.Config{AppID: v.AppID, AppKey: clients.Secret(v.AppKey)})
		require.NoError(t, send(c), v.ID)
		assert.Equal(t, v.Date, s.seen()[0].header.Get(kso1.HeaderDate))
		assert.Equal(t, "KSO-1 "+v.AppID+":"+v.Signature, s.seen()[0].header.Get(kso1.HeaderAuthorization), v.ID)
	}
	assert.Equal(t, len(calls), ran)
}

func TestEveryOperationIsSignedAsTheDocumentSays(t *testing.T) {
	for _, op := range wpsapi.Operations() {
		want := []string{"bearer", "kso1"}
		switch op.ID {
		case "oauthToken":
			want = nil
		case "getCurrentUser", "getCurrentUserId":
			want[0] = "userBearer"
		case "convertIds":
			want = want[:1]
		}
		if want == nil {
			assert.Empty(t, op.Security, op.ID)
			continue
		}
		require.Len(t, op.Security, 1, op.ID)
		assert.ElementsMatch(t, want, op.Security[0], op.ID)
	}
}

func TestTrapTheSignedURIAndBodyAreThoseSent(t *testing.T) {
	s := serve(t, reply(`{"code":0,"data":{"items":[],"id":"x","dept_id":"x"}}`))
	s.refuse = true
	// Middleware stands above the signature: what it changes is signed, what it records has no credential.
	var recorded []string
	middleware := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			recorded = append(recorded, fmt.Sprint(req.Header))
			changed := req.Clone(req.Context())
			changed.Header.Set("Traceparent", "00-1")
			if changed.Body != nil {
				body, err := io.ReadAll(changed.Body)
				if err != nil {
					return nil, err
				}
				// while GetBody still has the old one
				changed.Body = io.NopCloser(strings.NewReader(" " + string(body)))
			} else {
				query := changed.URL.Query()
				query.Add("traced", "a b+c")
				changed.URL.RawQuery = query.Encode()
			}
			return next.RoundTrip(changed)
		})
	}
	// net/http takes the body from GetBody when it sends a request again by itself.
	base := roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.GetBody != nil {
			var err error
			if req.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
		return http.DefaultTransport.RoundTrip(req)
	})
	c := s.client(t, wps.Config{}, clients.WithMiddleware(middleware),
		clients.WithHTTPClient(&http.Client{Transport: base}))
	active, disabled := wpsapi.UserStatusActive, wpsapi.UserStatusDisabled
	_, err := c.ListUsers(t.Context(), &wpsapi.ListUsersParams{Status: []wpsapi.UserStatus{active, disabled},
		PageToken: new("a b+c/=")})
	require.NoError(t, err)
	_, err = c.ListDeptMembers(t.Context(), "部门/1 a%2F",
		&wpsapi.ListDeptMembersParams{Status: []wpsapi.UserStatus{active}})
	require.NoError(t, err)
	_, err = c.CreateDept(t.Context(), nil, &wpsapi.CreateDeptRequest{Name: "R&D <研发>", ParentID: "d-1"})
	require.NoError(t, err)
	_, err = c.DeleteUser(t.Context(), "u", nil)
	require.NoError(t, err)
	seen := s.seen()
	require.Len(t, seen, 4)
	assert.Contains(t, seen[0].uri, "page_token=a+b%2Bc%2F%3D&status=active&status=disabled&traced=a+b%2Bc")
	assert.Contains(t, seen[1].uri, "/v7/depts/%E9%83%A8%E9%97%A8%2F1%20a%252F/members?")
	assert.Equal(t, ` {"name":"R&D <研发>","parent_id":"d-1"}`, seen[2].body)
	assert.Empty(t, seen[3].body)
	for _, c := range seen {
		assert.NoError(t, c.signature)
		assert.Equal(t, "application/json", c.header.Get("Content-Type"), "the pages require it of GET as well")
		assert.Equal(t, "Bearer token-1", c.header.Get("Authorization"))
		assert.Equal(t, "00-1", c.header.Get("Traceparent"))
	}
	for _, header := range recorded {
		assert.NotContains(t, header, "KSO-1")
		assert.NotContains(t, header, "Bearer")
	}
}

func TestTrapASimpleListIsSignedOverRepeatedKeys(t *testing.T) {
	s := serve(t, reply(`{"code":0,"data":{"items":[],"next_page_token":""}}`))
	c := s.client(t, wps.Config{})
	for range c.Users(t.Context()) {
		t.Fatal("nobody is there")
	}
	assert.Equal(t, "/v7/users?status=active&status=notactive&status=disabled&page_size=50&with_dept=true",
		s.seen()[0].uri)
	assert.NoError(t, s.seen()[0].signature)
}

func TestTrapEachAttemptIsSignedAnew(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, n int) {
		if n < 3 {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, `{"code":500000001,"msg":"internal"}`)
			return
		}
		fmt.Fprint(w, rootAnswer)
	})
	s.refuse = true
	_, err := s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
	require.NoError(t, err)
	seen := s.seen()
	require.Len(t, seen, 3)
	waits := s.clock.Slept()
	require.Len(t, waits, 2)
	for i, c := range seen {
		require.NoError(t, c.signature)
		if i > 0 {
			assert.WithinDuration(t, seen[i-1].signedAt.Add(waits[i-1]), c.signedAt, time.Second)
		}
	}

	// Dates have whole seconds: with an hour between the attempts the signatures differ for sure.
	s = serve(t, func(w http.ResponseWriter, _ *http.Request, n int) {
		if n == 1 {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, `{"code":429000001,"msg":"too many"}`)
			return
		}
		fmt.Fprint(w, rootAnswer)
	})
	s.refuse = true
	_, err = s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
	require.NoError(t, err)
	seen = s.seen()
	require.Len(t, seen, 2)
	assert.Equal(t, time.Minute, seen[1].signedAt.Sub(seen[0].signedAt))
	assert.NotEqual(t, seen[0].header.Get(kso1.HeaderAuthorization), seen[1].header.Get(kso1.HeaderAuthorization))
}

func TestTrapRedirectsAreRefused(t *testing.T) {
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
			http.Redirect(w, r, "/elsewhere", status)
		})
		_, err := s.client(t, wps.Config{}).UpdateDept(t.Context(), "Dp7731", nil,
			&wpsapi.UpdateDeptRequest{Name: new("x")})
		assert.ErrorIs(t, err, clients.ErrBadResponse)
		assert.Len(t, s.seen(), 1, "a stale signature goes nowhere")
	}
}

func TestTrapPrivateDeploymentsDoNotSignTheirPrefix(t *testing.T) {
	for _, c := range []struct{ path, configured, unsigned string }{
		{"", "", ""},
		{"/openapi", "", "/openapi"},
		{"/openapi/", "", "/openapi"},
		{"/gate%20way/openapi", "", "/gate%20way/openapi"},
		{"/wps", "", ""}, // a proxy of the public cloud that passes its own path on
		{"/wps", "/wps", "/wps"},
		{"/wps/openapi", "/wps/", "/wps"},
		{"/openapi", "/", ""},
		{"/myopenapi", "", ""},
	} {
		s := serve(t, reply(rootAnswer))
		s.signer.PathPrefix = c.unsigned
		s.url += c.path
		_, err := s.client(t, wps.Config{UnsignedPathPrefix: c.configured}).GetRootDept(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, strings.TrimRight(c.path, "/")+"/v7/depts/root", s.seen()[0].uri)
		assert.NoError(t, s.seen()[0].signature, "%+v", c)
		assert.Equal(t, strings.TrimRight(c.path, "/")+"/oauth2/token", s.tokenCalls()[0].uri)
	}
	for _, c := range []struct{ path, configured string }{{"/openapi", "/other"}, {"/openapi", "openapi"},
		{"/openapi", "/open"}, {"", "/openapi"}} {
		_, err := wps.New(wps.Config{AppID: appID, AppKey: appKey, UnsignedPathPrefix: c.configured},
			clients.WithBaseURL("https://wps.customer.example"+c.path))
		assert.ErrorContains(t, err, "UnsignedPathPrefix", "%+v", c)
	}
}

func TestSignNever(t *testing.T) {
	s := serve(t, reply(rootAnswer))
	_, err := s.client(t, wps.Config{Signing: wps.SignNever}).GetRootDept(t.Context(), nil)
	require.NoError(t, err)
	got := s.seen()[0].header
	assert.Empty(t, got.Get(kso1.HeaderDate))
	assert.Empty(t, got.Get(kso1.HeaderAuthorization))
	assert.Equal(t, "application/json", got.Get("Content-Type"))
	assert.Equal(t, "Bearer token-1", got.Get("Authorization"))
}

func TestTrapTheTokenCallIsAnUnsignedForm(t *testing.T) {
	s := serve(t, reply(rootAnswer))
	_, err := s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
	require.NoError(t, err)
	got := s.tokenCalls()[0]
	assert.Equal(t, "POST /oauth2/token", got.method+" "+got.uri)
	assert.Equal(t, "application/x-www-form-urlencoded", got.header.Get("Content-Type"))
	assert.Equal(t,
		"client_id=AK20260101ROSTER&client_secret=app%2BK3y%2F%3D%26%3Cplanted%3E&grant_type=client_credentials",
		got.body)
	for _, name := range []string{"Authorization", kso1.HeaderDate, kso1.HeaderAuthorization, "X-Kso-Id-Type"} {
		assert.Empty(t, got.header.Get(name), name)
	}
}

func TestSignTokenCalls(t *testing.T) {
	s := serve(t, reply(rootAnswer))
	s.signer.PathPrefix = "/openapi"
	s.url += "/openapi"
	c := s.client(t, wps.Config{SignTokenCalls: true})
	_, err := c.GetRootDept(t.Context(), nil)
	require.NoError(t, err)
	_, err = c.OAuthToken(t.Context(), &wpsapi.OAuthTokenRequest{GrantType: wpsapi.GrantTypeClientCredentials,
		ClientID: appID, ClientSecret: appKey})
	require.NoError(t, err)
	require.Len(t, s.tokenCalls(), 2)
	for _, got := range s.tokenCalls() {
		assert.NoError(t, got.signature)
		assert.Equal(t, "application/x-www-form-urlencoded", got.header.Get("Content-Type"))
		assert.Empty(t, got.header.Get("Authorization"))
	}
}

func TestConvertIdsIsNotSigned(t *testing.T) {
	s := serve(t, reply(`{"code":0,"data":{"8841":"KBx81LmQ"}}`))
	ids, err := s.client(t, wps.Config{}).ConvertIDs(t.Context(),
		&wpsapi.ConvertIDsRequest{IDType: wpsapi.ConvertIDTypeCompanyUID, IDs: []string{"8841"}})
	require.NoError(t, err)
	assert.Equal(t, wpsapi.IDMap{"8841": "KBx81LmQ"}, ids.Data)
	assert.Empty(t, s.seen()[0].header.Get(kso1.HeaderAuthorization))
}

func TestIDType(t *testing.T) {
	s := serve(t, reply(`{"code":0,"data":{"id":"x"}}`))
	_, err := s.client(t, wps.Config{}).GetUser(t.Context(), "u", nil)
	require.NoError(t, err)
	c := s.client(t, wps.Config{IDType: wpsapi.KsoIDTypeExternal, User: token.Token{Value: userToken}})
	_, err = c.GetUser(t.Context(), "u", nil)
	require.NoError(t, err)
	_, err = c.GetUser(t.Context(), "u", &wpsapi.GetUserParams{IDType: new(wpsapi.KsoIDTypeInternal)})
	require.NoError(t, err)
	_, err = c.GetCurrentUser(t.Context())
	require.NoError(t, err)
	var sent []string
	for _, c := range s.seen() {
		sent = append(sent, strings.Join(c.header.Values("X-Kso-Id-Type"), ","))
		assert.NoError(t, c.signature, "the header is not signed")
	}
	assert.Equal(t, []string{"", "external", "internal", ""}, sent)
}

func TestFollowServerClock(t *testing.T) {
	for _, c := range []struct {
		follow         bool
		ahead, correct time.Duration
	}{{false, 17 * time.Minute, 0}, {true, 17 * time.Minute, 17 * time.Minute}, {true, -time.Hour, -time.Hour},
		{true, time.Second, 0}} {
		var s *server
		s = serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Date", s.clock.Now().Add(c.ahead).UTC().Format(http.TimeFormat))
			fmt.Fprint(w, rootAnswer)
		})
		client := s.client(t, wps.Config{FollowServerClock: c.follow})
		for range 2 {
			_, err := client.GetRootDept(t.Context(), nil)
			require.NoError(t, err)
		}
		assert.NoError(t, s.seen()[1].signature)
		want := s.clock.Now().Add(c.correct).Truncate(time.Second)
		if c.correct == 0 {
			assert.True(t, want.Equal(s.seen()[1].signedAt), "its own clock, to the second")
			continue
		}
		assert.WithinDuration(t, want, s.seen()[1].signedAt, time.Second, "dates have whole seconds")
	}
}

func TestARefusedSignatureTellsTheClockAndIsNotRepeated(t *testing.T) {
	for _, text := range []string{"kso1sign check error: invalid signature",
		"kso1sign check error: invalid kso-date header", "signature mismatch"} {
		for _, status := range []int{http.StatusOK, http.StatusUnauthorized, http.StatusForbidden} {
			var s *server
			s = serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
				w.Header().Set("Date", s.clock.Now().Add(7*time.Minute).UTC().Format(http.TimeFormat))
				w.WriteHeader(status)
				fmt.Fprintf(w, `{"code":400777777,"msg":%s}`, quote(text))
			})
			_, err := s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
			assert.ErrorIs(t, err, clients.ErrUnauthenticated)
			detail := detailOf(t, err)
			assert.True(t, detail.SignatureRefused)
			assert.InDelta(t, 7*time.Minute, detail.ClockAhead, float64(2*time.Second))
			assert.ErrorContains(t, err, "Config.AppKey")
			assert.Len(t, s.seen(), 1)
			assert.Len(t, s.tokenCalls(), 1, "a fresh token does not help")
		}
	}
}

func TestOverHTTP2(t *testing.T) {
	signer := kso1.Signer{AccessKey: appID, SecretKey: appKey}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answerToken(w, r) {
			return
		}
		body, _ := io.ReadAll(r.Body)
		if _, err := signer.Verify(r, body); err != nil || r.ProtoMajor != 2 {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprint(w, `{"code":0,"data":{"items":[]}}`)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	c := newClient(t, wps.Config{}, server.URL, clients.WithHTTPClient(server.Client()))
	_, err := c.ListUserDepts(t.Context(), "部门/1 a", nil)
	assert.NoError(t, err)
	_, err = c.GetUsersByEmails(t.Context(), nil, &wpsapi.GetUsersByEmailsRequest{Emails: []string{"a+b@example.com"}})
	assert.NoError(t, err)
}
