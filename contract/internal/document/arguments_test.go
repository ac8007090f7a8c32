package document

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// documentOf is a vendor's document.
func documentOf(t testing.TB, vendor string) *Document {
	t.Helper()
	d, err := Embedded(vendor)
	require.NoError(t, err)
	return d
}

// Arguments get the types that the document wants.
func TestArguments(t *testing.T) {
	for _, tc := range []struct {
		vendor, operation string
		arguments         []string
		want              string
	}{
		{"wecom", "ListUserId", []string{"limit=5", "cursor=abc"}, `{"body":{"cursor":"abc","limit":5}}`},
		{"wecom", "CreateUser", []string{"userid=a", "name=b=c", "department=1", "department=2", "to_invite=false",
			`extattr={"attrs":[]}`},
			`{"body":{"department":[1,2],"extattr":{"attrs":[]},"name":"b=c","to_invite":false,"userid":"a"}}`},
		{"wecom", "DeleteBatchUser", []string{`useridlist=["a","b"]`}, `{"body":{"useridlist":["a","b"]}}`},
		{"dingtalk", "createUserV1", []string{"name=a", "mobile=1", "department=[1]"},
			`{"body":{"department":"[1]","mobile":"1","name":"a"}}`},
		{"wps", "oauthToken", []string{"grant_type=client_credentials", "client_id=a", "client_secret=b"},
			`{"form":{"client_id":"a","client_secret":"b","grant_type":"client_credentials"}}`},
		{"wps", "listUsers", []string{"status=active", "status=disabled", "X-Kso-Id-Type=internal"},
			`{"query":{"status":["active","disabled"]},"header":{"X-Kso-Id-Type":"internal"}}`},
		{"feishu", "getUser", []string{"user_id=ou_1", "user_id_type=open_id"},
			`{"path":{"user_id":"ou_1"},"query":{"user_id_type":["open_id"]}}`},
	} {
		request, err := documentOf(t, tc.vendor).Operations[tc.operation].Arguments(tc.arguments, nil)
		require.NoError(t, err, tc.operation)
		got, err := json.Marshal(request)
		require.NoError(t, err)
		assert.JSONEq(t, tc.want, string(got), tc.operation)
	}
	for operation, wrong := range map[string]string{
		"CreateUser": "to_invite=perhaps", "DeleteBatchUser": "useridlist=[1,", "UpdateUser": "extattr=x",
		"InviteUser": "party=x",
	} {
		_, err := documentOf(t, "wecom").Operations[operation].Arguments([]string{wrong}, nil)
		assert.ErrorContains(t, err, strings.SplitN(wrong, "=", 2)[0]+": want", operation)
	}
}
