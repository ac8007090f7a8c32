package sim_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// corp is a served simulator with a caller for each kind of secret, and some people and departments of it.
type corp struct {
	*testing.T
	srv                    *sim.Server
	contact, app, provider *weComCaller
	clock                  *clock
	founder, staff         sim.Person // the creator, and an active member who is in no other than the main department
	unbound, inactive      sim.Person // an active member without WeChat, and one who is not activated
	empty                  sim.Department
	full                   sim.Department // the main department of staff
}

func newCorp(t *testing.T, opts ...sim.Option) *corp {
	t.Helper()
	k := newClock()
	srv := serve(t, append([]sim.Option{sim.WithClock(k.Now)}, opts...)...)
	c := &corp{T: t, srv: srv, clock: k, contact: contactOf(t, srv), app: appOf(t, srv), provider: providerOf(t, srv)}
	org := srv.Organisation()
	for _, p := range slices.Backward(org.People()) {
		switch {
		case p.Founder:
			c.founder = p
		case p.Status == sim.StatusNotActivated:
			c.inactive = p
		case p.Status == sim.StatusActive && p.WeChatOpenID == "":
			c.unbound = p
		case p.Status == sim.StatusActive && len(p.Memberships) == 1 && p.Mobile.Number != "" && p.CorpEmail != "" &&
			p.Email != "" && p.MainDepartment != sim.RootDepartment:
			c.staff = p
		}
	}
	var err error
	c.empty, err = org.AddDepartment(sim.Department{Parent: sim.RootDepartment, Name: "空部门"})
	require.NoError(t, err)
	c.full, _ = org.Department(c.staff.MainDepartment)
	require.NotZero(t, c.founder.Key)
	require.NotZero(t, c.staff.Key)
	require.NotZero(t, c.unbound.Key)
	require.NotZero(t, c.inactive.Key)
	return c
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

// upload uploads a file and returns the answer.
func (c *weComCaller) upload(kind, name string, data []byte) reply {
	c.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("media", name)
	require.NoError(c.t, err)
	_, err = part.Write(data)
	require.NoError(c.t, err)
	require.NoError(c.t, w.Close())
	q := url.Values{"access_token": {c.token}, "type": {kind}}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.srv.WeComURL()+"/media/upload?"+q.Encode(),
		&form)
	require.NoError(c.t, err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	return do(c.t, req)
}

// tag makes a tag that belongs to the contact sync, and returns its id.
func (c *corp) tag() int64 {
	c.Helper()
	var made struct {
		ID int64 `json:"tagid"`
	}
	name := fmt.Sprint("试点", len(c.srv.Organisation().Groups(sim.Tag)))
	c.contact.post("/tag/create", map[string]any{"tagname": name}).ok().decode(&made)
	return made.ID
}

// loginCode is the code with which staff comes to the self-built app.
func (c *corp) loginCode(private bool) string {
	c.Helper()
	code, err := c.srv.WeCom().LoginCode(c.staff.UserID, private)
	require.NoError(c, err)
	return code
}

// suiteToken buys the token of the third-party app.
func (c *corp) suiteToken(ticket string) reply {
	c.Helper()
	demo := c.srv.Credentials().WeCom
	return c.app.post("/service/get_suite_token",
		map[string]any{"suite_id": demo.SuiteID, "suite_secret": demo.SuiteSecret, "suite_ticket": ticket})
}

// suite calls as the third-party app itself.
func (c *corp) suite(method, path string, query url.Values, body any) reply {
	c.Helper()
	token := c.suiteToken(c.srv.Credentials().WeCom.SuiteTicket).ok().str("suite_access_token")
	if query == nil {
		query = url.Values{}
	}
	query.Set("suite_access_token", token)
	text := ""
	if body != nil {
		text = asJSON(c.T, body)
	}
	return c.app.raw(method, path, query, text)
}

// permanent is what the third-party app has of the corp at first.
func (c *corp) permanent() map[string]any {
	demo := c.srv.Credentials().WeCom
	return map[string]any{"auth_corpid": demo.CorpID, "permanent_code": demo.PermanentCode}
}

// suiteCode is the code with which staff comes to the third-party app and shows private fields.
func (c *corp) suiteCode() string {
	c.Helper()
	back := c.browse("/wecom/connect/oauth2/authorize", url.Values{
		"appid": {c.srv.Credentials().WeCom.SuiteID}, "redirect_uri": {"https://portal.example.com/back"},
		"response_type": {"code"}, "scope": {"snsapi_privateinfo"}, "state": {"s1"}, "sim_user": {c.staff.UserID}})
	return back.Get("code")
}

// browse opens a page as a browser does, and returns the query of the address to which it is sent on.
func (c *corp) browse(path string, query url.Values) url.Values {
	c.Helper()
	status, header, text := c.open(path + "?" + query.Encode())
	require.Equal(c, http.StatusFound, status, text)
	to, err := url.Parse(header.Get("Location"))
	require.NoError(c, err)
	return to.Query()
}

// open gets an address without following redirects.
func (c *corp) open(target string) (int, http.Header, string) {
	c.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	req, err := http.NewRequestWithContext(c.Context(), http.MethodGet, c.srv.URL+target, nil)
	require.NoError(c, err)
	rsp, err := browser.Do(req)
	require.NoError(c, err)
	defer rsp.Body.Close()
	body, err := io.ReadAll(rsp.Body)
	require.NoError(c, err)
	return rsp.StatusCode, rsp.Header, string(body)
}

func (c *corp) csv(text string) string {
	c.Helper()
	return c.contact.upload("file", "members.csv", []byte(text)).ok().str("media_id")
}

func TestWeComEveryOperation(t *testing.T) {
	type m = map[string]any
	const aesKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	cases := map[string]struct {
		good   func(c *corp) reply
		errmsg string // of the success; "ok" if empty
		bad    func(c *corp) reply
		code   int
	}{
		"GetToken": {
			good: func(c *corp) reply {
				return c.app.raw("GET", "/gettoken",
					url.Values{"corpid": {c.srv.Credentials().WeCom.CorpID},
						"corpsecret": {c.srv.Credentials().WeCom.AppSecret}}, "")
			},
			bad: func(c *corp) reply {
				return c.app.raw("GET", "/gettoken", url.Values{"corpid": {"ww0"}, "corpsecret": {"x"}}, "")
			},
			code: 40013,
		},
		"CreateUser": {
			good: func(c *corp) reply {
				return c.contact.post("/user/create",
					m{"userid": "chen.yq", "name": "陈雨晴", "mobile": "13900001111", "department": []int64{1},
						"to_invite": false})
			},
			errmsg: "created",
			bad: func(c *corp) reply {
				return c.contact.post("/user/create", m{"userid": c.staff.UserID, "name": "x", "mobile": "13900001111"})
			},
			code: 60102,
		},
		"UpdateUser": {
			good: func(c *corp) reply {
				return c.contact.post("/user/update", m{"userid": c.staff.UserID, "position": "会计"})
			},
			errmsg: "updated",
			bad:    func(c *corp) reply { return c.contact.post("/user/update", m{"userid": "ghost"}) },
			code:   60111,
		},
		"DeleteUser": {
			good:   func(c *corp) reply { return c.contact.get("/user/delete", "userid", c.staff.UserID) },
			errmsg: "deleted",
			bad:    func(c *corp) reply { return c.contact.get("/user/delete", "userid", c.founder.UserID) },
			code:   301005,
		},
		"DeleteBatchUser": {
			good: func(c *corp) reply {
				return c.contact.post("/user/batchdelete", m{"useridlist": []string{c.staff.UserID, c.inactive.UserID}})
			},
			errmsg: "deleted",
			bad: func(c *corp) reply {
				return c.contact.post("/user/batchdelete", m{"useridlist": []string{c.staff.UserID, "ghost"}})
			},
			code: 40031,
		},
		"GetUser": {
			good: func(c *corp) reply { return c.app.get("/user/get", "userid", c.staff.UserID) },
			bad:  func(c *corp) reply { return c.app.get("/user/get", "userid", "ghost") },
			code: 60111,
		},
		"GetUserList": {
			good: func(c *corp) reply { return c.app.get("/user/list", "department_id", "1") },
			bad:  func(c *corp) reply { return c.app.get("/user/list", "department_id", "77") },
			code: 60003,
		},
		"GetUserSimplelist": {
			good: func(c *corp) reply { return c.app.get("/user/simplelist", "department_id", "1") },
			bad:  func(c *corp) reply { return c.app.get("/user/simplelist") },
			code: 41019,
		},
		"ListUserId": {
			good: func(c *corp) reply { return c.contact.post("/user/list_id", m{"limit": 3}) },
			bad:  func(c *corp) reply { return c.contact.post("/user/list_id", m{"limit": 3, "cursor": "?"}) },
			code: 60268,
		},
		"GetUseridByMobile": {
			good: func(c *corp) reply { return c.app.post("/user/getuserid", m{"mobile": c.staff.Mobile.Number}) },
			bad:  func(c *corp) reply { return c.app.post("/user/getuserid", m{"mobile": "13999999999"}) },
			code: 46004,
		},
		"GetUseridByEmail": {
			good: func(c *corp) reply { return c.app.post("/user/get_userid_by_email", m{"email": c.staff.CorpEmail}) },
			// the default is the other kind
			bad:  func(c *corp) reply { return c.app.post("/user/get_userid_by_email", m{"email": c.staff.Email}) },
			code: 46004,
		},
		"GetActiveStat": {
			good: func(c *corp) reply { return c.contact.post("/user/get_active_stat", m{"date": "2026-02-20"}) },
			bad:  func(c *corp) reply { return c.contact.post("/user/get_active_stat", m{"date": "2025-12-31"}) },
			code: 40058,
		},
		"GetJoinQrcode": {
			good: func(c *corp) reply { return c.contact.get("/corp/get_join_qrcode", "size_type", "3") },
			bad:  func(c *corp) reply { return c.contact.get("/corp/get_join_qrcode", "size_type", "9") },
			code: 40035,
		},
		"ListDepartment": {
			good: func(c *corp) reply { return c.app.get("/department/list") },
			bad:  func(c *corp) reply { return c.app.get("/department/list", "id", "77") },
			code: 60003,
		},
		"ListDepartmentSimple": {
			good: func(c *corp) reply { return c.contact.get("/department/simplelist", "id", "1") },
			bad:  func(c *corp) reply { return c.contact.get("/department/simplelist", "id", "-1") },
			code: 60123,
		},
		"GetAgent": {
			good: func(c *corp) reply { return c.app.get("/agent/get", "agentid", "1000002") },
			bad:  func(c *corp) reply { return c.app.get("/agent/get", "agentid", "1000003") },
			code: 301002,
		},
		"GetDepartment": {
			good: func(c *corp) reply { return c.app.get("/department/get", "id", id(c.full.WeComID)) },
			bad:  func(c *corp) reply { return c.app.get("/department/get", "id", "77") },
			code: 60003,
		},
		"CreateDepartment": {
			good: func(c *corp) reply {
				return c.contact.post("/department/create", m{"name": "税务组", "parentid": 1, "order": 4294967295})
			},
			errmsg: "created",
			bad: func(c *corp) reply {
				return c.contact.post("/department/create", m{"name": "空部门", "parentid": 1})
			},
			code: 60008,
		},
		"UpdateDepartment": {
			good: func(c *corp) reply {
				return c.contact.post("/department/update", m{"id": c.empty.WeComID, "name": "税务部", "order": 0})
			},
			errmsg: "updated",
			bad: func(c *corp) reply {
				return c.contact.post("/department/update", m{"id": c.empty.WeComID, "parentid": c.empty.WeComID})
			},
			code: 60010,
		},
		"DeleteDepartment": {
			good:   func(c *corp) reply { return c.contact.get("/department/delete", "id", id(c.empty.WeComID)) },
			errmsg: "deleted",
			bad:    func(c *corp) reply { return c.contact.get("/department/delete", "id", "1") },
			code:   60007,
		},
		"InviteUser": {
			good: func(c *corp) reply {
				return c.app.post("/batch/invite", m{"user": []string{c.inactive.UserID, "ghost"}})
			},
			bad:  func(c *corp) reply { return c.app.post("/batch/invite", m{"user": []string{"ghost"}}) },
			code: 81013,
		},
		"SyncBatchUser": {
			good: func(c *corp) reply {
				return c.contact.post("/batch/syncuser",
					m{"media_id": c.csv("姓名,帐号\n甲,jia"), "to_invite": false,
						"callback": m{"url": "https://cb.example.org", "token": "t", "encodingaeskey": aesKey}})
			},
			bad:  func(c *corp) reply { return c.contact.post("/batch/syncuser", m{"media_id": "gone"}) },
			code: 40007,
		},
		"ReplaceBatchUser": {
			good: func(c *corp) reply {
				text := "姓名,帐号\n"
				for _, p := range c.srv.Organisation().People() {
					text += p.Name + "," + p.UserID + "\n"
				}
				return c.contact.post("/batch/replaceuser", m{"media_id": c.csv(text)})
			},
			bad: func(c *corp) reply {
				return c.contact.post("/batch/replaceuser", m{"media_id": c.csv("姓名,帐号\n甲,jia")})
			},
			code: 302008, // the good one is still running
		},
		"ReplaceBatchParty": {
			good: func(c *corp) reply {
				return c.contact.post("/batch/replaceparty", m{"media_id": c.csv("部门名称,部门ID,父部门ID,排序\n甲,70,1,\n")})
			},
			bad:  func(c *corp) reply { return c.contact.post("/batch/replaceparty", m{"media_id": ""}) },
			code: 41006,
		},
		"GetBatchResult": {
			good: func(c *corp) reply {
				job := c.contact.post("/batch/syncuser", m{"media_id": c.csv("姓名,帐号\n甲,jia")}).ok().str("jobid")
				return c.contact.get("/batch/getresult", "jobid", job)
			},
			bad:  func(c *corp) reply { return c.contact.get("/batch/getresult", "jobid", "unknown") },
			code: 40088,
		},
		"UploadMedia": {
			good:   func(c *corp) reply { return c.app.upload("image", "a.png", []byte("\x89PNG\r\n\x1a\n")) },
			errmsg: "-",
			bad:    func(c *corp) reply { return c.app.upload("image", "a.png", []byte("x")) },
			code:   44001,
		},
		"ConvertUseridToOpenid": {
			good: func(c *corp) reply { return c.app.post("/user/convert_to_openid", m{"userid": c.staff.UserID}) },
			bad:  func(c *corp) reply { return c.app.post("/user/convert_to_openid", m{"userid": c.unbound.UserID}) },
			code: 43004,
		},
		"ConvertOpenidToUserid": {
			good: func(c *corp) reply {
				return c.app.post("/user/convert_to_userid",
					m{"openid": c.staff.WeChatOpenID})
			},
			bad:  func(c *corp) reply { return c.app.post("/user/convert_to_userid", m{"openid": "o-nobody"}) },
			code: 40073,
		},
		"UseridToOpenUserid": {
			good: func(c *corp) reply {
				return c.provider.post("/batch/userid_to_openuserid",
					m{"userid_list": []string{c.staff.UserID, "ghost"}})
			},
			bad: func(c *corp) reply {
				return c.app.post("/batch/userid_to_openuserid", m{"userid_list": []string{c.staff.UserID}})
			},
			code: 48002,
		},
		"OpenUseridToUserid": {
			good: func(c *corp) reply {
				return c.app.post("/batch/openuserid_to_userid",
					m{"open_userid_list": []string{c.staff.WeComOpenUserID, "wo-nobody"}, "source_agentid": 5000000042})
			},
			bad: func(c *corp) reply {
				return c.app.post("/batch/openuserid_to_userid",
					m{"open_userid_list": []string{c.staff.WeComOpenUserID}, "source_agentid": 1})
			},
			code: 40056,
		},
		"GetUserDetailByTicket": {
			good: func(c *corp) reply {
				ticket, err := c.srv.WeCom().Consent(c.staff.UserID)
				require.NoError(c, err)
				return c.app.post("/auth/getuserdetail", m{"user_ticket": ticket})
			},
			bad:  func(c *corp) reply { return c.app.post("/auth/getuserdetail", m{"user_ticket": "x"}) },
			code: 40029,
		},
		"AuthsuccUser": {
			good: func(c *corp) reply { return c.contact.get("/user/authsucc", "userid", c.inactive.UserID) },
			bad:  func(c *corp) reply { return c.contact.get("/user/authsucc") },
			code: 41009,
		},
		"GetTfaInfo": {
			good: func(c *corp) reply {
				code, err := c.srv.WeCom().OpenVerificationPage(c.staff.UserID)
				require.NoError(c, err)
				return c.app.post("/auth/get_tfa_info", m{"code": code})
			},
			bad:  func(c *corp) reply { return c.app.post("/auth/get_tfa_info", m{"code": "x"}) },
			code: 40029,
		},
		"TfaSucc": {
			good: func(c *corp) reply {
				code, err := c.srv.WeCom().OpenVerificationPage(c.staff.UserID)
				require.NoError(c, err)
				tfaCode := c.app.post("/auth/get_tfa_info", m{"code": code}).ok().str("tfa_code")
				return c.contact.post("/user/tfa_succ", m{"userid": c.staff.UserID, "tfa_code": tfaCode})
			},
			bad: func(c *corp) reply {
				return c.contact.post("/user/tfa_succ", m{"userid": c.staff.UserID, "tfa_code": "x"})
			},
			code: 40029,
		},
		"CreateTag": {
			good:   func(c *corp) reply { return c.contact.post("/tag/create", m{"tagname": "试点", "tagid": 77}) },
			errmsg: "created",
			bad: func(c *corp) reply {
				return c.app.post("/tag/create", m{"tagname": c.srv.Organisation().Groups(sim.Tag)[0].Name})
			},
			code: 40071,
		},
		"UpdateTag": {
			good: func(c *corp) reply {
				return c.contact.post("/tag/update", m{"tagid": c.tag(), "tagname": "第二批试点"})
			},
			errmsg: "updated",
			bad:    func(c *corp) reply { return c.app.post("/tag/update", m{"tagid": 1, "tagname": "x"}) },
			code:   60011, // it was made in the console
		},
		"DeleteTag": {
			good:   func(c *corp) reply { return c.contact.get("/tag/delete", "tagid", id(c.tag())) },
			errmsg: "deleted",
			bad:    func(c *corp) reply { return c.contact.get("/tag/delete", "tagid", "999") },
			code:   40068,
		},
		"GetTag": {
			good: func(c *corp) reply { return c.app.get("/tag/get", "tagid", "1") },
			bad:  func(c *corp) reply { return c.app.get("/tag/get", "tagid", "999") },
			code: 40068,
		},
		"AddTagUsers": {
			good: func(c *corp) reply {
				return c.contact.post("/tag/addtagusers",
					m{"tagid": c.tag(), "userlist": []string{c.staff.UserID}, "partylist": []int64{c.empty.WeComID}})
			},
			bad: func(c *corp) reply {
				return c.contact.post("/tag/addtagusers", m{"tagid": c.tag(), "userlist": []string{"ghost"}})
			},
			code: 40070,
		},
		"DeleteTagUsers": {
			good: func(c *corp) reply {
				return c.contact.post("/tag/deltagusers", m{"tagid": c.tag(), "userlist": []string{c.staff.UserID}})
			},
			errmsg: "deleted",
			bad: func(c *corp) reply {
				return c.contact.post("/tag/deltagusers", m{"tagid": c.tag(), "userlist": []string{"ghost"}})
			},
			code: 40031,
		},
		"ListTag": {
			good: func(c *corp) reply { return c.contact.get("/tag/list") },
			bad:  func(c *corp) reply { return c.contact.raw("GET", "/tag/list", nil, "") },
			code: 41001,
		},
		"ExportSimpleUser": {
			good: func(c *corp) reply { return c.app.post("/export/simple_user", m{"encoding_aeskey": aesKey}) },
			bad:  func(c *corp) reply { return c.contact.post("/export/simple_user", m{"encoding_aeskey": aesKey}) },
			code: 48009,
		},
		"ExportUser": {
			good: func(c *corp) reply { return c.app.post("/export/user", m{"encoding_aeskey": aesKey}) },
			bad: func(c *corp) reply {
				return c.app.post("/export/user", m{"encoding_aeskey": aesKey, "block_size": 9999})
			},
			code: 40058,
		},
		"ExportDepartment": {
			good: func(c *corp) reply { return c.app.post("/export/department", m{"encoding_aeskey": aesKey}) },
			bad: func(c *corp) reply {
				return c.app.post("/export/department", m{"encoding_aeskey": aesKey[1:] + "+"})
			},
			code: 40058,
		},
		"ExportTagUser": {
			good: func(c *corp) reply {
				return c.contact.post("/export/taguser", m{"encoding_aeskey": aesKey, "tagid": 1})
			},
			bad: func(c *corp) reply {
				return c.contact.post("/export/taguser", m{"encoding_aeskey": aesKey, "tagid": 999})
			},
			code: 40068,
		},
		"GetExportResult": {
			good: func(c *corp) reply {
				job := c.app.post("/export/user", m{"encoding_aeskey": aesKey}).ok().str("jobid")
				return c.app.get("/export/get_result", "jobid", job)
			},
			bad: func(c *corp) reply {
				job := c.app.post("/export/user", m{"encoding_aeskey": aesKey}).ok().str("jobid")
				return c.contact.get("/export/get_result", "jobid", job)
			},
			code: 40088, // another secret started it
		},
		"GetUserInfo": {
			good: func(c *corp) reply { return c.app.get("/auth/getuserinfo", "code", c.loginCode(false)) },
			bad:  func(c *corp) reply { return c.provider.get("/auth/getuserinfo", "code", c.loginCode(false)) },
			code: 40029, // another app's
		},
		"GetThirdPartyUserInfo": {
			good: func(c *corp) reply {
				return c.suite("GET", "/service/auth/getuserinfo3rd", url.Values{"code": {c.suiteCode()}}, nil)
			},
			bad: func(c *corp) reply {
				return c.suite("GET", "/service/auth/getuserinfo3rd", url.Values{"code": {c.loginCode(false)}}, nil)
			},
			code: 40029,
		},
		"GetThirdPartyUserDetail": {
			good: func(c *corp) reply {
				who := c.suite("GET", "/service/auth/getuserinfo3rd", url.Values{"code": {c.suiteCode()}}, nil).ok()
				return c.suite("POST", "/service/auth/getuserdetail3rd", nil, m{"user_ticket": who.str("user_ticket")})
			},
			bad: func(c *corp) reply {
				return c.suite("POST", "/service/auth/getuserdetail3rd", nil, m{"user_ticket": "x"})
			},
			code: 40029,
		},
		"GetSuiteToken": {
			good: func(c *corp) reply { return c.suiteToken(c.srv.Credentials().WeCom.SuiteTicket) },
			bad:  func(c *corp) reply { return c.suiteToken("x") },
			code: 40085,
		},
		"GetPreAuthCode": {
			good: func(c *corp) reply { return c.suite("GET", "/service/get_pre_auth_code", nil, nil) },
			bad: func(c *corp) reply {
				return c.app.raw("GET", "/service/get_pre_auth_code",
					url.Values{"suite_access_token": {c.app.token}}, "")
			},
			code: 40082,
		},
		"GetPermanentCode": {
			good: func(c *corp) reply {
				return c.suite("POST", "/service/v2/get_permanent_code", nil,
					m{"auth_code": c.srv.WeCom().InstallSuite()})
			},
			bad: func(c *corp) reply {
				return c.suite("POST", "/service/v2/get_permanent_code", nil, m{"auth_code": "x"})
			},
			code: 40078,
		},
		"GetAuthInfo": {
			good: func(c *corp) reply {
				return c.suite("POST", "/service/v2/get_auth_info", nil, c.permanent())
			},
			bad: func(c *corp) reply {
				c.srv.WeCom().UninstallSuite()
				return c.suite("POST", "/service/v2/get_auth_info", nil, c.permanent())
			},
			code: 40084,
		},
		"GetCorpToken": {
			good: func(c *corp) reply { return c.suite("POST", "/service/get_corp_token", nil, c.permanent()) },
			bad: func(c *corp) reply {
				return c.suite("POST", "/service/get_corp_token", nil,
					m{"auth_corpid": c.srv.Credentials().WeCom.CorpID})
			},
			code: 41025,
		},
	}

	srv := serve(t)
	for _, operation := range srv.Operations(sim.VendorWeCom) {
		_, ok := cases[operation]
		assert.True(t, ok, "%s: no case in sim/wecom_operations_test.go", operation)
	}
	assert.Equal(t, //nolint:testifylint // Len prints the cases
		len(srv.Operations(sim.VendorWeCom)), len(cases), "a case for an operation that the document has not")

	for operation, tc := range cases {
		t.Run(operation, func(t *testing.T) {
			c := newCorp(t)
			before := c.srv.Calls(sim.VendorWeCom, operation)
			good := tc.good(c).ok()
			want := tc.errmsg
			switch want {
			case "":
				want = "ok"
			case "-":
				want = ""
			}
			assert.Equal(t, want, good.str("errmsg"))
			assert.Equal(t, "application/json; charset=UTF-8", good.header.Get("Content-Type"))

			bad := tc.bad(c).fails(tc.code)
			assert.Equal(t, strconv.Itoa(tc.code), bad.header.Get("Error-Code"))
			assert.NotEmpty(t, bad.header.Get("Error-Msg"))
			assert.Regexp(t,
				`^.+, hint: \[\d+\], from ip: 127\.0\.0\.1, more info at `+
					`https://open\.work\.weixin\.qq\.com/devtool/query\?e=`+fmt.Sprint(tc.code)+`$`, bad.str("errmsg"))
			assert.Greater(t, c.srv.Calls(sim.VendorWeCom, operation), before+1)
		})
	}
}
