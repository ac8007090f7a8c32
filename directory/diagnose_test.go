package directory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAHealthyCompanyHasNoFinding(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(400), sim.WithDepartments(20))
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			d, err := diagnose(t, v.Name, server, nil)
			require.NoError(t, err)
			assert.Empty(t, d.Findings)
			assert.Empty(t, d.Unseen)
			assert.False(t, d.Sick())
			assert.Contains(t, d.Healthy, "fields")
			assert.LessOrEqual(t, d.Requests, 130)
			assert.Equal(t, 20, *d.Range.Departments)
			assert.True(t, d.Range.Whole)
		})
	}
}

// cause is a way to make one thing wrong.
type cause struct {
	code   string
	name   string // "": the code
	option sim.Option
	do     func(s *sim.Server)
	env    func(s *sim.Server, env map[string]string)
	client clients.Option
	says   []string // in the finding

	with    []string // codes that come of it as well
	touches string   // what no other cause may change at the same time

	// hides are codes that cannot be seen beside it; "*" are all that come with the answer to a call.
	hides []string
}

func (c cause) String() string {
	if c.name != "" {
		return c.name
	}
	return c.code
}

// withoutCalls are the codes that do not depend on what is answered to calls.
var withoutCalls = []string{"clock-off", "token-store-unreachable"}

// everything hides all but what is seen without the answer to a call.
var everything = []string{"*"}

func (c cause) hidesCause(other cause) bool {
	return slices.Contains(c.hides, other.code) || slices.Contains(c.hides, "*") && !slices.Contains(withoutCalls,
		other.code)
}

// set changes a variable.
func set(name, value string) func(*sim.Server, map[string]string) {
	return func(_ *sim.Server, env map[string]string) { env[name] = value }
}

// refuse makes calls of an operation be refused with a code.
func refuse(vendor, code string, operations ...string) func(*sim.Server) {
	return func(s *sim.Server) {
		for _, op := range operations {
			s.Inject(vendor, op, sim.Fault{Kind: sim.FaultVendorError, Code: code, Status: 403})
		}
	}
}

// slowClock is ten minutes and a half behind.
type slowClock struct{}

func (slowClock) Now() time.Time { return time.Now().Add(-10*time.Minute - 30*time.Second) }
func (slowClock) Sleep(ctx context.Context, _ time.Duration) error {
	return context.Cause(ctx)
}

// brokenStore is a store that cannot be reached.
type brokenStore struct{}

var errBroken = errors.New("dial tcp 10.0.0.1:6379: connection refused")

func (brokenStore) Get(context.Context, string) (token.Token, error) { return token.Token{}, errBroken }
func (brokenStore) Set(context.Context, string, token.Token) error   { return errBroken }
func (brokenStore) TryLock(context.Context, string) (func(), bool, error) {
	return nil, false, errBroken
}

// by provokes a cause at a vendor.
func by(vendor string, c sim.Cause) sim.Option { return sim.WithCause(vendor, c) }

// everywhere are the causes that all vendors have. secret and base are variables; address is what the page of the
// address list is called, and ranged that of the range.
func everywhere(vendor, secret, base, address, ranged, enable string) []cause {
	wrongPort := func(_ *sim.Server, env map[string]string) {
		_, path, _ := strings.Cut(strings.TrimPrefix(env[base], "http://"), "/")
		env[base] = "http://127.0.0.1:1/" + path
	}
	withClock := append([]string{"clock-off"}, everything...)
	return []cause{
		{code: "credentials-refused", env: set(secret, strings.Repeat("w", 43)), says: []string{secret},
			touches: "secret",
			hides:   everything},
		{code: "base-url-wrong", name: "wrong path", says: []string{base, "/nothing"}, hides: withClock,
			env: func(s *sim.Server, env map[string]string) { env[base] = s.URL + "/nothing" }},
		{code: "base-url-wrong", name: "nobody listens", env: wrongPort, says: []string{base, "nothing answers"},
			hides: withClock},
		{code: "base-url-wrong", name: "a page", says: []string{base}, hides: withClock,
			option: by(vendor, sim.Cause{Kind: sim.CauseBaseURLWrong})},
		{code: "base-url-wrong", name: "not found", says: []string{base}, hides: withClock,
			option: by(vendor, sim.Cause{Kind: sim.CauseBaseURLWrong, Status: 404})},
		{code: "clock-off", client: clients.WithClock(slowClock{}), says: []string{"10m", "timedatectl"},
			touches: "clock"},
		{code: "clock-off", name: "the vendor's clock", says: []string{"7m", "behind", "timedatectl"}, touches: "clock",
			option: by(vendor, sim.Cause{Kind: sim.CauseClockOff, By: -7*time.Minute - 30*time.Second})},
		{code: "token-store-unreachable", client: clients.WithTokenStore(brokenStore{}),
			says: []string{"connection refused", "Redis"}},
		{code: "range-partial", says: []string{"department", ranged}, touches: "range",
			option: by(vendor, sim.Cause{Kind: sim.CauseRangePartial, Departments: []sim.DepartmentKey{2}})},
		{code: "range-empty", says: []string{ranged}, touches: "range",
			option: by(vendor, sim.Cause{Kind: sim.CauseRangeEmpty}),
			hides: []string{"field-permission-missing", "field-date-rule", "permission-missing", "quota-used-up",
				"edition-lacks-interface"}},
		{code: "address-refused", says: []string{"127.0.0.1", address}, hides: everything,
			option: by(vendor, sim.Cause{Kind: sim.CauseAddressRefused})},
		{code: "app-disabled", says: []string{enable}, hides: everything,
			option: by(vendor, sim.Cause{Kind: sim.CauseAppDisabled})},
	}
}

// lacking takes permissions or operations from the apps.
func lacking(vendor string, names ...string) sim.Option {
	return by(vendor, sim.Cause{Kind: sim.CausePermissionMissing, Names: names})
}

// withheld takes what opens fields from the apps.
func withheld(vendor string, names ...string) sim.Option {
	return by(vendor, sim.Cause{Kind: sim.CauseFieldPermissionMissing, Names: names})
}

func causesOf(vendor string) []cause {
	switch vendor {
	case "wecom":
		return append(everywhere(vendor, "WECOM_APP_SECRET", "WECOM_BASE_URL", "企业可信IP", "可见范围", "启用应用"),
			cause{code: "credentials-refused", name: "corp id", env: set("WECOM_CORP_ID", "wwother0000000001"),
				says: []string{"WECOM_CORP_ID", "企业ID"}, hides: everything},
			cause{code: "credentials-refused", name: "contact secret", touches: "contact secret",
				env: set("WECOM_CONTACT_SECRET", strings.Repeat("w", 43)), says: []string{"WECOM_CONTACT_SECRET",
					"通讯录同步"}},
			cause{code: "secret-of-another-kind", hides: everything, says: []string{"WECOM_APP_SECRET", "自建应用"},
				touches: "secret",
				env: func(_ *sim.Server, env map[string]string) {
					env["WECOM_APP_SECRET"] = env["WECOM_CONTACT_SECRET"]
				}},
			cause{code: "secret-of-another-kind", name: "contact secret of an app", touches: "contact secret",
				says: []string{"WECOM_CONTACT_SECRET", "通讯录同步"},
				env: func(s *sim.Server, env map[string]string) {
					env["WECOM_CONTACT_SECRET"] = s.Credentials().WeCom.AppSecret
				}},
			cause{code: "secret-of-another-kind", name: "both the wrong way round", touches: "contact secret",
				says: []string{"WECOM_APP_SECRET", "Swap them"}, hides: everything,
				option: by(vendor, sim.Cause{Kind: sim.CauseSecretOfAnotherKind})},
			cause{code: "app-mismatch", touches: "agent", env: set("WECOM_AGENT_ID", "4711"),
				says: []string{"WECOM_AGENT_ID", "AgentId"}, hides: []string{"range-partial", "range-empty"}},
			cause{code: "permission-missing", option: lacking(vendor, "GetUserList"), says: []string{"GetUserList",
				"自建应用"},
				hides: []string{"field-date-rule"}},
			cause{code: "quota-used-up", do: refuse(vendor, "45009", "GetUserList"), says: []string{"GetUserList",
				"45009"},
				hides: []string{"field-date-rule", "permission-missing"}},
			cause{code: "field-date-rule", option: sim.WithWeComAppCreatedAfter2022(),
				says: []string{"phoneNumbers.mobile", "2022", "snsapi_privateinfo"}},
			cause{code: "field-date-rule", name: "withheld fields", says: []string{"phoneNumbers.mobile", "2022"},
				option: withheld(vendor, "avatar", "thumb_avatar", "gender", "mobile", "email", "biz_mail", "qr_code",
					"address")},
			cause{code: "range-unknown", touches: "agent", env: set("WECOM_AGENT_ID", ""),
				says:  []string{"WECOM_AGENT_ID"},
				hides: []string{"range-empty", "range-partial"}},
		)
	case "dingtalk":
		return append(everywhere(vendor, "DINGTALK_APP_SECRET", "DINGTALK_BASE_URL", "服务器出口IP", "权限范围", "启用"),
			cause{code: "secret-of-another-kind", hides: everything, says: []string{"企业内部应用", "SuiteKey"},
				touches: "secret",
				env: func(s *sim.Server, env map[string]string) {
					c := s.Credentials().DingTalk
					env["DINGTALK_APP_KEY"], env["DINGTALK_APP_SECRET"] = c.SuiteKey, c.SuiteSecret
				}},
			cause{code: "credentials-refused", name: "an unknown key", says: []string{"SuiteKey"}, touches: "secret",
				option: by(vendor, sim.Cause{Kind: sim.CauseSecretOfAnotherKind}), hides: everything},
			cause{code: "permission-missing", name: "departments", says: []string{"qyapi_get_department_list", "权限管理"},
				option: lacking(vendor, "qyapi_get_department_list"), hides: []string{"field-permission-missing",
					"range-empty"}},
			cause{code: "permission-missing", name: "members", says: []string{"qyapi_get_department_member", "权限管理"},
				option: lacking(vendor, "qyapi_get_department_member"), hides: []string{"field-permission-missing"}},
			cause{code: "permission-missing", name: "range", says: []string{"getAuthScopes", "qyapi_base"},
				option: lacking(vendor, "getAuthScopes"), hides: []string{"range-partial", "range-empty"}},
			cause{code: "field-permission-missing", option: withheld(vendor, "fieldMobile"),
				says: []string{"phoneNumbers.mobile", "企业员工手机号信息"}},
			cause{code: "field-permission-missing", name: "both", option: sim.WithDingTalkImpersonalApp(),
				says: []string{"emails.home", "邮箱等个人信息"}},
			cause{code: "address-banned", do: func(s *sim.Server) { s.DingTalk().Ban(sim.DingTalkBan{}) },
				says: []string{"five minutes"}, hides: everything},
			cause{code: "quota-used-up", do: refuse(vendor, "90020", "listDepartmentUsersV2"),
				says: []string{"90020", "listDepartmentUsersV2"}, hides: []string{"field-permission-missing",
					"permission-missing"}},
		)
	case "feishu":
		return append(everywhere(vendor, "FEISHU_APP_SECRET", "FEISHU_BASE_URL", "IP 白名单", "通讯录权限范围", "启用"),
			cause{code: "credentials-refused", name: "app id", env: set("FEISHU_APP_ID", "cli_other0000001"),
				says: []string{"FEISHU_APP_ID", "open.larksuite.com"}, hides: everything},
			cause{code: "credentials-refused", name: "an app of Lark", says: []string{"open.larksuite.com"},
				option: by(vendor, sim.Cause{Kind: sim.CauseSecretOfAnotherKind}), hides: everything},
			cause{code: "app-unpublished", says: []string{"创建版本"}, hides: everything,
				option: by(vendor, sim.Cause{Kind: sim.CauseAppUnpublished})},
			cause{code: "permission-missing", option: lacking(vendor, directoryScopes()...),
				with: []string{"field-permission-missing"}, hides: []string{"range-partial", "range-empty"},
				says: []string{"contact:contact:readonly_as_app", "权限管理", "版本管理与发布"}},
			cause{code: "permission-missing", name: "members", option: lacking(vendor, "listUsersByDepartment"),
				says: []string{"listUsersByDepartment", "权限管理"}},
			cause{code: "field-permission-missing", option: withheld(vendor, "contact:user.phone:readonly"),
				says: []string{"phoneNumbers.mobile", "contact:user.phone:readonly"}},
			cause{code: "edition-lacks-interface", says: []string{"listUsersByDepartment", "44052", "版本"},
				option: by(vendor, sim.Cause{Kind: sim.CauseEditionLacks, Names: []string{"listUsersByDepartment"}}),
				hides:  []string{"permission-missing"}},
			cause{code: "quota-used-up", option: sim.WithFeishuFreePlan(1), says: []string{"99991403"},
				hides: everything},
		)
	default:
		return append(everywhere(vendor, "WPS_APP_KEY", "WPS_BASE_URL", "IP 白名单", "数据权限", "启用"),
			cause{code: "secret-of-another-kind", hides: everything, says: []string{"自建应用"}, touches: "secret",
				env: func(s *sim.Server, env map[string]string) {
					c := s.Credentials().WPS
					env["WPS_APP_ID"], env["WPS_APP_KEY"] = c.ThirdPartyAppID, c.ThirdPartyAppKey
				}},
			cause{code: "secret-of-another-kind", name: "a third party's app", says: []string{"服务商应用"},
				hides:  everything,
				option: by(vendor, sim.Cause{Kind: sim.CauseSecretOfAnotherKind})},
			cause{code: "app-disabled", name: "not released", says: []string{"应用发布"}, hides: everything,
				option: by(vendor, sim.Cause{Kind: sim.CauseAppUnpublished})},
			cause{code: "signature-refused", says: []string{"接口签名", "WPS_APP_KEY"}, hides: everything,
				option: by(vendor, sim.Cause{Kind: sim.CauseSignatureRefused})},
			cause{code: "permission-missing", option: lacking(vendor, "kso.contact.read", "kso.contact.readwrite"),
				says: []string{"kso.contact.read", "能力权限"}, hides: []string{"range-partial", "range-empty",
					"field-permission-missing", "edition-lacks-interface"}},
			cause{code: "field-permission-missing", option: withheld(vendor, "kso.user_phone.read"),
				says: []string{"phoneNumbers.mobile", "kso.user_phone.read"}},
			cause{code: "field-permission-missing", name: "the company's own fields",
				option: withheld(vendor, "kso.user_custom_attr.readwrite"),
				says:   []string{"attributes", "kso.user_custom_attr.readwrite"}},
			cause{code: "edition-lacks-interface", says: []string{"listDeptMembers", "interface_company_doc", "套餐"},
				option: by(vendor, sim.Cause{Kind: sim.CauseEditionLacks, Names: []string{"listDeptMembers"}}),
				hides:  []string{"permission-missing", "field-permission-missing"}},
		)
	}
}

// directoryScopes are Feishu's permissions to call anything.
func directoryScopes() []string {
	return []string{"contact:contact.base:readonly", "contact:contact:readonly", "contact:contact:readonly_as_app",
		"contact:contact:access_as_app", "contact:department.organize:readonly"}
}

// diagnose opens a vendor's directory with what the causes make of it and looks at it.
func diagnose(t *testing.T, vendor string, server *sim.Server, causes []cause) (directory.Diagnosis, error) {
	t.Helper()
	v, err := vendors.Named(vendor)
	require.NoError(t, err)
	env := v.Simulated(server)
	var options []clients.Option
	if causes != nil { // of whom none is about quotas that are kept to
		options = append(options, clients.WithLimiter(clients.NoLimit), clients.WithRetry(clients.NoRetry))
	}
	for _, c := range causes {
		if c.do != nil {
			c.do(server)
		}
		if c.env != nil {
			c.env(server, env)
		}
		if c.client != nil {
			options = append(options, c.client)
		}
	}
	opened, err := v.Open(env, options...)
	require.NoError(t, err)
	return directory.Diagnose(t.Context(), opened.Directory, directory.DiagnoseOptions{})
}

// sick serves a company in which the causes hold and looks at it.
func sick(t *testing.T, vendor string, causes ...cause) directory.Diagnosis {
	t.Helper()
	options := []sim.Option{sim.WithPeople(60), sim.WithDepartments(8), sim.WithoutQuotas()}
	for _, c := range causes {
		if c.option != nil {
			options = append(options, c.option)
		}
	}
	server := simtest.Serve(t, options...)
	d, err := diagnose(t, vendor, server, causes)
	require.NoError(t, err)
	assertNoPerson(t, server, d)
	return d
}

// assertNoPerson finds nobody's data in a diagnosis.
func assertNoPerson(t *testing.T, server *sim.Server, d directory.Diagnosis) {
	t.Helper()
	text, err := json.Marshal(d)
	require.NoError(t, err)
	for _, p := range server.Organisation().People() {
		for _, value := range []string{p.UserID, p.Email, p.Mobile.Number, p.FeishuOpenID, p.WPSUserID} {
			if len(value) > 4 {
				require.NotContains(t, string(text), value)
			}
		}
	}
}

func found(d directory.Diagnosis, c cause) *directory.Finding {
	for _, f := range d.Findings {
		if f.Code != c.code {
			continue
		}
		text := fmt.Sprintf("%+v", f)
		if !slices.ContainsFunc(c.says, func(word string) bool { return !strings.Contains(text, word) }) {
			return &f
		}
	}
	return nil
}

func codes(d directory.Diagnosis) (all []string) {
	for _, f := range d.Findings {
		all = append(all, f.Code)
	}
	return all
}

func TestEachCauseAloneIsNamed(t *testing.T) {
	for _, vendor := range vendors.Names() {
		for _, c := range causesOf(vendor) {
			t.Run(vendor+"/"+c.String(), func(t *testing.T) {
				d := sick(t, vendor, c)
				f := found(d, c)
				if !assert.NotNil(t, f, "%+v", d.Findings) {
					return
				}
				assert.NotEmpty(t, f.Where.Console)
				assert.NotEmpty(t, f.Where.Page)
				assert.NotEmpty(t, f.Where.Switch)
				assert.NotEmpty(t, f.Do)
				assert.NotRegexp(t, `\{[a-z]+\}`, f.Seen+f.Means+f.Do+f.Where.Page+f.Where.Switch,
					"what is not filled in")
				for _, other := range d.Findings {
					assert.Contains(t, append([]string{c.code}, c.with...), other.Code, "nothing else is wrong")
				}
			})
		}
	}
}

func TestOfTwoCausesNeitherIsLost(t *testing.T) {
	for _, vendor := range vendors.Names() {
		all := causesOf(vendor)
		for i, a := range all {
			for _, b := range all[i+1:] {
				if a.code == b.code && len(a.hides) == len(b.hides) || a.touches != "" && a.touches == b.touches {
					continue // two ways to the same, or one at a time
				}
				t.Run(fmt.Sprintf("%s/%s and %s", vendor, a, b), func(t *testing.T) {
					d := sick(t, vendor, a, b)
					seenA, seenB := found(d, a) != nil, found(d, b) != nil
					hidden := a.hidesCause(b) || b.hidesCause(a)
					if !hidden {
						assert.True(t, seenA && seenB, "%v %+v", codes(d), d.Unseen)
						return
					}
					require.True(t, seenA || seenB, "%v", codes(d))
					hider := a
					if !seenA {
						hider = b
					}
					if seenA && seenB {
						return
					}
					assert.True(t, slices.ContainsFunc(d.Unseen, func(u directory.Unseen) bool {
						return u.Why != "" && slices.Contains(u.Because, hider.code)
					}), "%s hides the other, and nothing says so: %+v", hider, d.Unseen)
				})
			}
		}
	}
}

// rewrite changes the answers to requests whose path ends in suffix.
func rewrite(suffix string, change func(r *http.Request, body string) string) sim.Option {
	return sim.WithMiddleware(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, suffix) {
				next.ServeHTTP(w, r)
				return
			}
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			body := change(r, answer.Body.String())
			w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
			w.WriteHeader(answer.Code)
			fmt.Fprint(w, body)
		})
	})
}

// What the simulator's company does not have, but others do.
func TestOddPeopleAndDepartments(t *testing.T) {
	userids := regexp.MustCompile(`"userid":"[^"]*"`)
	places := regexp.MustCompile(`"department":\[[^\]]*\]`)
	for name, test := range map[string]struct {
		option sim.Option
		code   string
		says   []string
	}{
		"ids in two spellings": {code: "ids-spelled-twice", says: []string{"FoldUserID"},
			option: rewrite("/user/list", func(r *http.Request, body string) string {
				if id := r.URL.Query().Get("department_id"); (id[len(id)-1]-'0')%2 == 0 {
					return body
				}
				all := userids.FindAllString(body, -1)
				for _, id := range all {
					body = strings.ReplaceAll(body, id, `"userid":"`+strings.ToUpper(id[len(`"userid":"`):]))
				}
				return body
			})},
		"people without department": {code: "people-without-department", says: []string{"60 people"},
			option: rewrite("/user/list", func(_ *http.Request, body string) string {
				return places.ReplaceAllString(body, `"department":[]`)
			})},
		"tags in the range": {code: "range-has-groups", says: []string{"1 groups or tags", "标签"},
			option: rewrite("/agent/get", func(_ *http.Request, body string) string {
				body = strings.Replace(body, `"partyid":[1]`, `"partyid":[2]`, 1)
				return strings.Replace(body, `"tagid":[]`, `"tagid":[7]`, 1)
			})},
		"a refusal that nobody explains": {code: "unexplained-refusal", says: []string{"40003", "devtool"},
			option: rewrite("/user/list", func(*http.Request,
				string) string {
				return `{"errcode":40003,"errmsg":"invalid userid"}`
			})},
	} {
		t.Run(name, func(t *testing.T) {
			d := sick(t, "wecom", cause{option: test.option})
			assert.NotNil(t, found(d, cause{code: test.code, says: test.says}), "%+v", d.Findings)
		})
	}
}

func TestMostlyEmptyDepartmentsAreNoticed(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(20), sim.WithoutQuotas(),
		rewrite("/user/list", func(r *http.Request, body string) string {
			if r.URL.Query().Get("department_id") == "1" {
				return body
			}
			return `{"errcode":0,"errmsg":"ok","userlist":[]}`
		}))
	d, err := diagnose(t, "wecom", server, []cause{})
	require.NoError(t, err)
	assert.Contains(t, codes(d), "departments-without-people")
	assert.Equal(t, d.Range.LeafDepartments, d.Range.EmptyDepartments)
}

func TestWhatTheVendorSaysOfTheQuotaIsBelieved(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8), sim.WithoutQuotas(),
		sim.WithMiddleware(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-RateLimit-Limit", "1000")
				w.Header().Set("X-RateLimit-Remaining", "7")
				next.ServeHTTP(w, r)
			})
		}))
	d, err := diagnose(t, "feishu", server, []cause{})
	require.NoError(t, err)
	assert.NotNil(t, found(d, cause{code: "quota-low", says: []string{"7 of 1000"}}), "%+v", d.Findings)
}

func TestAnOutageIsNoFinding(t *testing.T) {
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			server := simtest.Serve(t, sim.WithPeople(12), sim.WithDepartments(4))
			server.Inject(v.Name, "*", sim.Fault{Kind: sim.FaultHTMLError, Status: 502})
			d, err := diagnose(t, v.Name, server, []cause{})
			require.ErrorIs(t, err, clients.ErrUnavailable)
			assert.Empty(t, d.Findings)
		})
	}
}

func TestADiagnosisEndsWithItsContextAndKeepsToItsBounds(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(600), sim.WithDepartments(200), sim.WithoutQuotas())
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			opened, err := v.Open(v.Simulated(server), clients.WithLimiter(clients.NoLimit))
			require.NoError(t, err)
			d, err := directory.Diagnose(t.Context(), opened.Directory, directory.DiagnoseOptions{MaxCalls: 20,
				Sample: 50})
			require.NoError(t, err)
			assert.LessOrEqual(t, d.Requests, 20+16, "what is under way goes on to its end")
			assert.LessOrEqual(t, d.Range.SampledPeople, 60)

			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err = directory.Diagnose(ctx, opened.Directory, directory.DiagnoseOptions{})
			assert.ErrorIs(t, err, context.Canceled)
		})
	}
	_, err := directory.Diagnose(t.Context(), nil, directory.DiagnoseOptions{})
	assert.Error(t, err)
}

// Diagnosing only reads: a company that was looked at is as it was.
func TestADiagnosisOnlyReads(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(30), sim.WithDepartments(6), sim.WithoutQuotas())
	for _, v := range vendors.All() {
		_, err := diagnose(t, v.Name, server, []cause{})
		require.NoError(t, err)
		for _, r := range server.Requests(v.Name) {
			for _, verb := range []string{"create", "update", "delete", "patch", "invite", "replace", "sync",
				"logout"} {
				assert.NotContains(t, strings.ToLower(r.Operation), verb)
			}
		}
	}
}

// The switch 接口签名 is on and the client does not sign, or signs a path that a gateway has changed.
func TestSignaturesAtWPS(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(12), sim.WithDepartments(4), sim.WithoutQuotas(),
		sim.WithWPSUnsignedPrefix())
	own := server.Credentials().WPS
	for name, cfg := range map[string]wps.Config{
		"unsigned":     {Signing: wps.SignNever},
		"wrong prefix": {UnsignedPathPrefix: "/"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg.AppID, cfg.AppKey = own.AppID, clients.Secret(own.AppKey)
			c, err := wps.New(cfg, clients.WithBaseURL(server.WPSURL()), clients.WithRetry(clients.NoRetry))
			require.NoError(t, err)
			d, err := directory.Diagnose(t.Context(), directory.WPS(c), directory.DiagnoseOptions{})
			require.NoError(t, err)
			assert.NotNil(t, found(d, cause{code: "signature-refused", says: []string{"接口签名", "UnsignedPathPrefix"}}),
				"%+v", d.Findings)
		})
	}
}

// What lies outside of the range is counted, also where only reading all of it tells how many people are inside.
func TestWhatLiesOutsideIsCounted(t *testing.T) {
	for _, vendor := range []string{"wecom", "dingtalk"} {
		t.Run(vendor, func(t *testing.T) {
			d := sick(t, vendor, cause{option: by(vendor, sim.Cause{Kind: sim.CauseRangePartial,
				Departments: []sim.DepartmentKey{2}})})
			require.NotNil(t, d.Range.People)
			assert.Equal(t, d.Range.SampledPeople, *d.Range.People)
			assert.NotNil(t, found(d, cause{code: "range-partial", says: []string{
				fmt.Sprintf("%d of 60 people lie outside", 60-*d.Range.People)}}), "%+v", d.Findings)
		})
	}
}
