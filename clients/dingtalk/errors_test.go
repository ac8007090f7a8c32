package dingtalk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// How often a read that always ends with a code is sent.
const (
	never    = 1 // a repeat would end the same way
	refresh  = 2 // once more, with a new token
	slowly   = 2 // once more, after a minute
	attempts = 4 // as often as a client tries
)

// table is the vendor's, by what a program can do about a code. Each code of the document stands in it once.
var table = []struct {
	kind  error
	sent  int
	codes []string
}{
	{clients.ErrUnauthenticated, refresh, []string{"40001", "40014", "42001"}},
	{clients.ErrUnauthenticated, never, []string{
		"12012", "33001",
		"40013", "40078", "40080", "40082", "40083", "40085", "40088", "40089", "40090", "40096", "41001",
		"42009", "48003", "400043",
		"853001", "853002", "853003", "853004",
	}},
	{clients.ErrPermission, never, []string{
		"40079", "41030", "43007", "48002", "48004", "50002", "50003", "50004", "50005", "60011", "60020", "60120",
		"400020",
	}},
	{clients.ErrNotFound, never, []string{
		"33011", "33012", "34020",
		"40003", "46004", "60003", "60004", "60067", "60068", "60111", "60121", "70001", "60301", "400023",
	}},
	{clients.ErrConflict, never, []string{
		"40019", "40020", "40021", "40022", "40023", "40024", "40100", "40101", "40103", "41054", "45024", "60002",
		"60005", "60006", "60008",
		"34021", "60016", "60021", "60102", "60104", "60106", "60107", "60110",
	}},
	{clients.ErrRateLimited, attempts, []string{"90002", "90018"}},
	{clients.ErrRateLimited, slowly, []string{
		"45009", "90001", "90003", "90004", "90005", "90006", "90007", "90008", "90009", "90010", "90011", "90012",
		"90013", "90014", "90017",
	}},
	{clients.ErrRateLimited, never, []string{"90020"}},
	{clients.ErrUnavailable, attempts, []string{"-1", "15", "1002", "400001"}},
	{clients.ErrUnavailable, never, []string{"60019", "60510"}},
	{clients.ErrInvalidArgument, never, []string{
		"22", "404", "23004", "34018", "660000",
		"40000", "40009", "40010", "40011", "40018", "40025", "40031", "40032", "40035", "40036", "40038",
		"40063", "40064", "40065",
		"40066", "40068", "40069", "40070", "40093", "40104", "41002", "41009", "41015", "41021", "41022", "41023",
		"41024", "41025", "41026", "41027",
		"43001", "43002", "43003", "43004", "43005", "43009", "44002", "47001", "60001", "60007", "60009", "60010",
		"60018", "60022", "60103", "60105",
		"60109", "60112", "60113", "60114", "60118", "60119", "60122", "60123", "60128", "400002", "600109",
	}},
	{clients.ErrUnknown, never, []string{"99999"}},
}

// newHostTable is that of api.dingtalk.com. Every code comes with a status that says nothing about it.
var newHostTable = []struct {
	kind  error
	sent  int
	codes []string
}{
	{clients.ErrUnauthenticated, refresh, []string{"InvalidAuthentication"}},
	{clients.ErrUnauthenticated, never, []string{
		"AuthenticationFailed.MissingParameter", "invalidClientIdOrSecret", "invalid.client", "unauthorized.client",
		"invalidSuiteKey", "invalidSuiteTicket", "invalidParameter.authCode.notFound",
	}},
	{clients.ErrPermission, never, []string{
		"Forbidden.AccessDenied.AccessTokenPermissionDenied", "Forbidden.AccessDenied.IpNotInWhiteList",
		"invalidAuthInfo", "corpNotOpenHrm",
	}},
	{clients.ErrNotFound, never, []string{
		"invalidParameter.user.notFound", "parameter.userNotExists", "parameter.orgNotExists", "user.not.exist",
		"userIdInvalid", "idInvalid",
	}},
	{clients.ErrConflict, never, []string{"exclusive.account.only", "forbid.add.rule", "ruleNum.exceed.limit"}},
	{clients.ErrInvalidArgument, never, []string{
		"unsupported.grant.type", "parameter.error", "invalidParameter.param.invalid", "Missingbody",
		"InvalidAction.NotFound", "invalid.param", "invalidParameter", "directory.invalid", "excludeNodeExceed",
		"subjectNodeEmpty", "subjectNodeExceed", "typeInvalid",
	}},
	{clients.ErrRateLimited, attempts, []string{
		"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi",
		"Forbidden.AccessDenied.QpsLimitForApi",
	}},
	{clients.ErrRateLimited, slowly, []string{
		"Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", "Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi",
	}},
	{clients.ErrRateLimited, never, []string{"Forbidden.AccessDenied.ApiCountLimitForOrg"}},
	{clients.ErrUnavailable, attempts, []string{"system.busy", "system.error", "server.error", "systemError",
		"unknownError"}},
}

func TestErrorTable(t *testing.T) {
	inTable := map[string]bool{}
	for _, row := range table {
		for _, code := range row.codes {
			inTable[code] = true
			t.Run("plain "+code, func(t *testing.T) {
				checkRow(t, always(200, `{"errcode":`+code+`,"errmsg":"说明"}`), getV1, code, row.kind, row.sent)
			})
			if code == "15" {
				continue
			}
			for _, wrapper := range []string{"88", "15"} {
				t.Run("inside "+wrapper+" "+code, func(t *testing.T) {
					sent := row.sent
					kind := row.kind
					if wrapper == "15" && kind == clients.ErrUnknown {
						kind, sent = clients.ErrUnavailable, attempts // all that is known is that the service failed
					}
					body := fmt.Sprintf(
						`{"errcode":%s,"sub_code":%q,"sub_msg":"说明","errmsg":"x[subcode=1,submsg=y]",
						"request_id":"r1"}`, wrapper, code)
					e := checkRow(t, always(200, body), getV2, code, kind, sent)
					assert.Equal(t, "说明", e.Message)
					assert.Equal(t, "r1", e.RequestID)
				})
			}
		}
	}
	for number := int64(-1); number < 1_000_000; number++ {
		code := dingtalkapi.ErrorCode(number)
		if code.Valid() && number != 0 && number != 88 && number != 1111 {
			assert.Truef(t, inTable[strconv.FormatInt(number, 10)], "code %d of the document is not in the table",
				number)
		}
	}
}

func TestErrorTableOfTheNewHost(t *testing.T) {
	for _, row := range newHostTable {
		for _, code := range row.codes {
			require.Truef(t, dingtalkapi.NewHostErrorCode(code).Valid(), "%s is not in the document", code)
			for _, status := range []int{400, 401, 403, 404, 500, 503} {
				t.Run(fmt.Sprint(status, " ", code), func(t *testing.T) {
					e := checkRow(t, always(status, `{"code":"`+code+`","requestid":"R-1","message":"说明"}`), search,
						code, row.kind, row.sent)
					assert.Equal(t, "说明", e.Message)
					assert.Equal(t, "R-1", e.RequestID)
					assert.Equal(t, status, e.HTTPStatus)
				})
			}
		}
	}
	for status, kind := range map[int]error{
		400: clients.ErrInvalidArgument, 401: clients.ErrUnauthenticated, 403: clients.ErrPermission,
		404: clients.ErrNotFound,
		429: clients.ErrRateLimited, 500: clients.ErrUnavailable, 503: clients.ErrUnavailable,
	} {
		t.Run(fmt.Sprint(status, " unheard of"), func(t *testing.T) {
			sent := never
			if status >= 429 {
				sent = attempts
			}
			checkRow(t, always(status, `{"code":"unheard.of","requestid":"R-1","message":"说明"}`), search, "unheard.of",
				kind, sent)
		})
	}
}

func checkRow(t *testing.T, handle func(http.ResponseWriter, request, int),
	call func(testing.TB, *dingtalk.Client) error,
	code string, kind error, sent int,
) *clients.Error {
	t.Helper()
	v := serve(t, handle)
	err := call(t, v.client(t, clients.WithLimiter(clients.NoLimit)))
	require.ErrorIs(t, err, kind)
	e := asError(t, err)
	assert.Equal(t, code, e.Code)
	assert.Len(t, v.seen(), sent)
	assert.Equal(t, sent, e.Attempts)
	fetched := 1
	if kind == clients.ErrUnauthenticated && sent == refresh {
		fetched = 2
	}
	assert.Len(t, v.fetched(), fetched)
	assert.IsType(t, &dingtalk.ErrorDetail{}, e.Detail)
	return e
}

// A create whose fate is unknown must not be sent again; one that was refused before anything was done may be.
func TestReplaysOfACreate(t *testing.T) {
	created := `{"errcode":0,"errmsg":"ok","result":{"userid":"lin.mei01","unionId":"PiiXyz0001iE"},"request_id":"x1"}`
	for name, tc := range map[string]struct {
		status  int
		refusal string
		sent    int
	}{
		"token inside 88": {200, `{"errcode":88,"sub_code":"40014","sub_msg":"x","errmsg":"x","request_id":"r"}`, 2},
		"token plain":     {200, `{"errcode":40014,"errmsg":"x"}`, 2},
		"throttled":       {200, `{"errcode":88,"sub_code":"90018","sub_msg":"x","errmsg":"x","request_id":"r"}`, 2},
		"busy":            {200, `{"errcode":-1,"errmsg":"系统繁忙"}`, 1},
		"service failed": {200,
			`{"errcode":15,"sub_code":"isp.-1","sub_msg":"system busy","errmsg":"x","request_id":"r"}`, 1},
		"system error":       {200, `{"errcode":400001,"errmsg":"系统错误","request_id":"r"}`, 1},
		"gateway page":       {502, `<html>Bad Gateway</html>`, 1},
		"broken off":         {200, `{"errcode":0,"errmsg":"ok"`, 1},
		"success without id": {200, `{"errcode":0,"errmsg":"ok","result":{}}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			v := serve(t, first(tc.status, tc.refusal, created))
			answer, err := v.client(t).CreateUserV2(t.Context(),
				&dingtalkapi.CreateUserV2Request{Name: "林梅", DeptIDList: "101"})
			assert.Len(t, v.seen(), tc.sent)
			if tc.sent == 1 {
				assert.Error(t, err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, "lin.mei01", answer.Result.UserID)
			assert.Equal(t, v.seen()[0].body, v.seen()[1].body, "a repeat sends the whole body again")
		})
	}
}

func TestReadsAreRepeatedAfterAnAmbiguousFailure(t *testing.T) {
	for name, refusal := range map[string]string{
		"busy":           `{"errcode":-1,"errmsg":"系统繁忙"}`,
		"service failed": `{"errcode":15,"sub_code":"isp.-1","sub_msg":"system busy","errmsg":"x","request_id":"r"}`,
	} {
		t.Run(name, func(t *testing.T) {
			v := serve(t, first(200, refusal, userV2))
			require.NoError(t, getV2(t, v.client(t)), "although it is a POST")
			assert.Len(t, v.seen(), 2)
		})
	}
}

func TestTrapTokenRefusedInEachEnvelopeIsRenewedOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		status  int
		refusal string
		success string
		call    func(testing.TB, *dingtalk.Client) error
	}{
		"plain":          {200, `{"errcode":40014,"errmsg":"不合法的access_token"}`, userV1, getV1},
		"plain, expired": {200, `{"errmsg":"access_token超时","errcode":42001}`, userV1, getV1},
		"gateway": {200, `{"errcode":88,"sub_code":"40014","sub_msg":"x","errmsg":"x","request_id":"r"}`,
			userV2, getV2},
		"gateway, expired": {200, `{"errcode":88,"sub_code":"42001","sub_msg":"x","errmsg":"x","request_id":"r"}`,
			userV2, getV2},
		"gateway, text only": {200,
			`{"errcode":88,"errmsg":"ding talk error[subcode=40014,submsg=x]","request_id":"r"}`, userV2, getV2},
		"gateway, number": {200, `{"errcode":88,"sub_code":40014,"errmsg":"x"}`, userV2, getV2},
		"new host": {400, `{"code":"InvalidAuthentication","requestid":"R","message":"不合法的access_token"}`,
			found, search},
	} {
		t.Run(name, func(t *testing.T) {
			v := serve(t, first(tc.status, tc.refusal, tc.success))
			// The server hands out the same token again, as the vendor does for internal apps.
			require.NoError(t, tc.call(t, v.client(t)))
			assert.Len(t, v.fetched(), 2)
			assert.Len(t, v.seen(), 2)
			for _, wait := range v.clock.Slept() { // for the quota's next place, and no more
				assert.Less(t, wait, 60*time.Millisecond)
			}

			v = serve(t, always(tc.status, tc.refusal))
			assert.ErrorIs(t, tc.call(t, v.client(t)), clients.ErrUnauthenticated)
			assert.Len(t, v.fetched(), 2, "the same token again is no reason to go on")
			assert.Len(t, v.seen(), 2)
		})
	}
}

func TestTrapTokenThatWasNotSentIsNotRenewed(t *testing.T) {
	for _, body := range []string{
		`{"errcode":41001,"errmsg":"缺少access_token参数"}`,
		`{"errcode":88,"sub_code":"40000","sub_msg":"access_token is blank","errmsg":"x"}`,
	} {
		v := serve(t, always(200, body))
		require.Error(t, getV2(t, v.client(t)))
		assert.Len(t, v.fetched(), 1)
		assert.Len(t, v.seen(), 1)
	}
}

func TestTrapUnknownPathIsNotAMissingUser(t *testing.T) {
	for body, call := range map[string]func(testing.TB, *dingtalk.Client) error{
		// with HTTP 200, on either host
		`{"errcode":404,"errmsg":"请求的URI地址不存在"}`:                                                        search,
		`{"errcode":22,"sub_msg":"不存在的方法名","errmsg":"Invalid method[submsg=不存在的方法名]","request_id":"r"}`: getV2,
	} {
		err := call(t, serve(t, always(200, body)).client(t))
		assert.ErrorIs(t, err, clients.ErrInvalidArgument)
		assert.NotErrorIs(t, err, clients.ErrNotFound)
	}
}

func TestTrapBanIsNoSuccess(t *testing.T) {
	notice := `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0a1b2c3d"}`
	for name, call := range map[string]func(testing.TB, *dingtalk.Client) error{"plain": getV1, "gateway": getV2,
		"new host": search} {
		for _, status := range []int{200, 403, 429, 500, 503} {
			t.Run(fmt.Sprint(name, status), func(t *testing.T) {
				v := serve(t, always(status, notice))
				err := call(t, v.client(t, clients.WithRetry(clients.Retry{MaxWait: time.Hour})))
				require.ErrorIs(t, err, clients.ErrRateLimited)
				e := asError(t, err)
				assert.Equal(t, 5*time.Minute, e.RetryAfter)
				assert.Equal(t, "1111", e.Code)
				assert.Equal(t, "0a1b2c3d", e.RequestID)
				assert.Equal(t, &dingtalkapi.BanNotice{Status: 1111, Wait: 5, Source: "x5", Punish: "deny",
					UUID: "0a1b2c3d"}, e.Detail)
				assert.Len(t, v.seen(), 1, "only silence helps")
				assert.Empty(t, v.clock.Slept())
			})
		}
	}
	t.Run("as a page", func(t *testing.T) {
		v := serve(t, always(200, `<!DOCTYPE html><title>访问被拒绝</title>`))
		assert.ErrorIs(t, getV1(t, v.client(t)), clients.ErrBadResponse)
		assert.Len(t, v.seen(), 2, "a page is often gone a moment later")
	})
	t.Run("in place of a token", func(t *testing.T) {
		v := serve(t, always(200, userV1))
		c := newClient(t, internalConfig(), v.url, clients.WithClock(v.clock),
			clients.WithHTTPClient(&http.Client{Transport: banning{}}))
		err := getV1(t, c)
		assert.ErrorIs(t, err, clients.ErrRateLimited)
		assert.Equal(t, 5*time.Minute, asError(t, err).RetryAfter)
	})
}

// banning answers everything with a ban.
type banning struct{}

func (banning) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := newRecorder()
	always(200, `{"status":1111,"punish":"deny"}`)(recorder, request{}, 1)
	response := recorder.Result()
	response.Request = r
	return response, nil
}

func TestTrapObjectWithoutErrcodeIsNoAnswer(t *testing.T) {
	for _, body := range []string{`{"userid":"lin.mei01"}`, `{"errcode":null,"userid":"lin.mei01"}`,
		`{"errcode":"","userid":"lin.mei01"}`,
		`{"errcode":"none","userid":"lin.mei01"}`, `{"errcode":[],"userid":"lin.mei01"}`} {
		v := serve(t, always(200, body))
		assert.ErrorIsf(t, getV1(t, v.client(t)), clients.ErrBadResponse, body)
		assert.Len(t, v.seen(), 1)
	}
	assert.NoError(t, search(t, serve(t, always(200, found)).client(t)), "the new host has no errcode")
	v := serve(t, always(200, `{"errcode":"0","result":{"userid":"lin.mei01"}}`))
	assert.NoError(t, getV2(t, v.client(t)), "errcode in quotes, and no errmsg")
}

func TestTrapEndOfThePenaltyIsChinaTime(t *testing.T) {
	now := time.Date(2026, 8, 22, 2, 14, 40, 0, time.UTC)
	const text = "接口调用过于频繁，处罚将在 2026-08-22 10:15:02 结束"
	for name, tc := range map[string]struct {
		body   string
		waited time.Duration
	}{
		"plain": {`{"errcode":90018,"errmsg":"` + text + `"}`, 24 * time.Second},
		"gateway": {`{"errcode":88,"sub_code":"90002","sub_msg":"` + text + `","errmsg":"x[submsg=` + text + `]"}`,
			24 * time.Second},
		"text only": {`{"errcode":88,"errmsg":"ding talk error[subcode=90018,submsg=` + text + `]"}`, 24 * time.Second},
		"over":      {`{"errcode":90018,"errmsg":"处罚将在 2026-08-22 10:14:39 结束"}`, time.Second},
		"no time":   {`{"errcode":90018,"errmsg":"too fast"}`, time.Second},
		"no date":   {`{"errcode":90018,"errmsg":"处罚将在 2026-13-45 99:99:99 结束"}`, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			v := serve(t, first(200, tc.body, userV2))
			v.clock.Advance(now.Sub(v.clock.Now()))
			require.NoError(t, getV2(t, v.client(t)))
			assert.Equal(t, []time.Duration{tc.waited}, v.clock.Slept())
		})
	}
	t.Run("further off than the caller wants to wait", func(t *testing.T) {
		v := serve(t, always(200, `{"errcode":90018,"errmsg":"处罚将在 2026-08-22 10:30:00 结束"}`))
		v.clock.Advance(now.Sub(v.clock.Now()))
		err := getV2(t, v.client(t))
		assert.ErrorIs(t, err, clients.ErrRateLimited)
		assert.Equal(t, 15*time.Minute+22*time.Second, asError(t, err).RetryAfter)
		assert.Empty(t, v.clock.Slept())
	})
}

func TestTrapMonthlyQuotaIsNotWaitedFor(t *testing.T) {
	v := serve(t,
		always(403, `{"code":"Forbidden.AccessDenied.ApiCountLimitForOrg","requestid":"R","message":"月调用量用尽"}`))
	assert.ErrorIs(t, search(t, v.client(t)), clients.ErrRateLimited)
	assert.Empty(t, v.clock.Slept())
	assert.Len(t, v.seen(), 1)
}

func TestTrapMissingPermissionIsNamed(t *testing.T) {
	for text, want := range map[string][]string{
		"应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请":         {"qyapi_get_department_list"},
		"应用尚未开通所需的权限：[qyapi_get_member, Contact.User.Read]，点击链接": {"qyapi_get_member", "Contact.User.Read"},
		"没有调用该接口的权限": nil,
	} {
		encoded, _ := json.Marshal(text)
		v := serve(t, always(200, `{"errcode":88,"sub_code":"60011","sub_msg":`+string(
			encoded)+`,"errmsg":"x","request_id":"r"}`))
		err := getV2(t, v.client(t))
		require.ErrorIs(t, err, clients.ErrPermission)
		e := asError(t, err)
		assert.Equal(t, text, e.Message)
		assert.Equal(t, &dingtalk.ErrorDetail{ErrCode: "88", SubCode: "60011", SubMsg: text, ErrMsg: "x",
			Permissions: want}, e.Detail)
	}
}

// api.dingtalk.com names them in a member of their own, whatever the text says.
func TestTrapMissingPermissionIsNamedBesideTheText(t *testing.T) {
	for denied, want := range map[string][]string{
		`{"requiredScopes":["Contact.User.Read"]}`: {"Contact.User.Read"},
		`{"requiredScopes":["a.b","c.d"]}`:         {"a.b", "c.d"},
		`{"requiredScopes":null}`:                  {"in.text"},
		`{}`:                                       {"in.text"},
		`null`:                                     {"in.text"},
	} {
		v := serve(t, always(403, `{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","requestid":"R",`+
			`"message":"m [in.text]","accessdenieddetail":`+denied+`}`))
		err := search(t, v.client(t))
		require.ErrorIs(t, err, clients.ErrPermission)
		assert.Equal(t, &dingtalk.ErrorDetail{ErrMsg: "m [in.text]", Permissions: want}, asError(t, err).Detail, denied)
		assert.Len(t, v.seen(), 1)
	}
}

func TestTrapOutOfScopeIsNotMissing(t *testing.T) {
	for _, code := range []string{"50002", "50004"} {
		err := getV1(t, serve(t, always(200, `{"errcode":`+code+`,"errmsg":"不在授权范围"}`)).client(t))
		assert.ErrorIs(t, err, clients.ErrPermission)
		assert.NotErrorIs(t, err, clients.ErrNotFound)
	}
}

func TestTrapRefusedSecretIsNotTriedAgain(t *testing.T) {
	for _, tc := range []struct {
		cfg    func() dingtalk.Config
		host   dingtalk.TokenHost
		status int
		body   string
	}{
		{internalConfig, dingtalk.TokenHostNew, 400,
			`{"code":"invalidClientIdOrSecret","requestid":"R","message":"x"}`},
		{internalConfig, dingtalk.TokenHostNew, 400, `{"code":"InvalidAuthentication","requestid":"R","message":"x"}`},
		{internalConfig, dingtalk.TokenHostOld, 200, `{"errcode":40001,"errmsg":"x"}`},
		{internalConfig, dingtalk.TokenHostOld, 200, `{"errcode":40089,"errmsg":"x"}`},
		{internalConfig, dingtalk.TokenHostOld, 200, `{"errcode":40096,"errmsg":"x"}`},
		{suiteConfig, dingtalk.TokenHostOld, 200, `{"errcode":40001,"errmsg":"x"}`},
		{suiteConfig, dingtalk.TokenHostOld, 200, `{"errcode":40085,"errmsg":"x"}`},
		{suiteConfig, dingtalk.TokenHostOld, 200, `{"errcode":853004,"errmsg":"x"}`},
		{suiteConfig, dingtalk.TokenHostNew, 400, `{"code":"invalidSuiteTicket","requestid":"R","message":"x"}`},
	} {
		t.Run(tc.body, func(t *testing.T) {
			counted := &countingTransport{answer: always(tc.status, tc.body)}
			cfg := tc.cfg()
			cfg.TokenHost = tc.host
			c := newClient(t, cfg, "https://vendor.invalid", clients.WithHTTPClient(&http.Client{Transport: counted}),
				clients.WithClock(clienttest.NewClock()))
			for range 5 {
				assert.ErrorIs(t, getV1(t, c), clients.ErrUnauthenticated)
			}
			assert.EqualValues(t, 1, counted.sent.Load())
		})
	}
}
