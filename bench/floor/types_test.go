package floor

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The floor decodes what the clients decode, or the comparison would say nothing.
func TestSameMembers(t *testing.T) {
	for _, pair := range [][2]any{
		{weComUser{}, wecomapi.GetUserAnswer{}},
		{weComList{}, wecomapi.GetUserListAnswer{}},
		{dingTalkV1User{}, dingtalkapi.GetUserV1Answer{}},
		{dingTalkV1List{}, dingtalkapi.ListDepartmentUsersV1Answer{}},
		{dingTalkV2User{}, dingtalkapi.GetUserV2Answer{}},
		{dingTalkV2List{}, dingtalkapi.ListDepartmentUsersV2Answer{}},
		{feishuUser{}, feishuapi.GetUserAnswer{}},
		{feishuList{}, feishuapi.ListUsersByDepartmentAnswer{}},
		{wpsUser{}, wpsapi.GetUserAnswer{}},
		{wpsList{}, wpsapi.ListUsersAnswer{}},
	} {
		plain, ours := reflect.TypeOf(pair[0]), reflect.TypeOf(pair[1])
		assert.Equalf(t, members(ours, ""), members(plain, ""), "%s and %s", plain, ours)
	}
}

// members are the paths of all members of an answer, sorted, with a star behind pointers. What has a decoder of its own
// has none.
func members(t reflect.Type, path string) []string {
	switch {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
	case t.Kind() == reflect.Pointer:
		return members(t.Elem(), path+"*")
	case t.Kind() == reflect.Slice:
		return members(t.Elem(), path)
	case t.Kind() == reflect.Struct:
		var all []string
		for field := range t.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			all = append(all, members(field.Type, path+"."+name)...)
		}
		slices.Sort(all)
		return all
	}
	return []string{path}
}

// What stands as text in answers is read as well.
func TestTexts(t *testing.T) {
	var user dingTalkV1User
	require.NoError(t, json.Unmarshal([]byte(
		`{"orderInDepts":"{101:176300000000000512, 1:-3}","isLeaderInDepts":"{101:true,1:false}"}`), &user))
	assert.Equal(t, departments[int64]{101: 176300000000000512, 1: -3}, user.OrderInDepts)
	assert.Equal(t, departments[bool]{101: true, 1: false}, user.IsLeaderInDepts)
	require.Error(t, json.Unmarshal([]byte(`{"orderInDepts":"{a:1}"}`), &user))

	var extension textMap
	require.NoError(t, json.Unmarshal([]byte(`"{\"desk\":\"3F-12\"}"`), &extension))
	assert.Equal(t, textMap{"desk": "3F-12"}, extension)
}
