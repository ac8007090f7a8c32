package contract_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/samples"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// record records a call to the simulator, and checks what came out against everything that must not be in it.
func record(t *testing.T, vendor string, server *sim.Server, operation string,
	o contract.RecordOptions) (*contract.Recording, *samples.Sample) {
	t.Helper()
	v := validator(t, vendor)
	if o.Key == nil {
		o.Key = []byte("key")
	}
	o.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	recording, err := contract.Record(t.Context(), v, opener(vendor, server.URL, server.Simulator), operation, o)
	require.NoError(t, err)
	var sample samples.Sample
	require.NoError(t, json.Unmarshal(recording.File, &sample))
	results, err := v.CheckSamples(fstest.MapFS{vendor + "/" + operation + "/" + recording.Case +
		".json": {Data: recording.File}})
	require.NoError(t, err)
	assert.Empty(t, results[0].Drift(), string(recording.File))
	c := server.Credentials()
	for _, secret := range []string{c.WeCom.AppSecret, c.WeCom.ContactSecret, c.WeCom.CorpID, c.DingTalk.AppSecret,
		c.Feishu.AppSecret, c.WPS.AppKey} {
		assert.NotContains(t, string(recording.File), secret)
	}
	text := string(sample.Response.Body)
	for _, p := range server.Organisation().People() {
		for _, value := range []string{p.Name, p.Email, p.Mobile.Number, p.FeishuOpenID, p.WPSUserID} {
			if len(value) > 4 {
				assert.NotContains(t, text, value)
			}
		}
	}
	return recording, &sample
}

// Every call of every plan can be recorded: what is there to be read, of all vendors.
func TestEveryReadCanBeRecorded(t *testing.T) {
	server := small(t)
	for vendor, calls := range map[string][][]string{
		"wecom": {{"ListDepartment"}, {"GetUserList", "department_id=1", "fetch_child=1"},
			{"ListUserId", "limit=100"}, {"GetJoinQrcode"}},
		"dingtalk": {{"listSubDepartmentsV2", "dept_id=1"}, {"listDepartmentsV1", "id=1", "fetch_child=true"},
			{"listAdminsV2"}, {"getUserCountV2", "only_active=false"}, {"getAuthScopes"}},
		"feishu": {{"listDepartmentChildren", "department_id=0", "fetch_child=true"},
			{"listUsersByDepartment", "department_id=0"}, {"listScopes"}, {"listCustomAttrs"}},
		"wps": {{"getRootDept"}, {"listUsers", "status=active", "status=disabled", "with_dept=true"},
			{"getCurrentCompany"}, {"batchReadCustomAttrDefs"}},
	} {
		for _, call := range calls {
			t.Run(vendor+" "+call[0], func(t *testing.T) {
				recording, sample := record(t, vendor, server, call[0], contract.RecordOptions{Arguments: call[1:]})
				assert.Equal(t, "success", recording.Case)
				assert.Empty(t, recording.Findings)
				assert.JSONEq(t, `{"confidence":"live","read":"2026-01-02"}`, string(sample.Source))
			})
		}
	}
}

func TestRecordingsWithOneKeySpeakOfTheSamePeople(t *testing.T) {
	server := small(t)
	_, list := record(t, "wecom", server, "GetUserList",
		contract.RecordOptions{Arguments: []string{"department_id=1", "fetch_child=1"}})
	var members struct {
		UserList []struct{ UserID, Name string } `json:"userlist"`
	}
	require.NoError(t, json.Unmarshal(list.Response.Body, &members))
	require.Len(t, members.UserList, 60)
	people := server.Organisation().People()
	for _, p := range people[:5] {
		recording, user := record(t, "wecom", server, "GetUser",
			contract.RecordOptions{Arguments: []string{"userid=" + p.UserID}})
		var got struct{ UserID, Name string }
		require.NoError(t, json.Unmarshal(user.Response.Body, &got))
		assert.Equal(t, []string{got.UserID}, user.Request.Query["userid"])
		assert.Contains(t, members.UserList, struct{ UserID, Name string }{got.UserID, got.Name},
			"the same person in two files")
		again, _ := record(t, "wecom", server, "GetUser",
			contract.RecordOptions{Arguments: []string{"userid=" + p.UserID}})
		assert.Equal(t, string(recording.File), string(again.File))
		other, _ := record(t, "wecom", server, "GetUser",
			contract.RecordOptions{Arguments: []string{"userid=" + p.UserID}, Key: []byte("another")})
		assert.NotEqual(t, string(recording.File), string(other.File))
	}
}

func TestARefusalIsRecorded(t *testing.T) {
	server := small(t)
	recording, sample := record(t, "wecom", server, "GetUser",
		contract.RecordOptions{Arguments: []string{"userid=nobody-at-all"}})
	assert.Equal(t, "error-60111", recording.Case)
	assert.NotContains(t, string(recording.File), "nobody-at-all")
	assert.Contains(t, string(sample.Response.Body), "userid not found")
	recording, _ = record(t, "feishu", server, "getUser",
		contract.RecordOptions{Arguments: []string{"user_id=ou_0000000000000000000000000000dead"}})
	assert.Regexp(t, `^error-[0-9]+$`, recording.Case)
}

func TestWhatARecordingHasFound(t *testing.T) {
	server := small(t)
	server.Inject("wecom", "ListDepartment", sim.Fault{Kind: sim.FaultExtraField, Field: "department.0.chief"})
	v := validator(t, "wecom")
	recording, err := contract.Record(t.Context(), v, opener("wecom", server.URL, server.Simulator), "ListDepartment",
		contract.RecordOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{"response body /department/0/chief undeclared_field informative"},
		brief(recording.Findings))
	assert.NotContains(t, string(recording.File), "added by the vendor since", "what nobody knows is replaced, too")
	assert.Contains(t, string(recording.File), `"chief"`)
}

// The token operation shows a token: a made-up one in the recording.
func TestATokenIsMadeUp(t *testing.T) {
	server := small(t)
	c := server.Credentials().WeCom
	recording, sample := record(t, "wecom", server, "GetToken", contract.RecordOptions{
		Arguments: []string{"corpid=" + c.CorpID, "corpsecret=" + c.AppSecret}, Write: true,
		Secrets: []string{c.AppSecret, c.CorpID},
	})
	assert.Equal(t, "success", recording.Case)
	assert.NotContains(t, sample.Request.Query, "corpsecret")
	var got struct {
		Token string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal(sample.Response.Body, &got))
	assert.NotEmpty(t, got.Token)
}

func TestRecordRefuses(t *testing.T) {
	server := small(t)
	secret := server.Credentials().WeCom.AppSecret
	quoting := small(t)
	quoting.Inject("wecom", "GetUser", sim.Fault{Kind: sim.FaultVendorError, Code: "40001", Message: "secret " +
		secret + " is wrong"})
	page := small(t)
	page.Inject("wecom", "GetUser", sim.Fault{Kind: sim.FaultHTMLPage})
	dead := small(t)
	dead.Inject("wecom", "*", sim.Fault{Kind: sim.FaultResetBefore})
	for name, tc := range map[string]struct {
		server    *sim.Server
		operation string
		o         contract.RecordOptions
		want      string
	}{
		"an operation that is none": {server, "NoSuch", contract.RecordOptions{}, `no operation "NoSuch"`},
		"a write": {server, "DeleteUser", contract.RecordOptions{Arguments: []string{"userid=a"}},
			"it writes"},
		"a secret in a sentence": {quoting, "GetUser", contract.RecordOptions{Arguments: []string{"userid=a"},
			Secrets: []string{secret}}, "the vendor's text quotes a secret"},
		"a page": {page, "GetUser", contract.RecordOptions{Arguments: []string{"userid=a"}},
			"a page of HTML or XML with status 200, not a JSON object"},
		"no answer": {dead, "GetUser", contract.RecordOptions{Arguments: []string{"userid=a"}},
			"nothing was recorded: wecom: "},
		"no argument": {server, "GetUser", contract.RecordOptions{}, "userid is required"},
		"unknown argument": {server, "GetUser",
			contract.RecordOptions{Arguments: []string{"userid=a", "lang=x"}},
			"there is no argument lang: want userid"},
		"malformed argument": {server, "GetUser", contract.RecordOptions{Arguments: []string{"userid"}},
			`want name=value, got "userid"`},
		"twice": {server, "GetUser",
			contract.RecordOptions{Arguments: []string{"userid=a", "userid=b"}}, "userid is given twice"},
		"not a number": {server, "ListUserId", contract.RecordOptions{Arguments: []string{"limit=x"}},
			"limit: want a whole number"},
		"body and arguments": {server, "ListUserId", contract.RecordOptions{Arguments: []string{"limit=5"},
			Body: []byte(`{"limit":5}`)}, "the body is given twice"},
		"body that is no JSON": {server, "ListUserId", contract.RecordOptions{Body: []byte(`limit`)},
			"the body is no JSON"},
		"body that lacks something": {server, "ListUserId", contract.RecordOptions{Body: []byte(`{}`)},
			"limit is required"},
	} {
		t.Run(name, func(t *testing.T) {
			tc.o.Client = []clients.Option{clients.WithRetry(clients.NoRetry)}
			recording, err := contract.Record(t.Context(), validator(t, "wecom"),
				opener("wecom", tc.server.URL, tc.server.Simulator), tc.operation, tc.o)
			require.ErrorContains(t, err, tc.want)
			assert.Nil(t, recording)
			assert.NotContains(t, err.Error(), secret)
		})
	}
	assert.Zero(t, server.Calls("wecom", "*"), "nothing was sent")
}
