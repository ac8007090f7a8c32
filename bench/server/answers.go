package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// The people, as the vendors write them. %[1]d is a number.
const (
	weComMember = `"userid":"chen.yq%[1]d","name":"陈雨晴","department":[12,40],"order":[0,8],"position":"会计",` +
		`"mobile":"138%08[1]d","gender":"2","email":"chen.yq%[1]d@example.cn","biz_mail":"yq%[1]d@corp.example.cn",` +
		`"is_leader_in_dept":[0,1],"direct_leader":["wu.lei"],"avatar":"https://img.example/p/%[1]d/0",` +
		`"thumb_avatar":"https://img.example/p/%[1]d/100","telephone":"0571-8800","alias":"Yuki",` +
		`"extattr":{"attrs":[{"type":0,"name":"工位","text":{"value":"3F-12"}},{"type":1,"name":"主页",` +
		`"web":{"url":"https://example.org/u/93","title":"主页"}}]},"status":1,` +
		`"qr_code":"https://open.example/wwopen/userQRCode?vcode=%[1]d","external_position":"","address":"",` +
		`"open_userid":"wo%[1]d","main_department":12`

	dingTalkV1User = `"userid":"lin.mei%[1]d","unionid":"PiiXyz%[1]d","name":"林梅","department":[101,1],` +
		`"orderInDepts":"{101:176300000000000512,1:176300000000000001}","isLeaderInDepts":"{101:true,1:false}",` +
		`"active":true,"isAdmin":false,"isBoss":false,"isHide":false,"isSenior":false,"avatar":"","position":"主管",` +
		`"jobnumber":"A-17","mobile":"139%08[1]d","stateCode":"86","email":"","hiredDate":1718000000000,` +
		`"extattr":{"工位":"3F-12"},"roles":[{"id":35,"name":"主管","groupName":"默认","type":104}],"tags":{},` +
		`"realAuthed":true`

	dingTalkV1Row = `"userid":"lin.mei%[1]d","unionid":"PiiXyz%[1]d","name":"林梅","department":[101],` +
		`"order":176300000000000500,"isLeader":true,"isAdmin":false,"isBoss":false,"isHide":false,"active":true,` +
		`"avatar":"https://img.example/p/%[1]d","jobnumber":"A-17","position":"主管","mobile":"139%08[1]d",` +
		`"email":"lin%[1]d@example.cn","stateCode":"86","workPlace":"杭州","extattr":{"工位":"3F-12"}`

	dingTalkV2User = `"active":true,"admin":false,"avatar":"https://img.example/p/%[1]d","boss":false,` +
		`"dept_id_list":[101,1],"dept_order_list":[{"dept_id":101,"order":176300000000000500},` +
		`{"dept_id":1,"order":176300000000000001}],"exclusive_account":false,"hide_mobile":false,` +
		`"leader_in_dept":[{"dept_id":101,"leader":true},{"dept_id":1,"leader":false}],"name":"林梅",` +
		`"mobile":"139%08[1]d","state_code":"86","email":"","hired_date":1718000000000,"job_number":"A-17",` +
		`"real_authed":true,"role_list":[{"group_name":"默认","id":35,"name":"主管"}],"senior":false,"title":"主管",` +
		`"extension":"{\"工位\":\"3F-12\"}","unionid":"PiiXyz%[1]d","userid":"lin.mei%[1]d","work_place":"杭州"`

	dingTalkV2Row = `"userid":"lin.mei%[1]d","unionid":"PiiXyz%[1]d","name":"林梅","dept_id_list":[101,1],` +
		`"dept_order":176300000000000500,"active":true,"admin":false,"boss":false,"leader":true,"hide_mobile":false,` +
		`"avatar":"https://img.example/p/%[1]d","title":"主管","job_number":"A-17","mobile":"139%08[1]d",` +
		`"email":"lin%[1]d@example.cn","state_code":"86","hired_date":1718000000000,"exclusive_account":false`

	feishuUser = `"union_id":"on_1c7d0b52e9a8%[1]d","user_id":"c4a1f2e8%[1]d","open_id":"ou_5b1e0c7a94d2%[1]d",` +
		`"name":"林悦","en_name":"Yue","nickname":"","email":"yue%[1]d@example.cn","mobile":"+86137%08[1]d",` +
		`"mobile_visible":true,"gender":2,"avatar":{"avatar_72":"https://img.example/a%[1]d~72.png",` +
		`"avatar_240":"https://img.example/a%[1]d~240.png","avatar_640":"https://img.example/a%[1]d~640.png",` +
		`"avatar_origin":"https://img.example/a%[1]d.png"},"status":{"is_frozen":false,"is_resigned":false,` +
		`"is_activated":true,"is_exited":false,"is_unjoin":false},"department_ids":["od-7a10c9e25b3f4d6c"],` +
		`"leader_user_id":"ou_5b1e0c7a0001","city":"杭州","country":"CN","work_station":"","join_time":1615381053,` +
		`"is_tenant_manager":false,"employee_no":"E%[1]d","employee_type":1,"orders":[{"department_id":` +
		`"od-7a10c9e25b3f4d6c","user_order":100,"department_order":100,"is_primary_dept":true}],"custom_attrs":[` +
		`{"type":"TEXT","id":"C-7034080505","value":{"text":"3F-12"}}],"job_title":"主管","is_frozen":false`

	wpsUser = `"id":"KBx81LmQ%[1]d","user_name":"林小满","login_name":"lin.xm%[1]d","avatar":` +
		`"https://img.example/p/%[1]d","email":"xm%[1]d@example.cn","phone":"+86138%08[1]d","gender":"female",` +
		`"city":"珠海","country":"CN","title":"主管","employee_id":"A-17",` +
		`"employment_status":"regular","employment_type":"permanent","ex_user_id":"ex%[1]d",` +
		`"leader_id":"KBx810001","role":"normal","source":"inner","status":"active","ctime":1716345600,` +
		`"work_place":"珠海","telephone":"","depts":[{"id":"Dp7731","dept_id":"Dp7731","name":"产品部",` +
		`"abs_path":"示例公司/产品部","is_def_dept":true,"is_leader":true,` +
		`"order":4294967296}]`
)

func answers() map[string]answer {
	const weComRefusal, feishuRefusal = `{"errcode":42001,"errmsg":"access_token expired"}`,
		`{"code":99991663,"msg":"Invalid access token for authorization."}`
	weCom := answer{authorized: inQuery, refusal: []byte(weComRefusal), status: http.StatusOK}
	feishu := answer{authorized: inHeader, refusal: []byte(feishuRefusal), status: http.StatusBadRequest}
	wps := answer{authorized: signed, refusal: []byte(`{"code":401,"msg":"access_token expired"}`),
		status: http.StatusUnauthorized}
	ok, list := `{"errcode":0,"errmsg":"ok",`, ids("lin.mei")
	return map[string]answer{
		"wecom/user/get":  weCom.with(ok + person(weComMember, 1) + `}`),
		"wecom/user/list": weCom.with(ok + `"userlist":[` + people(weComMember, 0, People) + `]}`),

		"auth/scopes":         weCom.with(ok + `"auth_org_scopes":{"authed_dept":[1],"authed_user":[]}}`),
		"dingtalk/user/get":   weCom.with(ok + person(dingTalkV1User, 1) + `}`),
		"user/listbypage":     weCom.pages(100, offset, dingTalkV1Row, dingTalkV1Page),
		"user/getDeptMember":  weCom.with(ok + `"userIds":[` + list + `]}`),
		"topapi/v2/user/get":  weCom.with(ok + `"result":{` + person(dingTalkV2User, 1) + `},"request_id":"x4"}`),
		"topapi/v2/user/list": weCom.pages(100, cursor, dingTalkV2Row, dingTalkV2Page),
		"topapi/user/listid":  weCom.with(ok + `"result":{"userid_list":[` + list + `]},"request_id":"x"}`),

		"contact/v3/users/": feishu.with(
			`{"code":0,"msg":"success","data":{"user":{` + person(feishuUser, 1) + `}}}`),
		"contact/v3/users/find_by_department": feishu.pages(50, pageToken, feishuUser, feishuPage),

		"v7/users/": wps.with(`{"code":0,"msg":"ok","data":{` + person(wpsUser, 1) + `}}`),
		"v7/users":  wps.pages(50, pageToken, wpsUser, wpsPage),
	}
}

func (a answer) with(body string) answer {
	a.bodies = [][]byte{[]byte(body)}
	return a
}

// pages makes those of a list. wrap puts a page into its envelope; next is where the next one begins, 0 for none.
func (a answer) pages(size int, begins func(*http.Request, []byte) int, row string,
	wrap func(rows string, next int) string) answer {
	for from := 0; from < People; from += size {
		next := from + size
		if next >= People {
			next = 0
		}
		a.bodies = append(a.bodies, []byte(wrap(people(row, from, from+size), next)))
	}
	a.page = func(r *http.Request, body []byte) int { return min(begins(r, body)/size, len(a.bodies)-1) }
	return a
}

func person(members string, n int) string { return fmt.Sprintf(members, n) }

func people(members string, from, to int) string {
	var b strings.Builder
	for n := from; n < to; n++ {
		if n > from {
			b.WriteByte(',')
		}
		b.WriteString("{" + person(members, n) + "}")
	}
	return b.String()
}

func ids(prefix string) string {
	var b strings.Builder
	for n := range People {
		if n > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q", prefix+strconv.Itoa(n))
	}
	return b.String()
}

func offset(r *http.Request, _ []byte) int {
	n, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	return n
}

func cursor(_ *http.Request, body []byte) int {
	var request struct{ Cursor int }
	_ = json.NewDecoder(bytes.NewReader(body)).Decode(&request)
	return request.Cursor
}

func pageToken(r *http.Request, _ []byte) int {
	n, _ := strconv.Atoi(r.URL.Query().Get("page_token"))
	return n
}

func dingTalkV1Page(rows string, next int) string {
	return fmt.Sprintf(`{"errcode":0,"errmsg":"ok","hasMore":%t,"userlist":[%s]}`, next > 0, rows)
}

func dingTalkV2Page(rows string, next int) string {
	return fmt.Sprintf(`{"errcode":0,"errmsg":"ok","result":{"has_more":%t,"next_cursor":%d,"list":[%s]},`+
		`"request_id":"x5"}`, next > 0, next, rows)
}

func feishuPage(rows string, next int) string {
	return fmt.Sprintf(`{"code":0,"msg":"success","data":{"has_more":%t,"page_token":"%s","items":[%s]}}`, next > 0,
		number(next), rows)
}

func wpsPage(rows string, next int) string {
	return fmt.Sprintf(`{"code":0,"msg":"ok","data":{"items":[%s],"next_page_token":"%s"}}`, rows, number(next))
}

// number is that of a page as a cursor, "" for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
