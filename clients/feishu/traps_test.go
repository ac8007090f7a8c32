package feishu_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Envelope and HTTP status

func TestTrapDeadTokenComesUnderAnyStatus(t *testing.T) {
	for _, status := range []int{200, 400, 401} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			v := serve(t, replies(status, deadTenn, 200, oneUser))
			answer, err := v.client(t).GetUser(t.Context(), "ou_1", nil)
			require.NoError(t, err)
			assert.Equal(t, "林悦", answer.Data.User.Name)
			assert.Equal(t, 2, v.fetched())
			require.Len(t, v.seen(), 2)
			assert.Equal(t, "t-1", v.seen()[0].token)
			assert.Equal(t, "t-2", v.seen()[1].token, "the repeat carries the new token, not the refused one")
		})
	}
}

func TestTrapTokenCodes(t *testing.T) {
	for code, renewed := range map[int]bool{
		99991663: true, 99991664: true, 99991665: true, 99991668: true, 99991671: true, 99991677: true,
		20005: true, 20006: true, 20013: true, 20014: true,
		99991661: false, 99991662: false, 99991669: false, 99991673: false, 99991672: false, 20026: false, 20037: false,
		10014: false,
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			v := serve(t, reply(400, object("code", code, "msg", "no")))
			// A write: it was refused before it reached the directory, so that a repeat is safe.
			_, err := v.client(t).DeleteUser(t.Context(), "ou_1", nil, &feishuapi.DeleteUserRequest{})
			want := 1
			if renewed {
				want = 2
			}
			assert.Len(t, v.seen(), want)
			assert.Equal(t, want, v.fetched())
			assert.Equal(t, fmt.Sprint(code), failed(t, err).Code)
			if code != 99991672 {
				assert.ErrorIs(t, err, clients.ErrUnauthenticated)
			}
		})
	}
}

func TestTrapHTTP401AloneRenewsNothing(t *testing.T) {
	for code, want := range map[int]error{42008: clients.ErrPermission, 43000: clients.ErrConflict,
		40016: clients.ErrInvalidArgument, 7654321: clients.ErrUnauthenticated} {
		v := serve(t, reply(401, object("code", code, "msg", "no")))
		_, err := v.client(t).CreateDepartment(t.Context(), nil,
			&feishuapi.CreateDepartmentRequest{Name: "n", ParentDepartmentID: "0"})
		assert.ErrorIs(t, err, want)
		assert.Len(t, v.seen(), 1)
		assert.Equal(t, 1, v.fetched(), "code %d", code)
	}
}

func TestTrapHTTP504CanBeAPlainRefusal(t *testing.T) {
	for _, code := range []int{41031, 41032} {
		v := serve(t, reply(504, object("code", code, "msg", "function disabled", "error",
			map[string]string{"log_id": "L9"})))
		_, err := v.client(t).CreateUser(t.Context(), nil, &feishuapi.CreateUserRequest{Name: "n"})
		e := failed(t, err)
		assert.Equal(t, clients.KindPermission, e.Kind)
		assert.Equal(t, fmt.Sprint(code), e.Code)
		assert.Equal(t, "L9", e.RequestID)
		assert.Equal(t, 504, e.HTTPStatus)
		assert.Len(t, v.seen(), 1, "it is not tried again")
	}
	v := serve(t, replies(504, `<html><h1>504 Gateway Time-out</h1></html>`, 200, oneUser))
	_, err := v.client(t).GetUser(t.Context(), "ou_1", nil)
	require.NoError(t, err, "a gateway's page is passed by a second attempt")
	assert.Len(t, v.seen(), 2)
}

func TestTrapBadCredentialsComeUnderHTTP200(t *testing.T) {
	for _, status := range []int{200, 400} {
		for code, want := range map[int]string{10014: "app secret invalid", 10003: "invalid param", 10015: "wrong"} {
			var fetched int
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fetched++
				w.WriteHeader(status)
				fmt.Fprint(w, object("code", code, "msg", want, "data", map[string]any{}))
			}))
			c := newClientAs(t, server.URL, feishu.UserToken{}, clients.WithClock(clienttest.NewClock()))
			for range 3 {
				_, err := c.GetUser(t.Context(), "ou_1", nil)
				assert.ErrorIs(t, err, clients.ErrUnauthenticated)
				assert.NotErrorIs(t, err, clients.ErrInvalidArgument, "nothing is wrong with the call's own arguments")
				assert.ErrorContains(t, err, want)
				assert.ErrorContains(t, err, "the vendor refused Config.AppID or Config.AppSecret")
				assert.Equal(t, fmt.Sprint(code), failed(t, err).Code)
			}
			if code != 10003 {
				assert.Equal(t, 1, fetched, "a wrong secret is not tried again and again")
			}
			server.Close()
		}
	}
}

func TestTrapSuccessIsCodeZeroWhateverMsgSays(t *testing.T) {
	for _, body := range []string{`{"code":0,"msg":"ok","data":{}}`, `{"code":0,"msg":"success","data":null}`,
		`{"code":0}`, `{"msg":"failed to fail","code":0,"data":{}}`} {
		v := serve(t, reply(200, body))
		_, err := v.client(t).UpdateUserID(t.Context(), "ou_1", nil,
			&feishuapi.UpdateUserIDRequest{NewUserID: "linyue01"})
		assert.NoError(t, err, body)
	}
	v := serve(t, reply(200, `{"code":41012,"data":{},"msg":"ok"}`))
	_, err := v.client(t).UpdateUserID(t.Context(), "ou_1", nil, &feishuapi.UpdateUserIDRequest{NewUserID: "linyue01"})
	assert.ErrorIs(t, err, clients.ErrInvalidArgument, "data may stand beside an error")
}

func TestTrapLogIDFromBodyOrHeader(t *testing.T) {
	for name, tc := range map[string]struct{ header, body, want string }{
		"log_id":       {"", `{"code":41050,"error":{"log_id":"A"}}`, "A"},
		"logid":        {"", `{"code":41050,"error":{"logid":"B"}}`, "B"},
		"X-Tt-Logid":   {"X-Tt-Logid", `{"code":41050}`, "H"},
		"X-Request-Id": {"X-Request-Id", `{"code":41050,"error":{}}`, "H"},
		"body first":   {"X-Tt-Logid", `{"code":41050,"error":{"log_id":"A"}}`, "A"},
		"error a word": {"X-Tt-Logid", `{"code":41050,"error":"x"}`, "H"},
	} {
		t.Run(name, func(t *testing.T) {
			v := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
				if tc.header != "" {
					w.Header().Set(tc.header, "H")
				}
				w.WriteHeader(403)
				fmt.Fprint(w, tc.body)
			})
			_, err := v.client(t).GetUser(t.Context(), "ou_1", nil)
			e := failed(t, err)
			assert.Equal(t, tc.want, e.RequestID)
			assert.Equal(t, tc.want, e.Detail.(*feishu.ErrorDetail).LogID)
		})
	}
}

// Tokens

// issuer is a token endpoint under control.
type issuer struct {
	url     string
	clock   *clienttest.Clock
	mu      sync.Mutex
	fetched int
}

func issue(t *testing.T, answer func(i *issuer, n int) string, business http.HandlerFunc) *issuer {
	i := &issuer{clock: clienttest.NewClock()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != tenantPath {
			business(w, r)
			return
		}
		i.mu.Lock()
		i.fetched++
		n := i.fetched
		i.mu.Unlock()
		fmt.Fprint(w, answer(i, n))
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func (i *issuer) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetched
}

func (i *issuer) client(t *testing.T, options ...clients.Option) *feishu.Client {
	return newClientAs(t, i.url, feishu.UserToken{},
		append([]clients.Option{clients.WithClock(i.clock), clients.WithLimiter(clients.NoLimit)}, options...)...)
}

func tenantAnswer(value string, expire int) string {
	return object("code", 0, "msg", "ok", "tenant_access_token", value, "expire", expire)
}

func userAnswer(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, oneUser) }

func TestTrapExpireIsWhatIsLeft(t *testing.T) {
	i := issue(t, func(_ *issuer, n int) string { return tenantAnswer(fmt.Sprint("t-", n), 2421) }, userAnswer)
	c := i.client(t)
	get := func() {
		_, err := c.GetUser(t.Context(), "ou_1", nil)
		require.NoError(t, err)
	}
	get()
	i.clock.Advance(2100 * time.Second)
	get()
	assert.Equal(t, 1, i.count())
	i.clock.Advance(320 * time.Second) // one second before the end
	get()
	assert.Equal(t, 2, i.count(), "7200 s would be wrong")
}

func TestTrapDeadlineCountsFromBeforeTheRequest(t *testing.T) {
	i := issue(t, func(i *issuer, n int) string {
		if n == 1 {
			i.clock.Advance(1000 * time.Second) // a slow answer
		}
		return tenantAnswer(fmt.Sprint("t-", n), 7200)
	}, userAnswer)
	c := i.client(t)
	_, err := c.GetUser(t.Context(), "ou_1", nil)
	require.NoError(t, err)
	i.clock.Advance(6199 * time.Second)
	_, err = c.GetUser(t.Context(), "ou_1", nil)
	require.NoError(t, err)
	assert.Equal(t, 2, i.count())
}

func TestTrapTheSameTokenWithLittleLifeLeft(t *testing.T) {
	for name, left := range map[string]func(elapsed int) int{
		"as the vendor says":  func(elapsed int) int { return max(1, 120-elapsed) },
		"always at its end":   func(int) int { return 1 },
		"half an hour, stuck": func(int) int { return 1800 },
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Time{}
			i := issue(t, func(i *issuer, _ int) string {
				if start.IsZero() {
					start = i.clock.Now()
				}
				return tenantAnswer("t-same", left(int(i.clock.Now().Sub(start)/time.Second)))
			}, userAnswer)
			c := i.client(t)
			for range 120 {
				for range 10 {
					_, err := c.GetUser(t.Context(), "ou_1", nil)
					require.NoError(t, err)
				}
				i.clock.Advance(time.Second)
			}
			assert.LessOrEqual(t, i.count(), 20, "1200 calls in 120 s")
		})
	}
}

func TestTrapReplayOnceAlsoWhenTheNewTokenIsTheRefusedOne(t *testing.T) {
	var calls int
	i := issue(t, func(*issuer, int) string { return tenantAnswer("t-same", 7200) },
		func(w http.ResponseWriter, _ *http.Request) {
			calls++
			w.WriteHeader(400)
			fmt.Fprint(w, deadTenn)
		})
	_, err := i.client(t).GetUser(t.Context(), "ou_1", nil)
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.Equal(t, "99991663", failed(t, err).Code)
	assert.Equal(t, 2, calls)
	assert.Equal(t, 2, i.count())
}

func TestTrapNoTokenIsKeptThatIsNone(t *testing.T) {
	for name, body := range map[string]string{
		"empty token":  tenantAnswer("", 7200),
		"no life":      tenantAnswer("t-1", 0),
		"less than no": tenantAnswer("t-1", -5),
		"no fields":    `{"code":0,"msg":"ok"}`,
		"expires_in":   `{"code":0,"tenant_access_token":"t-1","expires_in":7200}`,
	} {
		t.Run(name, func(t *testing.T) {
			i := issue(t, func(*issuer, int) string { return body },
				func(http.ResponseWriter, *http.Request) { t.Error("called without a token") })
			_, err := i.client(t).GetUser(t.Context(), "ou_1", nil)
			assert.ErrorIs(t, err, clients.ErrBadResponse)
		})
	}
}

func TestTrapTokensAreKeptByCredential(t *testing.T) {
	v := serve(t, reply(200, oneUser))
	store := token.NewMemoryStore()
	use := func(id string, secret clients.Secret) string {
		c, err := feishu.New(feishu.Config{AppID: id, AppSecret: secret}, clients.WithBaseURL(v.url),
			clients.WithTokenStore(store))
		require.NoError(t, err)
		_, err = c.GetUser(t.Context(), "ou_1", nil)
		require.NoError(t, err)
		return v.seen()[len(v.seen())-1].token
	}
	assert.Equal(t, "t-1", use("cli_1", "secret-one"))
	assert.Equal(t, "t-1", use("cli_1", "secret-one"), "clients with the same credential share")
	assert.Equal(t, "t-2", use("cli_1", "secret-two"), "a wrong secret must not live on another's token")
	assert.Equal(t, "t-3", use("cli_2", "secret-one"))
}

func TestTrapTokenGoesIntoTheHeaderOnly(t *testing.T) {
	v := serve(t, reply(200, oneUser))
	_, err := v.client(t).GetUser(t.Context(), "ou_1", nil)
	require.NoError(t, err)
	assert.Equal(t, "GET /contact/v3/users/ou_1? t-1", v.seen()[0].String(),
		"and parameters that are not set are absent")
}

// Limits and replays

func throttled(status int, header map[string]string, code int) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, n int) {
		if n > 1 {
			fmt.Fprint(w, oneUser)
			return
		}
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, object("code", code, "msg", "request trigger frequency limit"))
	}
}

func TestTrapThrottled(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		header map[string]string
		atMost time.Duration
		want   time.Duration
	}{
		"429": {429, map[string]string{"x-ogw-ratelimit-limit": "100", "x-ogw-ratelimit-reset": "3"},
			3 * time.Second, 3 * time.Second},
		"400": {400, map[string]string{"x-ogw-ratelimit-reset": "52"}, 52 * time.Second,
			52 * time.Second},
		"decimal": {429, map[string]string{"x-ogw-ratelimit-reset": "1.5"}, 1500 * time.Millisecond,
			1500 * time.Millisecond},
		"Retry-After is more": {429, map[string]string{"x-ogw-ratelimit-reset": "3", "Retry-After": "7"},
			7 * time.Second, 7 * time.Second},
		"Retry-After is less": {429, map[string]string{"x-ogw-ratelimit-reset": "3", "Retry-After": "1"},
			3 * time.Second, 3 * time.Second},
		"no header":            {400, nil, 500 * time.Millisecond, 0},
		"header without sense": {400, map[string]string{"x-ogw-ratelimit-reset": "soon"}, 500 * time.Millisecond, 0},
	} {
		t.Run(name, func(t *testing.T) {
			v := serve(t, throttled(tc.status, tc.header, 99991400))
			_, err := v.client(t, clients.WithLimiter(clients.NoLimit)).GetUser(t.Context(), "ou_1", nil)
			require.NoError(t, err)
			require.Len(t, v.clock.Slept(), 1)
			assert.GreaterOrEqual(t, v.clock.Slept()[0], tc.want)
			assert.LessOrEqual(t, v.clock.Slept()[0], tc.atMost)
			assert.Equal(t, 1, v.fetched())
		})
	}
}

func TestTrapThrottledForLongerThanIsAccepted(t *testing.T) {
	v := serve(t, throttled(429, map[string]string{"x-ogw-ratelimit-reset": "3600"}, 99991400))
	_, err := v.client(t).GetUser(t.Context(), "ou_1", nil)
	assert.ErrorIs(t, err, clients.ErrRateLimited)
	assert.Equal(t, time.Hour, failed(t, err).RetryAfter)
	assert.Len(t, v.seen(), 1)
}

func TestTrapMonthlyQuotaIsNotWaitedFor(t *testing.T) {
	for _, status := range []int{400, 429} {
		v := serve(t, throttled(status, map[string]string{"Retry-After": "1"}, 99991403))
		_, err := v.client(t, clients.WithLimiter(clients.NoLimit)).GetUser(t.Context(), "ou_1", nil)
		assert.ErrorIs(t, err, clients.ErrRateLimited)
		assert.Len(t, v.seen(), 1)
		assert.Empty(t, v.clock.Slept())
	}
}

func TestTrapLocksPassInSeconds(t *testing.T) {
	for _, code := range []int{43024, 43030, 44025} {
		v := serve(t, reply(400, object("code", code, "msg", "locked")))
		_, err := v.client(t, clients.WithLimiter(clients.NoLimit)).PatchUser(t.Context(), "ou_1", nil,
			&feishuapi.PatchUserRequest{Name: new("n")})
		assert.ErrorIs(t, err, clients.ErrConflict)
		assert.Len(t, v.seen(), 3)
		for _, slept := range v.clock.Slept() {
			assert.GreaterOrEqual(t, slept, 2*time.Second)
		}
	}
}

func TestTrapReplayAfterALostAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		call func(t *testing.T, c *feishu.Client) error
		sent int
	}{
		"read": {func(t *testing.T, c *feishu.Client) error {
			_,
				err := c.GetUser(t.Context(), "ou_1", nil)
			return err
		}, 2},
		"read by POST": {func(t *testing.T, c *feishu.Client) error {
			_, err := c.BatchGetUserIDs(t.Context(), nil,
				&feishuapi.BatchGetUserIDsRequest{Emails: []string{"a@b.example"}})
			return err
		}, 2},
		"create, with its client_token": {func(t *testing.T, c *feishu.Client) error {
			_, err := c.CreateUser(t.Context(), nil, &feishuapi.CreateUserRequest{Name: "n"})
			return err
		}, 2},
		"patch": {func(t *testing.T, c *feishu.Client) error {
			_, err := c.PatchUser(t.Context(), "ou_1", nil, &feishuapi.PatchUserRequest{Name: new("n")})
			return err
		}, 1},
		"delete": {func(t *testing.T, c *feishu.Client) error {
			_, err := c.DeleteUser(t.Context(), "ou_1", nil, &feishuapi.DeleteUserRequest{})
			return err
		}, 1},
		"resurrect": {func(t *testing.T, c *feishu.Client) error {
			_, err := c.ResurrectUser(t.Context(), "ou_1", nil, &feishuapi.ResurrectUserRequest{})
			return err
		}, 1},
		"logout": {func(t *testing.T, c *feishu.Client) error {
			_, err := c.LogoutUser(t.Context(), nil, &feishuapi.LogoutUserRequest{LogoutType: 1, UserID: new("ou_1")})
			return err
		}, 2},
	} {
		for way, lose := range map[string]func(w http.ResponseWriter){
			"connection dies": hangUp,
			"gateway page":    func(w http.ResponseWriter) { w.WriteHeader(502); fmt.Fprint(w, "<html>") },
			"internal error": func(w http.ResponseWriter) {
				w.WriteHeader(500)
				fmt.Fprint(w, `{"code":40003,"msg":"internal error"}`)
			},
			"unknown code": func(w http.ResponseWriter) {
				w.WriteHeader(503)
				fmt.Fprint(w, `{"code":7654321,"msg":"?"}`)
			},
		} {
			t.Run(name+"/"+way, func(t *testing.T) {
				v := serve(t, func(w http.ResponseWriter, _ *http.Request, n int) {
					if n == 1 {
						lose(w)
						return
					}
					fmt.Fprint(w, `{"code":0,"data":{"user":{"open_id":"ou_1"},"user_list":[]}}`)
				})
				err := tc.call(t, v.client(t))
				assert.Len(t, v.seen(), tc.sent)
				if tc.sent == 1 {
					assert.ErrorIs(t, err, clients.ErrUnavailable)
				} else {
					assert.NoError(t, err)
				}
			})
		}
	}
}

func TestTrapClientToken(t *testing.T) {
	clientToken := func(c call) string {
		query, err := url.ParseQuery(c.query)
		require.NoError(t, err)
		require.Len(t, query["client_token"], 1)
		return query.Get("client_token")
	}
	v := serve(t, replies(504, `{"code":41027,"msg":"create account failed error"}`, 200, oneUser, 200, oneUser, 500,
		"", 200, oneUser))
	c := v.client(t)
	_, err := c.CreateUser(t.Context(), &feishuapi.CreateUserParams{UserIDType: new(feishuapi.UserIDTypeOpenID)},
		&feishuapi.CreateUserRequest{Name: "n"})
	require.NoError(t, err)
	_, err = c.CreateUser(t.Context(), nil, &feishuapi.CreateUserRequest{Name: "n"})
	require.NoError(t, err)
	_, err = c.CreateUser(t.Context(), &feishuapi.CreateUserParams{ClientToken: new("mine")},
		&feishuapi.CreateUserRequest{Name: "n"})
	require.NoError(t, err)
	seen := v.seen()
	require.Len(t, seen, 5)
	assert.Len(t, clientToken(seen[0]), 36)
	assert.Equal(t, clientToken(seen[0]), clientToken(seen[1]), "one for both attempts of a call")
	assert.NotEqual(t, clientToken(seen[0]), clientToken(seen[2]), "another one for another call")
	assert.Equal(t, "mine", clientToken(seen[3]))
	assert.Equal(t, "mine", clientToken(seen[4]))

	v = serve(t, reply(400, `{"code":40021,"msg":"no a same request error"}`))
	_, err = v.client(t).CreateDepartment(t.Context(), nil,
		&feishuapi.CreateDepartmentRequest{Name: "n", ParentDepartmentID: "0"})
	assert.ErrorIs(t, err, clients.ErrConflict)
	assert.Len(t, v.seen(), 1)
	assert.Len(t, clientToken(v.seen()[0]), 36)
}

func TestTrapPartialSuccessIsNeverRepeated(t *testing.T) {
	for code := 44054; code <= 44059; code++ {
		for _, status := range []int{400, 500} {
			v := serve(t, reply(status, object("code", code, "msg", "create user success and create city fail")))
			_, err := v.client(t).CreateUser(t.Context(), nil, &feishuapi.CreateUserRequest{Name: "n"})
			assert.Len(t, v.seen(), 1)
			assert.True(t, feishu.IsPartial(fmt.Errorf("sync: %w", err)))
			assert.NotErrorIs(t, err, clients.ErrInvalidArgument)
			assert.ErrorContains(t, err, "the user was written")
		}
	}
	v := serve(t, reply(400, `{"code":41001,"msg":"mobile has already exist error"}`))
	_, err := v.client(t).CreateUser(t.Context(), nil, &feishuapi.CreateUserRequest{Name: "n"})
	assert.False(t, feishu.IsPartial(err))
	assert.False(t, feishu.IsPartial(nil))
}

func TestTrapMovesAndFreezesGoOneByOne(t *testing.T) {
	var mu sync.Mutex
	var under, most int
	v := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		mu.Lock()
		under++
		most = max(most, under)
		mu.Unlock()
		fmt.Fprint(w, oneUser)
		mu.Lock()
		under--
		mu.Unlock()
	})
	c := v.client(t)
	began := v.clock.Now()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			body := &feishuapi.PatchUserRequest{IsFrozen: new(false)}
			if i%2 == 0 {
				body = &feishuapi.PatchUserRequest{DepartmentIDs: []string{}}
			}
			_, err := c.PatchUser(t.Context(), "ou_1", nil, body)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.Equal(t, 1, most, "never two at a time")
	assert.GreaterOrEqual(t, v.clock.Now().Sub(began), 7*time.Second, "one a second")

	began = v.clock.Now()
	for range 4 {
		_, err := c.PatchUser(t.Context(), "ou_1", nil, &feishuapi.PatchUserRequest{Name: new("n")})
		require.NoError(t, err)
	}
	assert.Less(t, v.clock.Now().Sub(began), time.Second, "other changes do not wait for that")
}

// Requests

func TestTrapPresence(t *testing.T) {
	v := serve(t, reply(200, oneUser))
	c := v.client(t)
	for want, body := range map[string]*feishuapi.PatchUserRequest{
		`{}`: {},
		`{"is_frozen":false,"join_time":0,"gender":0,"job_title":"","leader_user_id":"","mobile_visible":false}`: {
			IsFrozen: new(false), JoinTime: new(int64(0)),
			Gender: new(feishuapi.Gender(0)), JobTitle: new(""), LeaderUserID: new(""), MobileVisible: new(false)},
		`{"department_ids":[],"orders":[],"custom_attrs":[],"subscription_ids":[]}`: {DepartmentIDs: []string{},
			Orders:      []feishuapi.UserOrderInput{},
			CustomAttrs: []feishuapi.UserCustomAttrInput{}, SubscriptionIDs: []string{}},
	} {
		_, err := c.PatchUser(t.Context(), "ou_1", nil, body)
		require.NoError(t, err)
		assert.JSONEq(t, want, v.seen()[len(v.seen())-1].body)
	}
	_, err := c.CreateUser(t.Context(), nil,
		&feishuapi.CreateUserRequest{Name: "林悦 <A&B>", DepartmentIDs: []string{"0"}, EmployeeType: 1,
			JoinTime: new(int64(0)), MobileVisible: new(false)})
	require.NoError(t, err)
	assert.Equal(t, `{"department_ids":["0"],"employee_type":1,"join_time":0,"mobile_visible":false,"name":"林悦 <A&B>"}`,
		v.seen()[len(v.seen())-1].body)
}

func TestTrapDepartmentPresence(t *testing.T) {
	v := serve(t, reply(200, `{"code":0,"data":{"department":{"open_department_id":"od-1"}}}`))
	c := v.client(t)
	_, err := c.PatchDepartment(t.Context(), "od-1", nil,
		&feishuapi.PatchDepartmentRequest{Leaders: []feishuapi.DepartmentLeaderInput{}, DepartmentHRBPs: []string{},
			Order: new("0"), CreateGroupChat: new(false)})
	require.NoError(t, err)
	_, err = c.PatchDepartment(t.Context(), "od-1", nil, &feishuapi.PatchDepartmentRequest{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"leaders":[],"department_hrbps":[],"order":"0","create_group_chat":false}`, v.seen()[0].body)
	assert.JSONEq(t, `{}`, v.seen()[1].body)
}

func TestTrapDeleteHasABody(t *testing.T) {
	v := serve(t, reply(200, `{"code":0,"data":{},"msg":"success"}`))
	c := v.client(t)
	_, err := c.DeleteUser(t.Context(), "ou_1", nil, &feishuapi.DeleteUserRequest{})
	require.NoError(t, err)
	_, err = c.DeleteUser(t.Context(), "ou_1", nil,
		&feishuapi.DeleteUserRequest{EmailAcceptor: &feishuapi.EmailAcceptor{ProcessingType: "1",
			AcceptorUserID: new("ou_2")}})
	require.NoError(t, err)
	assert.Equal(t, "DELETE /contact/v3/users/ou_1? t-1", v.seen()[0].String())
	assert.Equal(t, `{}`, v.seen()[0].body)
	assert.JSONEq(t, `{"email_acceptor":{"processing_type":"1","acceptor_user_id":"ou_2"}}`, v.seen()[1].body,
		"the type is text, not a number")
}

func TestTrapListsInTheQueryAreRepeatedKeys(t *testing.T) {
	v := serve(t, reply(200, `{"code":0,"data":{"items":[]}}`))
	_, err := v.client(t).BatchGetUsers(t.Context(),
		&feishuapi.BatchGetUsersParams{UserIDs: []string{"c4a1f2e8", "a,b"},
			UserIDType: new(feishuapi.UserIDTypeUserID)})
	require.NoError(t, err)
	query, err := url.ParseQuery(v.seen()[0].query)
	require.NoError(t, err)
	assert.Equal(t, url.Values{"user_ids": {"c4a1f2e8", "a,b"}, "user_id_type": {"user_id"}}, query)
}

func TestTrapPathIdsAreOneSegment(t *testing.T) {
	v := serve(t, reply(200, oneUser))
	c := v.client(t)
	_, err := c.GetUser(t.Context(), "batch/../x y?z=%2F", nil)
	require.NoError(t, err)
	assert.Equal(t, "/contact/v3/users/batch%2F..%2Fx%20y%3Fz=%252F", v.seen()[0].path)
	for _, id := range []string{"", ".", ".."} {
		_, err := c.GetUser(t.Context(), id, nil)
		assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	}
	assert.Len(t, v.seen(), 1)
}

// Answers

func TestTrapSparseAndStrangeAnswers(t *testing.T) {
	v := serve(t, replies(
		200, `{"code":0,"data":{"user":{"mobile_visible":true,"open_id":"ou_1","union_id":"on_1"}},"msg":"success"}`,
		200, `{"code":0,"data":{"user":{"open_id":"ou_1","gender":9,"employee_type":77,"brand_new":{"a":1},`+
			`"department_ids":null,"orders":null,"status":{"is_frozen":false}}}}`,
		200, `{"code":0,"data":{"user":{"open_id":"ou_1","join_time":9007199254740993,`+
			`"assign_info":[{"subscription_id":"9007199254740993","start_time":"1735689600"}],`+
			`"subscription_ids":["9007199254740993"]}}}`))
	c := v.client(t)
	answer, err := c.GetUser(t.Context(), "ou_1", nil)
	require.NoError(t, err)
	assert.Nil(t, answer.Data.User.Status, "a status that may not be read is not a status without flags")
	assert.Empty(t, answer.Data.User.Name)
	assert.Nil(t, answer.Data.User.Gender, "a gender that may not be read is not one that is kept secret")
	answer, err = c.GetUser(t.Context(), "ou_1", nil)
	require.NoError(t, err)
	assert.NotNil(t, answer.Data.User.Status)
	assert.EqualValues(t, 9, *answer.Data.User.Gender)
	assert.EqualValues(t, 77, answer.Data.User.EmployeeType)
	answer, err = c.GetUser(t.Context(), "ou_1", nil)
	require.NoError(t, err)
	assert.EqualValues(t, 9007199254740993, *answer.Data.User.JoinTime)
	assert.Equal(t, "9007199254740993", answer.Data.User.AssignInfo[0].SubscriptionID)
}

// Errors

func TestTrapMissingScopeIsNamed(t *testing.T) {
	v := serve(t, reply(400, `{"code":99991672,"error":{"helps":[{"description":"…",
		"url":"https://open.feishu.cn/app/cli_demo0001/auth?q=contact:contact"}],
		"log_id":"L","permission_violations":[{"subject":"contact:contact","type":"action_scope_required"},
			{"scope":"contact:contact:readonly","url":"https://open.feishu.cn/x"}],
		"troubleshooter":"see https://open.feishu.cn/search?log_id=L"},"msg":"Access denied."}`))
	_, err := v.client(t).GetUser(t.Context(), "ou_1", nil)
	assert.ErrorIs(t, err, clients.ErrPermission)
	detail := failed(t, err).Detail.(*feishu.ErrorDetail)
	assert.Equal(t, []string{"contact:contact", "contact:contact:readonly"}, detail.MissingScopes)
	assert.Equal(t, "see https://open.feishu.cn/search?log_id=L", detail.Troubleshooter)
	assert.Equal(t, "https://open.feishu.cn/app/cli_demo0001/auth?q=contact:contact", detail.Helps[0].URL)
	assert.EqualError(t, err,
		"feishu: getUser: permission (code 99991672): Access denied. (missing: contact:contact or "+
			"contact:contact:readonly) [HTTP 400, request id L]")
}

func TestTrapRefusedFieldIsNamedWithoutItsValue(t *testing.T) {
	v := serve(t,
		reply(400,
			`{"code":99992402,"msg":"field validation failed","error":{"field_violations":[{"field":"mobile",`+
				`"value":"+8613900001111","description":"bad number"}]}}`))
	_, err := v.client(t).CreateUser(t.Context(), nil, &feishuapi.CreateUserRequest{Name: "n"})
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.ErrorContains(t, err, "field validation failed (mobile: bad number)")
	assert.NotContains(t, err.Error(), "13900001111")
	assert.Equal(t, "+8613900001111", failed(t, err).Detail.(*feishu.ErrorDetail).FieldViolations[0].Value,
		"whoever wants it has it")
}

func TestTrapUnknownCodesGoByTheStatus(t *testing.T) {
	for status, want := range map[int]error{200: clients.ErrUnknown, 400: clients.ErrInvalidArgument,
		401: clients.ErrUnauthenticated, 403: clients.ErrPermission,
		404: clients.ErrNotFound, 409: clients.ErrConflict, 429: clients.ErrRateLimited, 500: clients.ErrUnavailable} {
		v := serve(t, reply(status, `{"code":7654321,"msg":"?"}`))
		_, err := v.client(t, clients.WithRetry(clients.NoRetry)).GetUser(t.Context(), "ou_1", nil)
		assert.ErrorIs(t, err, want)
		assert.Equal(t, 1, v.fetched(), "no status makes a token bad")
	}
}

func TestTrapOlderOperationsNumberErrorsDifferently(t *testing.T) {
	v := serve(t, reply(403, `{"code":40003,"msg":"?"}`))
	//lint:ignore SA1019 deprecated operations are tested as well
	_, err := v.client(t).ConvertUnionIDs(t.Context(), &feishuapi.ConvertUnionIDsParams{UnionIDs: []string{"on_1"}})
	assert.ErrorIs(t, err, clients.ErrPermission, "not the contact service's internal error")
}

func TestTrapAMissingPathIsNobodysAbsence(t *testing.T) {
	v := serve(t, reply(404, `{"code":99991201,"msg":"no such path"}`))
	_, err := v.client(t).GetUser(t.Context(), "ou_1", nil)
	assert.NotErrorIs(t, err, clients.ErrNotFound, "a wrong base URL must not look like people who are gone")
}

func TestTrapLark(t *testing.T) {
	c, err := feishu.New(feishu.Config{AppID: "a", AppSecret: "s"}, clients.WithBaseURL(feishu.LarkBaseURL),
		clients.WithHTTPClient(&http.Client{
			Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, "open.larksuite.com", r.URL.Host)
				return nil, io.ErrClosedPipe
			})}), clients.WithRetry(clients.NoRetry))
	require.NoError(t, err)
	_, err = c.GetUser(t.Context(), "ou_1", nil)
	assert.ErrorIs(t, err, clients.ErrUnavailable)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
