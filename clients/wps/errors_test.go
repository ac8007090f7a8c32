package wps_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/clients/wps/kso1"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func detailOf(t *testing.T, err error) *wps.ErrorDetail {
	t.Helper()
	var e *clients.Error
	require.ErrorAs(t, err, &e)
	detail, ok := e.Detail.(*wps.ErrorDetail)
	require.True(t, ok, "%T", e.Detail)
	return detail
}

// what a failure leads to: the kind, and how many calls and tokens it takes.
type consequence struct {
	kind          clients.Kind
	calls, tokens int
}

func TestTable(t *testing.T) {
	// A failure that cures itself is repeated up to three times, a refused token once.
	never := func(kind clients.Kind) consequence { return consequence{kind, 1, 1} }
	fresh := consequence{clients.KindUnauthenticated, 2, 2}
	again := func(kind clients.Kind) consequence { return consequence{kind, 4, 1} }
	for _, c := range []struct {
		status int
		body   string
		want   consequence
	}{
		// The codes of which something is known.
		{403, `{"code":400000003,"message":"kso: PermissionDenied access_token verify err: invalid_scope"}`,
			never(clients.KindPermission)},
		{403, `{"code":400000003,"msg":"kso: PermissionDenied access_token verify err: invalid_scope"}`,
			never(clients.KindPermission)},
		{403, `{"code":400000003}`, never(clients.KindPermission)},
		{200, `{"code":400000003}`, never(clients.KindInvalidArgument)},
		{403, `{"code":403000001,"message":"kso: PermissionDenied err: ErrPrivileges: interface_company_doc"}`,
			never(clients.KindPermission)},
		{200, `{"code":403000001,"msg":"permission denied","data":null}`, never(clients.KindPermission)},
		{401, `{"code":477,"msg":"err: ErrPrivileges: interface_company_doc"}`, never(clients.KindPermission)},
		{404, `{"code":404000001,"msg":"404 Route Not Found"}`, never(clients.KindInvalidArgument)}, // a wrong base URL
		{404, `{"code":404000001,"msg":"no such department"}`, never(clients.KindNotFound)},
		{500, `{"code":500000004,"msg":"method not implemented"}`, never(clients.KindUnavailable)},
		{400, `{"code":400008018,"msg":"unsupported"}`, never(clients.KindInvalidArgument)},
		{400, `{"code":400411340,"msg":"unchanged"}`, never(clients.KindInvalidArgument)},
		{400, `{"code":400010018,"msg":"authorization_pending"}`, never(clients.KindUnknown)},
		{200, `{"code":403,"msg":"no"}`, never(clients.KindPermission)},
		{200, `{"code":400403,"msg":"no"}`, never(clients.KindPermission)},
		{200, `{"code":400401,"msg":"login"}`, never(clients.KindUnauthenticated)},
		{500, `{"code":500000004,"msg":"internal"}`, again(clients.KindUnavailable)},
		// Those of the vendor's list that are repeated, whatever the status: too many calls, and what is locked.
		{200, `{"code":400000001,"msg":"x"}`, again(clients.KindRateLimited)},
		{400, `{"code":400000001,"msg":"x"}`, again(clients.KindRateLimited)},
		{403, `{"code":400000001,"msg":"kso: PermissionDenied access_token invalid"}`, again(clients.KindRateLimited)},
		{200, `{"code":429000001,"msg":"x"}`, again(clients.KindRateLimited)},
		{200, `{"code":400000005,"msg":"x"}`, again(clients.KindConflict)},
		{400, `{"code":400002013,"msg":"x"}`, again(clients.KindConflict)},
		{400, `{"code":400002014,"msg":"x"}`, again(clients.KindConflict)},
		{200, `{"code":400000201,"msg":"x"}`, again(clients.KindUnavailable)},
		{200, `{"code":503000001,"msg":"x"}`, again(clients.KindUnavailable)},
		// Who is not there or there already renews no token, whatever the status and the words.
		{200, `{"code":400001006,"msg":"x"}`, never(clients.KindNotFound)},
		{401, `{"code":400001006,"msg":"x"}`, never(clients.KindNotFound)},
		{403, `{"code":400001006,"msg":"kso: access_token verify err: token invalid"}`, never(clients.KindNotFound)},
		{400, `{"code":400000103,"msg":"x"}`, never(clients.KindNotFound)},
		{400, `{"code":400002113,"msg":"x"}`, never(clients.KindNotFound)},
		{400, `{"code":400000104,"msg":"x"}`, never(clients.KindConflict)},
		{400, `{"code":400002143,"msg":"x"}`, never(clients.KindConflict)},
		{400, `{"code":400002144,"msg":"x"}`, never(clients.KindConflict)},
		{400, `{"code":400002010,"msg":"x"}`, never(clients.KindConflict)},
		{400, `{"code":400002006,"msg":"x"}`, never(clients.KindConflict)},
		// Refused tokens: by code, by status, by words.
		{200, `{"code":401,"msg":"no"}`, fresh},
		{200, `{"code":400001001,"msg":"no"}`, fresh},
		{403, `{"code":400001005,"msg":"no"}`, fresh},
		{200, `{"code":401000001,"msg":"no"}`, fresh},
		{200, `{"code":401001005,"msg":"no"}`, fresh},
		{200, `{"code":401030001,"msg":"no"}`, fresh},
		{400, `{"code":401030003,"msg":"no"}`, fresh},
		{200, `{"code":40100011,"msg":"no"}`, fresh},
		{401, `{"code":477,"msg":"whatever"}`, fresh},
		{401, `{"code":403000777,"msg":"kso: PermissionDenied"}`, fresh},
		{403, `{"code":400000003,"message":"kso: PermissionDenied access_token verify err: something else"}`, fresh},
		{403, `{"code":477,"msg":"x","desc":"The Token has EXPIRED"}`, fresh},
		{200, `{"code":477,"message":"invalid token"}`, fresh},
		{403, `{"code":477,"message":"kso: access_token verify err: signature is invalid"}`, fresh},
		// Words that look like one and are not.
		{401, `{"code":477,"msg":"access_token verify err: invalid_scope"}`, never(clients.KindPermission)},
		{401, `{"code":403000001,"msg":"kso: PermissionDenied token invalid"}`, never(clients.KindPermission)},
		{400, `{"code":400000010,"msg":"invalid page_token"}`, never(clients.KindInvalidArgument)},
		{500, `{"code":500000001,"msg":"token service: cache expired"}`, again(clients.KindUnavailable)},
		// Nothing is known but the status.
		{403, `{"code":477,"msg":"x"}`, never(clients.KindPermission)},
		{404, `{"code":477,"msg":"x"}`, never(clients.KindNotFound)},
		{409, `{"code":477,"msg":"x"}`, never(clients.KindConflict)},
		{422, `{"code":477,"msg":"x"}`, never(clients.KindInvalidArgument)},
		{400, `{"code":477,"msg":"x"}`, never(clients.KindInvalidArgument)},
		{429, `{"code":477,"msg":"x"}`, again(clients.KindRateLimited)},
		{429, `{"msg":"x"}`, again(clients.KindBadResponse)},
		{500, `{"code":477,"msg":"x"}`, again(clients.KindUnavailable)},
		{503, `{"code":477,"msg":"x"}`, again(clients.KindUnavailable)},
		{403, `{"code":404000777,"msg":"x"}`, never(clients.KindPermission)},
		// Nothing but the first digits, of codes with eight or nine.
		{200, `{"code":401000777,"msg":"x"}`, never(clients.KindUnauthenticated)},
		{200, `{"code":403000777,"msg":"x"}`, never(clients.KindPermission)},
		{200, `{"code":404000777,"msg":"x"}`, never(clients.KindNotFound)},
		{200, `{"code":409000777,"msg":"x"}`, never(clients.KindConflict)},
		{400, `{"code":404000777,"msg":"x"}`, never(clients.KindNotFound)},
		{500, `{"code":409000777,"msg":"x"}`, never(clients.KindConflict)},
		{200, `{"code":42900077,"msg":"x"}`, again(clients.KindRateLimited)},
		{200, `{"code":503000777,"msg":"x"}`, again(clients.KindUnavailable)},
		{200, `{"code":400000777,"msg":"x"}`, never(clients.KindInvalidArgument)},
		{200, `{"code":400000777,"msg":"kso: PermissionDenied"}`, never(clients.KindPermission)},
		{200, `{"code":777000777,"msg":"x"}`, never(clients.KindUnknown)},
		{200, `{"code":477,"msg":"x"}`, never(clients.KindUnknown)},
		{200, `{"code":-40400077,"msg":"x"}`, never(clients.KindUnknown)},
		{200, `{"code":"403000001","msg":"x"}`, never(clients.KindPermission)},
		// No code at all.
		{200, `{"code":4.5,"msg":"x"}`, never(clients.KindBadResponse)},
		{200, `{"code":[403000001],"msg":"x"}`, never(clients.KindBadResponse)},
		{200, `{"code":null,"msg":"x"}`, never(clients.KindBadResponse)},
		{403, `{"code":0,"msg":"x"}`, never(clients.KindBadResponse)},
		{401, `{"code":0,"msg":"x"}`, consequence{clients.KindBadResponse, 2, 2}},
		{401, `<html>`, consequence{clients.KindBadResponse, 2, 2}},
		{502, `bad gateway`, again(clients.KindBadResponse)},
	} {
		s := serve(t, replyStatus(c.status, c.body))
		_, err := s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
		var e *clients.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, c.want, consequence{e.Kind, len(s.seen()), len(s.tokenCalls())}, "HTTP %d %s: %v", c.status,
			c.body, err)
	}
}

// A gateway that refuses the token without JSON is still a refused token.
func TestTrap401WithoutJSON(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.Header.Get("Authorization") == "Bearer token-1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, rootAnswer)
	})
	_, err := s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
	assert.NoError(t, err)
	assert.Len(t, s.tokenCalls(), 2)
}

func TestTrapTextsComeUnderManyNames(t *testing.T) {
	for body, want := range map[string][2]string{
		`{"code":477,"msg":"m","message":"n","error":"o"}`:            {"m", ""},
		`{"code":477,"msg":"","message":"n"}`:                         {"n", ""},
		`{"code":477,"error":"o","error_description":"why"}`:          {"o: why", "why"},
		`{"code":477,"msg":"m","desc":"d","detail":"e"}`:              {"m: d", "d"},
		`{"code":477,"msg":"m","detail":"e","debug":{"desc":"f"}}`:    {"m: e", "e"},
		`{"code":477,"msg":"m","debug":{"desc":"f","cause":"g"}}`:     {"m: f", "f"},
		`{"code":477,"msg":"m","debug":{"cause":"g"},"more":{"a":1}}`: {"m: g", "g"},
		`{"code":477,"msg":"m","more":{"scope":"kso.user_base.read"}}`: {`m: {"scope":"kso.user_base.read"}`,
			`{"scope":"kso.user_base.read"}`},
		`{"code":477,"msg":"m","more":"text"}`:    {"m: text", "text"},
		`{"code":477,"msg":"m","more":null}`:      {"m", ""},
		`{"code":477,"desc":"d"}`:                 {"d", "d"},
		`{"code":477,"msg":"about d","desc":"d"}`: {"about d", "d"},
		`{"code":477}`:                            {"", ""},
		`{"code":477,"msg":{"odd":1},"message":["odd"],"error":{"odd":1},"debug":"odd","desc":7,"detail":"d"}`: {"d",
			"d"},
	} {
		s := serve(t, replyStatus(http.StatusBadRequest, body))
		_, err := s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
		var e *clients.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want, [2]string{e.Message, detailOf(t, err).Explanation}, body)
		assert.Equal(t, body, detailOf(t, err).Body)
		assert.Equal(t, "477", e.Code)
	}
}

func TestRequestIDIsInTheHeaderOrTheBody(t *testing.T) {
	for body, want := range map[string]string{`{"code":477}`: "", `{"code":477,"request_id":"a"}`: "a",
		`{"code":477,"_request_id":"b"}`: "b"} {
		s := serve(t, replyStatus(http.StatusBadRequest, body))
		_, err := s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
		var e *clients.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want, e.RequestID)

		s = serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("X-Request-Id", "h")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, body)
		})
		_, err = s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "h", e.RequestID)
	}
}

// 403000001 and invalid_scope look alike; what is missing differs.
func TestTrapPermissionErrorsSayWhatIsMissing(t *testing.T) {
	s := serve(t, replyStatus(http.StatusForbidden,
		`{"code":400000003,"message":"kso: PermissionDenied access_token verify err: invalid_scope","desc":"not `+
			`granted"}`))
	_, err := s.client(t, wps.Config{}).DeleteUser(t.Context(), "u", nil)
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.Equal(t, []string{"kso.contact.readwrite"}, detailOf(t, err).Scopes)
	assert.Empty(t, detailOf(t, err).Privilege)

	s = serve(t, replyStatus(http.StatusForbidden,
		`{"code":403000001,"message":"kso: PermissionDenied err: ErrPrivileges: interface_company_doc"}`))
	_, err = s.client(t, wps.Config{}).GetUser(t.Context(), "KBx-none", nil)
	assert.ErrorIs(t, err, clients.ErrPermission, "no 404 is promised for unknown ids")
	assert.NotErrorIs(t, err, clients.ErrNotFound)
	assert.Equal(t, "interface_company_doc", detailOf(t, err).Privilege)
	assert.Empty(t, detailOf(t, err).Scopes)
}

func TestCodesCanBeTaught(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, n int) {
		if n == 1 {
			fmt.Fprint(w, `{"code":400999999,"msg":"session gone"}`)
			return
		}
		fmt.Fprint(w, `{"code":403000001,"msg":"no such user"}`)
	})
	codes := map[wpsapi.ErrorCode]wps.Meaning{
		400999999:                          {Kind: clients.KindUnauthenticated, Replay: clients.ReplayFreshToken},
		wpsapi.ErrorCodeCommonNoPermission: {Kind: clients.KindNotFound},
	}
	c := s.client(t, wps.Config{Codes: codes})
	clear(codes)
	_, err := c.GetUser(t.Context(), "u", nil)
	assert.ErrorIs(t, err, clients.ErrNotFound)
	assert.Len(t, s.seen(), 2)
	assert.Len(t, s.tokenCalls(), 2)
}

// A verifier that checks no time takes a signature at any later time.
func TestTrapSignaturesAndTokensStayOutOfErrors(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		w.WriteHeader(http.StatusForbidden)
		header := fmt.Sprintf("%v %s: %s, %s", r.Header, kso1.HeaderAuthorization,
			r.Header.Get(kso1.HeaderAuthorization), r.Header.Get("Authorization"))
		body := map[string]any{"code": 403000777, "msg": header, "desc": header + " ", "request_id": header,
			"ErrPrivileges": header}
		_ = json.NewEncoder(w).Encode(body)
	})
	_, err := s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
	require.Error(t, err)
	_, signature, _ := strings.Cut(s.seen()[0].header.Get(kso1.HeaderAuthorization), ":")
	require.Len(t, signature, 64)
	var e *clients.Error
	require.ErrorAs(t, err, &e)
	shown := fmt.Sprintf("%v %#v %+v", err, e.Detail, *detailOf(t, err))
	assert.NotContains(t, shown, signature)
	assert.NotContains(t, shown, "token-1")
	assert.Contains(t, shown, "[redacted]")
}

func TestTrapAKeyThatTheVendorQuotesStaysOutOfErrors(t *testing.T) {
	for _, quoted := range []string{appKey, strings.Trim(quote(appKey), `"`), strings.ReplaceAll(appKey, "/", `\/`),
		url.QueryEscape(appKey)} {
		s := serve(t, replyStatus(http.StatusForbidden,
			`{"code":403000777,"msg":"bad key `+quoted+`","desc":"`+quoted+`!"}`))
		_, err := s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
		require.Error(t, err)
		shown := fmt.Sprintf("%v %+v", err, *detailOf(t, err))
		assert.NotContains(t, shown, "planted")
		assert.Contains(t, shown, "[redacted]")
	}
}

func TestLongBodiesAreCutInTheDetail(t *testing.T) {
	for _, pad := range []string{"", "x", "xx"} {
		s := serve(t, replyStatus(http.StatusBadRequest,
			`{"code":477,"msg":"x","detail":"`+pad+strings.Repeat("界", 10_000)+`"}`))
		_, err := s.client(t, wps.Config{}).GetRootDept(t.Context(), nil)
		body := detailOf(t, err).Body
		assert.True(t, len(body) <= 1<<10+30 && len(body) > 1<<10-3, len(body))
		assert.True(t, utf8.ValidString(body))
	}
}

func TestTrapReplay(t *testing.T) {
	create := func(c *wps.Client) error {
		_, err := c.CreateUser(t.Context(), nil, &wpsapi.CreateUserRequest{UserName: "罗一", DeptIDs: []string{"Dp7731"}})
		return err
	}
	remove := func(c *wps.Client) error {
		_, err := c.DeleteDept(t.Context(), "Dp7731", nil)
		return err
	}
	update := func(c *wps.Client) error {
		_, err := c.UpdateUser(t.Context(), "u", nil, &wpsapi.UpdateUserRequest{Title: new("x")})
		return err
	}
	lookUp := func(c *wps.Client) error {
		_, err := c.BatchReadUsers(t.Context(), nil, &wpsapi.BatchReadUsersRequest{UserIDs: []string{"u"}})
		return err
	}
	dies := func(w http.ResponseWriter, _ *http.Request, _ int) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = connection.Close()
		}
	}
	for name, fails := range map[string]struct {
		handle              func(http.ResponseWriter, *http.Request, int)
		harmless, dangerous int
	}{
		"connection dies":   {dies, 4, 1},
		"500":               {replyStatus(500, `{"code":500000001,"msg":"x"}`), 4, 1},
		"502 of a gateway":  {replyStatus(502, `bad gateway`), 4, 1},
		"503":               {replyStatus(503, `{"code":50300001,"msg":"x"}`), 4, 1},
		"not implemented":   {replyStatus(500, `{"code":500000004,"msg":"method not implemented"}`), 1, 1},
		"throttled":         {replyStatus(429, `{"code":429000001,"msg":"x"}`), 4, 4},
		"token refused":     {replyStatus(401, `{"code":400001001,"msg":"x"}`), 2, 2},
		"scope lacks":       {replyStatus(403, `{"code":400000003,"msg":"invalid_scope"}`), 1, 1},
		"argument is wrong": {replyStatus(400, `{"code":400000007,"msg":"x"}`), 1, 1},
		// refused before anything was done
		"too many calls": {replyStatus(400, `{"code":400000001,"msg":"x"}`), 4, 4},
		"locked":         {replyStatus(400, `{"code":400000005,"msg":"x"}`), 4, 4},
	} {
		for i, send := range []func(*wps.Client) error{update, lookUp, create, remove} {
			s := serve(t, fails.handle)
			require.Error(t, send(s.client(t, wps.Config{})), name)
			want := fails.harmless
			if i >= 2 {
				want = fails.dangerous
			}
			assert.Len(t, s.seen(), want, "%s, %d", name, i)
		}
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, n int) {
		if n == 1 {
			w.Header().Set("Retry-After", "17")
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, `{"code":429000001,"msg":"x"}`)
			return
		}
		fmt.Fprint(w, done)
	})
	_, err := s.client(t, wps.Config{}).DeleteUser(t.Context(), "u", nil)
	require.NoError(t, err)
	assert.Equal(t, []time.Duration{17 * time.Second}, s.clock.Slept())
}

func TestTrapSuccessHasManyForms(t *testing.T) {
	for _, body := range []string{done, `{"code":0}`, `{"code":0,"msg":"ok","data":null}`,
		`{"code":0,"msg":"","data":{}}`, `{"code":0,"message":"","request_id":"x"}`} {
		s := serve(t, reply(body))
		_, err := s.client(t, wps.Config{}).DeleteUser(t.Context(), "u", nil)
		assert.NoError(t, err, body)
	}
	for _, body := range []string{`{"code":0,"data":null}`, `{"code":0}`, `{"code":0,"data":{}}`,
		`{"code":0,"data":{"id":""}}`} {
		s := serve(t, reply(body))
		_, err := s.client(t, wps.Config{}).GetUser(t.Context(), "u", nil)
		assert.ErrorIs(t, err, clients.ErrBadResponse, body)
	}
}

// FuzzFailure feeds the client bodies of every form. It must not panic, and must not take a failure for a success.
func FuzzFailure(f *testing.F) {
	f.Add(403,
		[]byte(`{"code":400000003,"message":"kso: PermissionDenied access_token verify err: invalid_scope",
			"desc":"x"}`))
	f.Add(200, []byte(`{"code":0,"data":{"id":"x"}}`))
	f.Add(400, []byte(`{"error":"invalid_grant","error_description":"x","more":{"a":[1,"\u0000"]},"debug":{"desc":1}}`))
	f.Add(500, []byte(`{"code":"1e9","code":{},"msg":null}`))
	var status int
	var body []byte
	s := serve(f, func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.WriteHeader(status)
		_, _ = w.Write(body)
	})
	c := s.client(f, wps.Config{}, clients.WithRetry(clients.NoRetry))
	f.Fuzz(func(t *testing.T, fuzzedStatus int, fuzzedBody []byte) {
		status, body = 200+((fuzzedStatus%400)+400)%400, fuzzedBody
		answer, err := c.GetUser(t.Context(), "u", nil)
		if (answer == nil) == (err == nil) {
			t.Fatal(answer, err)
		}
		if err == nil {
			var sent struct {
				Code *json.Number
				Data struct{ ID string }
			}
			if status > 299 || json.Unmarshal(body, &sent) != nil || sent.Data.ID == "" {
				t.Fatalf("HTTP %d %q is no user", status, body)
			}
			return
		}
		var e *clients.Error
		if !errors.As(err, &e) || e.Kind == "" {
			t.Fatal(err)
		}
	})
}
