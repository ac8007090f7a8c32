package anonymize

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/contract/internal/document"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// documentOf is a vendor's document.
func documentOf(t testing.TB, vendor string) *document.Document {
	t.Helper()
	d, err := document.Embedded(vendor)
	require.NoError(t, err)
	return d
}

// disguised turns a recorded answer into a sample.
func disguised(d *document.Document, s *samples.Sample, key string, secrets ...string) ([]byte, error) {
	list := &Secrets{}
	list.Add(secrets...)
	header := make(http.Header)
	for name, value := range s.Response.Header {
		header.Set(name, value)
	}
	answer := Answer{Status: s.Response.Status, Header: header, Body: s.Response.Body}
	maker := NewSampler(d, []byte(key), list, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	_, file, err := maker.Sample(d.Operations[s.Operation], s.Request, answer)
	return file, err
}

// sentenceOf is what becomes of a sentence of the vendor's, when these texts were replaced elsewhere.
func sentenceOf(key, sentence string, actual ...string) string {
	m := newMadeUp([]byte(key))
	replaced := make(map[string]string)
	for _, text := range actual {
		replaced[text] = m.text(text)
	}
	return m.sentence(sentence, actual, replaced)
}

// leftover scans an answer that was not disguised at all.
func leftover(t *testing.T, d *document.Document, operation, before, after string) string {
	t.Helper()
	b, err := document.Parse([]byte(before))
	require.NoError(t, err)
	a, err := document.Parse([]byte(after))
	require.NoError(t, err)
	return unreplaced(d.Operations[operation].AnswerSchema(200), &b, &a, nil)
}

func TestMadeUpValuesKeepTheirForm(t *testing.T) {
	for text, form := range map[string]string{
		"zhangsan":                             `^[a-z]{8}$`,
		"ZhangSan":                             `^[A-Z][a-z]{4}[A-Z][a-z]{2}$`,
		"Li@x.y_z-1":                           `^[A-Z][a-z]@[a-z]\.[a-z]_[a-z]-[0-9]$`,
		"ou_7dab8a3d3cdcc9da365777c7ad535d62":  `^ou_[0-9a-f]{32}$`,
		"woAJ2GCAAAXtWyujaWJHDDGi0mACas1w":     `^[a-z]{2}[A-Z]{2}[0-9][A-Z]+`,
		"2F6C8E10-7B1D-7A53-9C44-0D3E5A7B9F21": `^[0-9][A-F][0-9][A-F][0-9][A-F][0-9]{2}-[0-9][A-F][0-9][A-F]-`,
		"陈雨晴":                                  `^\p{Han}{3}$`,
		"陈雨晴 (Yuki)":                           `^\p{Han}{3} \([A-Z][a-z]{3}\)$`,
		"chen.yq@corp.example.cn":              `^[a-z]{4}\.[a-z]{2}@`,
		"zhang@firma.de":                       `^[a-z]{5}@[a-z]{5}\.example\.com$`,
		"https://wework.qpic.cn/bizmail/AbC/0": `^https://[a-z]{4}\.example\.com/[a-z]{7}/[A-Z][a-z][A-Z]/0$`,
		"13912345678":                          `^12[0-9]{9}$`,
		"+86-13912345678":                      `^\+86-12[0-9]{9}$`,
		"010-12345678":                         `^[0-9]{3}-[0-9]{8}$`,
		"20481":                                `^[1-9][0-9]{4}$`,
		"007":                                  `^[0-9]{3}$`,
		"-20481":                               `^-[1-9][0-9]{4}$`,
		"u1|u2":                                `^[a-z][0-9]\|[a-z][0-9]$`,
		"{1:176372614058705512,22:-3}":         `^\{1:[1-9][0-9]{17},[1-9][0-9]:-3\}$`,
		"2020-02-29":                           `^20(18|19|20)-[0-9]{2}-[0-9]{2}$`,
		"2022-08-19T08:50:20Z":                 `^202[12]-[0-9]{2}-[0-9]{2}T08:50:20Z$`,
		"2022-08-19 08:50:20":                  `^202[12]-[0-9]{2}-[0-9]{2} 08:50:20$`,
		strings.Repeat("aB3", 60):              `^([a-z][A-Z][0-9]){60}$`,
		"":                                     `^$`,
		"0":                                    `^0$`,
		"1":                                    `^1$`,
		"--":                                   `^--$`,
	} {
		got := newMadeUp([]byte("key")).text(text)
		assert.Regexpf(t, form, got, "%q", text)
		assert.Equal(t, got, newMadeUp([]byte("key")).text(text), "the same for the same key")
		if len(text) > 4 {
			assert.NotEqual(t, text, got)
			assert.NotEqualf(t, got, newMadeUp([]byte("another key")).text(text), "%q", text)
		}
	}
}

func TestMadeUpValuesKeepRelations(t *testing.T) {
	one := func(text string) string { return newMadeUp([]byte("key")).text(text) }
	assert.Equal(t, strings.ToLower(one("ZhangSan")), one("zhangsan"), "ids that differ in case are one id at WeCom")
	assert.Equal(t, one("zhangsan")+"|"+one("lisi"), one("zhangsan|lisi"))
	assert.Equal(t, "[\""+one("zhangsan")+"\"]", one(`["zhangsan"]`))
	assert.Equal(t, "+86-"+one("13912345678"), one("+86-13912345678"))
	assert.Equal(t, "+86"+one("13912345678"), one("+8613912345678"))
	assert.True(t, strings.HasPrefix(one("zhangsan@corp.cn"), one("zhangsan")+"@"))
	assert.Equal(t, strings.SplitN(one("a.b@corp.cn"), "@", 2)[1], strings.SplitN(one("c.d@corp.cn"), "@", 2)[1],
		"the same company")
	seen := map[string]bool{}
	for a := 'a'; a <= 'z'; a++ { // every id of two letters, so that two that became one would show
		for b := 'a'; b <= 'z'; b++ {
			id := string([]rune{a, b})
			assert.False(t, seen[one(id)], id)
			assert.NotEqual(t, id, one(id))
			seen[one(id)] = true
		}
	}
	for n := 10; n < 2000; n++ {
		assert.Lenf(t, one(fmt.Sprint(n)), len(fmt.Sprint(n)), "%d", n)
	}
}

func TestSentencesKeepWhatTheVendorSays(t *testing.T) {
	for sentence, want := range map[string]string{
		"ok": "^ok$",
		"invalid credential, hint: [1762150100000000000015839], from ip: 203.0.113.9, more info at " +
			"https://open.work.weixin.qq.com/devtool/query?e=40001": `^invalid credential, hint: \[[0-9]{25}\], ` +
			`from ip: 198\.51\.100\.[0-9]+, more info at https://open\.work\.weixin\.qq\.com/devtool/query\?e=40001$`,
		"userid zhangsan not found": `^userid [a-z]{8} not found$`,
		"张三的手机号13912345678已存在":      `^\p{Han}{2}的手机号12[0-9]{9}已存在$`,
		"mail zhang.san@corp.cn is taken": `^mail [a-z]{5}\.[a-z]{3}@[a-z]{4}\.example\.com ` +
			`is taken$`,
		"ding talk error[subcode=40014,submsg=不合法的access_token]": `^ding talk error\[subcode=40014,` +
			`submsg=不合法的access_token\]$`,
		"zhangsanfeng is somebody else": `^zhangsanfeng is somebody else$`,
		"caller 2001:0db8:1:2:3:4:5:6":  `^caller 2001:db8::[0-9a-f]+$`,
		"处罚将在 2026-08-22 10:15:02 结束":   `^处罚将在 2026-08-22 10:15:02 结束$`,
	} {
		assert.Regexp(t, want, sentenceOf("key", sentence, "zhangsan", "张三"), sentence)
	}
	assert.Equal(t, "userid "+newMadeUp([]byte("key")).text("zhangsan")+" not found",
		sentenceOf("key", "userid zhangsan not found", "zhangsan"))
}

func TestADisguisedSample(t *testing.T) {
	v := documentOf(t, "wecom")
	sample := &samples.Sample{
		Operation: "GetUser",
		Request:   samples.Request{Query: map[string][]string{"userid": {"zhangsan"}}},
		Response: samples.Response{Status: 200, Header: map[string]string{"Content-Type": "application/json",
			"Set-Cookie": "session=abcdef", "Error-Msg": "zhangsan"}, Body: json.RawMessage(
			`{"errcode":0,"errmsg":"ok","userid":"zhangsan","name":"张三","department":[1,204],"order":[7,4000000000],` +
				`"status":1,"gender":"1","direct_leader":["lisi"],"mobile":"13912345678",` +
				`"extattr":{"attrs":[{"type":0,"name":"desk","text":{"value":"3F-12"}}]},
					"brand_new":{"spouse":"李四"}}`)},
	}
	file, err := disguised(v, sample, "key")
	require.NoError(t, err)
	for _, gone := range []string{"zhangsan", "张三", "李四", "lisi", "13912345678", "3F-12", "desk", "204", "session",
		"4000000000"} {
		assert.NotContains(t, string(file), gone)
	}
	var got samples.Sample
	require.NoError(t, json.Unmarshal(file, &got))
	assert.Equal(t, map[string]string{"Content-Type": "application/json"}, got.Response.Header)
	var body struct {
		ErrMsg, UserID, Gender string
		Department, Order      []int64
		Status                 int
		Brand                  map[string]string `json:"brand_new"`
	}
	require.NoError(t, json.Unmarshal(got.Response.Body, &body))
	assert.Equal(t, []string{body.UserID}, got.Request.Query["userid"], "request and answer speak of the same person")
	assert.Equal(t, "ok", body.ErrMsg)
	assert.Equal(t, "1", body.Gender)
	assert.Equal(t, 1, body.Status)
	assert.EqualValues(t, 1, body.Department[0], "the root stays the root")
	assert.EqualValues(t, 7, body.Order[0])
	assert.Len(t, body.Brand["spouse"], len("李四"))
	other, err := disguised(v, sample, "another")
	require.NoError(t, err)
	assert.NotEqual(t, string(file), string(other))
}

func TestCredentialsAreLeftOutOfRequests(t *testing.T) {
	file, err := disguised(documentOf(t, "wps"), &samples.Sample{
		Operation: "oauthToken",
		Request: samples.Request{Form: map[string]string{"grant_type": "client_credentials",
			"client_id": "AK1234567890", "client_secret": "hush-hush"}},
		Response: samples.Response{Status: 200,
			Body: json.RawMessage(`{"access_token":"real-token-0001","token_type":"bearer","expires_in":7200}`)},
	}, "key", "hush-hush", "real-token-0001")
	require.NoError(t, err)
	for _, gone := range []string{"hush", "real-token", "AK1234567890", "client_secret"} {
		assert.NotContains(t, string(file), gone)
	}
	assert.Contains(t, string(file), `"expires_in": 7200`)
	assert.Contains(t, string(file), `"grant_type": "client_credentials"`)
}

// A secret that comes through, in whatever way, stops the recording.
func TestAPlantedSecretInTheFileStopsTheRecording(t *testing.T) {
	_, err := disguised(documentOf(t, "wecom"), &samples.Sample{
		Operation: "GetUser", Response: samples.Response{Status: 200,
			Body: json.RawMessage(`{"errcode":0,"userid":"a","pl4nted_s3cret":1}`)},
	}, "key", "pl4nted_s3cret")
	assert.ErrorContains(t, err, "a secret is in it")
}

// A secret that the vendor quotes stops the recording.
func TestAPlantedSecretStopsTheRecording(t *testing.T) {
	for name, planted := range map[string]string{"plain": "pl4nted/s3cret+x", "escaped": "pl4nted%2Fs3cret%2Bx",
		"as JSON":               `pl4nted\/s3cret+x`,
		"escaped in lower case": "pl4nted%2fs3cret%2bx", "in another case": "PL4NTED/S3CRET+X",
		"with backslashes": `pl4nted\\/s3cret+x`, "in base64": "cGw0bnRlZC9zM2NyZXQreA==",
	} {
		body := `{"errcode":40001,"errmsg":"the secret ` + planted + ` is wrong"}`
		_, err := disguised(documentOf(t, "wecom"), &samples.Sample{
			Operation: "GetUser", Response: samples.Response{Status: 200, Body: json.RawMessage(body)},
		}, "key", "pl4nted/s3cret+x")
		assert.ErrorContains(t, err, "the vendor's text quotes a secret", name)
		assert.NotContains(t, err.Error(), "pl4nted")
	}
}

// The scan does not trust what replaces.
func TestAPersonalValueThatIsStillThereIsFound(t *testing.T) {
	v := documentOf(t, "wecom")
	before := `{"errcode":0,"errmsg":"ok","userid":"zhangsan","name":"张三丰","mobile":"13912345678",` +
		`"department":[20481],"new_email":"x@y.cn","status":1}`
	for from, to := range map[string]string{
		"zhangsan": "/userid", "张三丰": "/name", "13912345678": "/mobile", "x@y.cn": "/new_email",
	} {
		// All but one are replaced.
		after := before
		for _, value := range []string{"zhangsan", "张三丰", "13912345678", "20481", "x@y.cn"} {
			if value != from {
				after = strings.ReplaceAll(after, value, newMadeUp([]byte("key")).text(value))
			}
		}
		assert.Equal(t, "the value at "+to, leftover(t, v, "GetUser", before, after))
	}
	clean := before
	for _, value := range []string{"zhangsan", "张三丰", "13912345678", "20481", "x@y.cn"} {
		clean = strings.ReplaceAll(clean, value, newMadeUp([]byte("key")).text(value))
	}
	assert.Empty(t, leftover(t, v, "GetUser", before, clean))
	quoted := strings.Replace(clean, `"ok"`, `"ok, 13912345678"`, 1)
	assert.Contains(t, leftover(t, v, "GetUser", before, quoted), "quoted elsewhere")
	assert.True(t, bytes.Contains([]byte(clean), []byte(`"status":1`)))
}

// Places and forms in which people turn up that no field of the document is for.
func TestPersonalDataInOddPlaces(t *testing.T) {
	for name, tc := range map[string]struct {
		vendor, operation string
		request           map[string][]string
		body              string
		gone              []string
	}{
		"a new member by the name of a sentence": {"wecom", "GetUser", nil,
			`{"errcode":0,"errmsg":"ok","userid":"a1","desc":"reports to Wang Wu","notice":"出差中，请找赵六","detail":"住朝阳区"}`,
			[]string{"Wang", "赵六", "朝阳"}},
		"a new member by the name of a code": {"wecom", "GetUser", nil,
			`{"errcode":0,"errmsg":"ok","userid":"a1","code":"ZhangSan-13800138000"}`,
			[]string{"ZhangSan", "13800138000"}},
		"a code with a phone number": {"dingtalk", "searchUsers", nil,
			`{"code":"staffNotFound.13800138000","message":"x","requestid":"r"}`, []string{"13800138000"}},
		"fractions": {"wecom", "GetUser", nil, `{"errcode":0,"userid":"a1",` +
			`"home":{"lat":39.904211,"lng":-116.407395},"contact":1.3800138000E10,"idno":110105.0}`,
			[]string{"904211", "407395", "3800138000", "110105"}},
		"small numbers of new members": {"wecom", "GetUser", nil,
			`{"errcode":0,"userid":"a1","salary":25000,"room":4711}`, []string{"25000", "4711"}},
		"keys of a new map": {"wecom", "GetUser", map[string][]string{"userid": {"lisi"}},
			`{"errcode":0,"userid":"lisi","reports":{"lisi":1,"wangwu":2,"zhao.liu":3}}`,
			[]string{"lisi", "wangwu", "zhao.liu"}},
		"a key of somebody who is known": {"wecom", "GetUser", map[string][]string{"userid": {"lisi"}},
			`{"errcode":0,"userid":"lisi","deputy":{"lisi":1}}`, []string{"lisi"}},
		"a host": {"wecom", "GetUser", nil,
			`{"errcode":0,"userid":"a1","avatar":"https://zhangsan.example.com/1.png"}`, []string{"zhangsan"}},
		"an envelope in the envelope": {"wecom", "GetUser", nil,
			`{"errcode":0,"userid":"a1","":{"code":"13800138000","msg":"李四"}}`, []string{"13800138000", "李四"}},
		"somebody else in a sentence": {"wecom", "CreateUser", nil,
			`{"errcode":60104,"errmsg":"mobile existed:lisi, hint: [1]"}`, []string{"lisi"}},
		"somebody else in a Chinese sentence": {"dingtalk", "createUserV2", nil,
			`{"errcode":40019,"errmsg":"手机号已被员工李四(工号A1024)占用"}`, []string{"李四", "A1024"}},
		"another case": {"wecom", "GetUser", map[string][]string{"userid": {"ZhangSan"}},
			`{"errcode":60111,"errmsg":"userid not found: zhangsan"}`, []string{"zhangsan"}},
		"a short word of a name": {"wecom", "GetUser", nil,
			`{"errcode":0,"errmsg":"bob is on leave","userid":"a1","name":"bob lee"}`, []string{"bob"}},
		"percent-encoded": {"wecom", "GetUser", map[string][]string{"userid": {"张三"}},
			`{"errcode":60111,"errmsg":"not found: /user/get?id=%E5%BC%A0%E4%B8%89"}`, []string{"E5%BC%A0"}},
		"phone numbers, written as people do": {"wecom", "GetUser", nil,
			`{"errcode":60111,"errmsg":"call 138-0013-8000 or 139 0013 9000 or 137****7000"}`,
			[]string{"138-0013", "139 0013", "7000"}},
		"a known id behind a label": {"wecom", "GetUser", map[string][]string{"userid": {"zhangsan"}},
			`{"errcode":60111,"errmsg":"not found, userid:zhangsan, zhangsan@corp.com"}`,
			[]string{"zhangsan", "\U000F0000"}},
		"a phone number behind a date": {"wecom", "GetUser", nil,
			`{"errcode":60111,"errmsg":"at 2024-01-02 138-0013-8000"}`, []string{"138-0013"}},
		"a very long number": {"wecom", "GetUser", nil, `{"errcode":0,"userid":"a1","contact":` +
			strings.Repeat("7", 44) + `}`, []string{"7777777777"}},
		"an object in a sentence": {"wecom", "CreateUser", nil, `{"errcode":40003,` +
			`"errmsg":"invalid: {\"name\":\"李四\",\"mobile\":\"+86 138 0013 8001\",\"address\":\"朝阳区1号\"}"}`,
			[]string{"李四", "0013", "朝阳"}},
		"ids by the dozen, one the end of others": {"wecom", "GetUser", map[string][]string{"userid": {"10"}},
			`{"errcode":60111,"errmsg":"user10|user11|user12|user13|user14|user15|user16|user17|user18|user19|10",` +
				`"invalid":["user10","user11","user12","user13","user14","user15","user16","user17","user18",
					"user19"]}`, []string{"user1", `\u0000`}},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := disguised(documentOf(t, tc.vendor), &samples.Sample{
				Operation: tc.operation, Request: samples.Request{Query: tc.request},
				Response: samples.Response{Status: 200, Body: json.RawMessage(tc.body)},
			}, "key")
			require.NoError(t, err)
			var sample samples.Sample
			require.NoError(t, json.Unmarshal(file, &sample), string(file))
			for _, gone := range tc.gone {
				assert.NotContains(t, string(file), gone)
			}
		})
	}
}

// What says nothing of anybody is no reason to refuse a recording.
func TestEmptyWordsAreRecorded(t *testing.T) {
	for _, body := range []string{
		`{"errcode":0,"userid":"a1","mobile":"****","telephone":"N/A","address":"--","english_name":"A B",` +
			`"jobnumber":12345}`,
		`{"errcode":0,"userid":"a1","name":"department","department":[1]}`,
	} {
		_, err := disguised(documentOf(t, "wecom"), &samples.Sample{Operation: "GetUser",
			Response: samples.Response{Status: 200, Body: json.RawMessage(body)}}, "key")
		assert.NoError(t, err, body)
	}
}

// A map in a text that is nearly JSON, as DingTalk sends it, still decodes.
func TestNearlyJSONStaysWhatItIs(t *testing.T) {
	file, err := disguised(documentOf(t, "dingtalk"),
		&samples.Sample{Operation: "getUserV1", Response: samples.Response{Status: 200, Body: json.RawMessage(
			`{"errcode":0,"userid":"a1","isLeaderInDepts":"{1:false,22:true}","orderInDepts":"{1:176372614058705512,` +
				`22:-3}"}`)}}, "key")
	require.NoError(t, err)
	var sample samples.Sample
	require.NoError(t, json.Unmarshal(file, &sample))
	var answer dingtalkapi.GetUserV1Answer
	require.NoError(t, json.Unmarshal(sample.Response.Body, &answer))
	assert.False(t, answer.IsLeaderInDepts[1])
	assert.Len(t, answer.IsLeaderInDepts, 2)
	assert.NotContains(t, string(file), "22:")
}

func TestALongWord(t *testing.T) {
	assert.Len(t, newMadeUp([]byte("key")).text(strings.Repeat("aB3", 1<<14)), 3<<14)
}

// What the vendors say of users, and the names of fields, are nobody's.
func TestRecordingsKeepTheVendorsWords(t *testing.T) {
	for _, sentence := range []string{
		"用户离职, 账号冻结, 成员加入失败", "用户可见范围", "如需修改请删除用户后重试", "用户ID不能为空", "处罚将在 2026-08-22 10:15:02 结束",
		"invalid mobile of name, department too", "userid not found",
	} {
		file, err := disguised(documentOf(t, "wecom"),
			&samples.Sample{Operation: "CreateUser", Response: samples.Response{Status: 200, Body: json.RawMessage(
				`{"errcode":40003,"errmsg":"` + sentence + `","info":{"name":"x1","mobile":"y1","department":"z"}}`)}},
			"key")
		require.NoError(t, err)
		assert.Contains(t, string(file), sentence)
	}
}

// The same value is replaced alike in an object that a sentence quotes.
func TestAQuotedObjectKeepsRelations(t *testing.T) {
	file, err := disguised(documentOf(t, "wecom"), &samples.Sample{
		Operation: "GetUser", Request: samples.Request{Query: map[string][]string{"userid": {"13800138001"}}},
		Response: samples.Response{Status: 200,
			Body: json.RawMessage(`{"errcode":60111,"errmsg":"no such user: {\"userid\":\"13800138001\"}, sorry"}`)},
	}, "key")
	require.NoError(t, err)
	var sample samples.Sample
	require.NoError(t, json.Unmarshal(file, &sample))
	assert.Contains(t, string(sample.Response.Body), `no such user: {\"userid\":\"`+sample.Request.Query["userid"][0]+
		`\"}, sorry`)
}

// An order of 32 bits stays one: what is made up has to fit into what the vendor takes.
func TestNumbersStayWithinTheirBits(t *testing.T) {
	m := newMadeUp([]byte("key"))
	seen := map[string]bool{}
	for _, text := range []string{"1000000000", "2147483647", "2147483648", "4294967278", "4294967295", "4294967296",
		"9999999999"} {
		made, err := strconv.ParseInt(m.digits(text), 10, 64)
		require.NoError(t, err)
		number, err := strconv.ParseInt(text, 10, 64)
		require.NoError(t, err)
		for _, end := range []int64{1 << 31, 1 << 32} {
			assert.Equal(t, number < end, made < end, text)
		}
		assert.Len(t, strconv.FormatInt(made, 10), 10, text)
		assert.False(t, seen[strconv.FormatInt(made, 10)], "two values never become one")
		seen[strconv.FormatInt(made, 10)] = true
	}
}
