package dingtalk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRolesOfTheSimulator(t *testing.T) {
	c, server, _ := simulated(t)
	org := server.Organisation()
	roles, err := clients.Collect(c.Roles(t.Context()))
	require.NoError(t, err)
	byName := map[string]dingtalk.Role{}
	for _, r := range roles {
		if r.GroupName == "岗位" {
			byName[r.Name] = r
		}
	}
	require.Len(t, byName, len(org.Groups(sim.Role)))
	for _, g := range org.Groups(sim.Role) {
		members, err := clients.Collect(c.RoleMembers(t.Context(), byName[g.Name].ID))
		require.NoError(t, err)
		got := []string{}
		for _, m := range members {
			got = append(got, m.UserID)
			assert.Nil(t, m.ManageScopes)
		}
		want := []string{}
		for _, key := range g.People {
			p, _ := org.Person(key)
			want = append(want, p.UserID)
		}
		assert.Equal(t, want, got, g.Name)
	}
	_, err = clients.Collect(c.RoleMembers(t.Context(), 1))
	require.ErrorIs(t, err, clients.ErrNotFound)
}

// rolePages serves rows of {group, role} pages as the vendor might: it does not say whether it counts roles or groups.
func rolePages(t *testing.T, groups [][]int64, byGroup bool) *vendor {
	return serve(t, func(w http.ResponseWriter, r request, _ int) {
		var b dingtalkapi.ListRolesRequest
		assert.NoError(t, json.Unmarshal([]byte(r.body), &b))
		type group struct {
			ID    int64            `json:"groupId"`
			Roles []map[string]any `json:"roles"`
		}
		var rows []group
		for i, roles := range groups {
			g := group{ID: int64(i + 1)}
			for _, id := range roles {
				g.Roles = append(g.Roles, map[string]any{"id": id, "name": fmt.Sprint("role ", id)})
				if !byGroup {
					rows = append(rows, group{g.ID, g.Roles[len(g.Roles)-1:]})
				}
			}
			if byGroup || len(roles) == 0 {
				rows = append(rows, g)
			}
		}
		from := min(int(*b.Offset), len(rows))
		to := min(from+int(*b.Size), len(rows))
		text, err := json.Marshal(map[string]any{"errcode": 0, "request_id": "r",
			"result": map[string]any{"hasMore": to < len(rows), "list": rows[from:to]}})
		assert.NoError(t, err)
		w.Write(text)
	})
}

func TestRolesWhateverAPageCounts(t *testing.T) {
	var groups [][]int64
	var want []int64
	for i := range int64(250) {
		var roles []int64
		for j := range i % 4 { // every fourth group has none
			roles = append(roles, 1000*i+j+1)
		}
		groups, want = append(groups, roles), append(want, roles...)
	}
	for _, byGroup := range []bool{true, false} {
		var got []int64
		for role, err := range rolePages(t, groups, byGroup).client(t).Roles(t.Context()) {
			require.NoError(t, err)
			got = append(got, role.ID)
		}
		assert.Equal(t, want, got, "by group: %v", byGroup)
	}
}

// rows is a list whose pages begin at the number of a row, and whose first rows go while it is read.
type rows struct {
	ids   []string
	after func(page int, r *rows)
	pages int
}

func (l *rows) serve(w http.ResponseWriter, offset, size int) {
	from := min(offset, len(l.ids))
	to := min(from+size, len(l.ids))
	list := []map[string]string{}
	for _, id := range l.ids[from:to] {
		list = append(list, map[string]string{"userid": id})
	}
	text, _ := json.Marshal(map[string]any{"errcode": 0, "request_id": "r",
		"result": map[string]any{"hasMore": to < len(l.ids), "list": list}})
	w.Write(text)
	l.pages++
	if l.after != nil {
		l.after(l.pages, l)
	}
}

func userIDs(n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("user%03d", i))
	}
	return ids
}

// Whoever has the role all the time is found, whoever loses it in the meantime.
func TestRoleMembersThatShift(t *testing.T) {
	for _, gone := range []int{0, 1, 30, 99} {
		l := &rows{ids: userIDs(350), after: func(page int, r *rows) {
			if page == 1 {
				r.ids = slices.Delete(r.ids, 0, gone)
			}
		}}
		v := serve(t, func(w http.ResponseWriter, r request, _ int) {
			var b dingtalkapi.ListRoleMembersRequest
			assert.NoError(t, json.Unmarshal([]byte(r.body), &b))
			l.serve(w, int(*b.Offset), int(*b.Size))
		})
		seen := map[string]int{}
		for m, err := range v.client(t).RoleMembers(t.Context(), 7) {
			require.NoError(t, err)
			seen[m.UserID]++
		}
		assert.Len(t, seen, 350, "%d are gone", gone)
		for id, n := range seen {
			assert.Equal(t, 1, n, id)
		}
	}
}

func TestRoleMembersEndInErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want error
	}{
		"a page without a list": {`{"errcode":0,"result":{"hasMore":true},"request_id":"r"}`, clients.ErrBadResponse},
		"no word on the end":    {`{"errcode":0,"result":{"list":[]},"request_id":"r"}`, clients.ErrBadResponse},
		"nobody's row": {`{"errcode":0,"result":{"hasMore":false,"list":[{"name":"x"}]},"request_id":"r"}`,
			clients.ErrBadResponse},
		"no such role": {`{"errcode":33011,"errmsg":"无效的roleId","request_id":"r"}`, clients.ErrNotFound},
		"the same page for ever": {
			`{"errcode":0,"result":{"hasMore":true,"list":[{"userid":"a"}]},"request_id":"r"}`, clients.ErrBadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := clients.Collect(serve(t, always(200, tc.body)).client(t).RoleMembers(t.Context(), 7))
			require.ErrorIs(t, err, tc.want)
		})
	}
}

func TestJoinersAndLeaversOfTheSimulator(t *testing.T) {
	c, server, _ := simulated(t)
	org := server.Organisation()
	onJob, err := clients.Collect(c.OnJobUserIDs(t.Context(), "2,3,5,-1"))
	require.NoError(t, err)
	assert.Len(t, onJob, len(org.People()))
	server.DingTalk().ExpectToJoin(userIDs(120)...)
	joining, err := clients.Collect(c.Joiners(t.Context()))
	require.NoError(t, err)
	assert.Equal(t, userIDs(120), joining)

	none, err := clients.Collect(c.Leavers(t.Context()))
	require.NoError(t, err)
	assert.Empty(t, none)
	var gone []string
	for _, p := range org.People() {
		if len(gone) < 110 && !p.Founder {
			require.NoError(t, org.RemovePerson(p.Key))
			gone = append(gone, p.UserID)
		}
	}
	var left []string
	for info, err := range c.Leavers(t.Context()) {
		require.NoError(t, err)
		left = append(left, info.UserID)
		assert.Equal(t, dingtalkapi.DismissionStatusLeft, info.Status)
		assert.NotNil(t, info.LastWorkDay)
	}
	assert.ElementsMatch(t, gone, left)
}

func TestLeaversWhoseDetailsAreMissing(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, r request, _ int) {
		query, err := url.ParseQuery(r.rawQuery)
		assert.NoError(t, err)
		if strings.HasSuffix(r.path, "/dismissions") {
			from, _ := strconv.Atoi(query.Get("nextToken"))
			text, _ := json.Marshal(userIDs(60)[from:min(from+50, 60)])
			fmt.Fprintf(w, `{"nextToken":%d,"hasMore":%v,"userIdList":%s}`, from+50, from+50 < 60, text)
			return
		}
		var ids []string
		assert.NoError(t, json.Unmarshal([]byte(query.Get("userIdList")), &ids))
		assert.LessOrEqual(t, len(ids), 50)
		for _, id := range ids {
			assert.Regexp(t, `^"user\d+"$`, id)
		}
		fmt.Fprint(w, `{"result":[{"userId":"user007","status":2,"lastWorkDay":1717689600000}]}`)
	})
	var got []string
	for info, err := range v.client(t).Leavers(t.Context()) {
		require.NoError(t, err)
		got = append(got, info.UserID)
		assert.Equal(t, info.UserID == "user007", info.LastWorkDay != nil)
	}
	assert.Equal(t, userIDs(60), got)

	_, err := clients.Collect(serve(t, always(400,
		`{"code":"corpNotOpenHrm","requestid":"R","message":"企业未开通通智能人事"}`)).client(t).Leavers(t.Context()))
	require.ErrorIs(t, err, clients.ErrPermission)
	_, err = clients.Collect(serve(t, always(200, `{"nextToken":0,"hasMore":true,"userIdList":[]}`)).client(t).
		Leavers(t.Context()))
	require.ErrorIs(t, err, clients.ErrBadResponse)
}

// A list of the HR app that ends with next_cursor 0, as in the sample of its page, does not begin again.
func TestEmployeesEndWithZero(t *testing.T) {
	v := serve(t, always(200,
		`{"errcode":0,"result":{"data_list":["user123"],"next_cursor":0},"success":true,"request_id":"r"}`))
	ids, err := clients.Collect(v.client(t).OnJobUserIDs(t.Context(), "3"))
	require.NoError(t, err)
	assert.Equal(t, []string{"user123"}, ids)
	assert.Len(t, v.seen(), 1)
}

func TestSettingsOfTheSimulator(t *testing.T) {
	c, _, _ := simulated(t)
	active := true
	var names []string
	for i := range 101 {
		name := fmt.Sprint("rule ", i)
		names = append(names, name)
		_, err := c.SetHideSetting(t.Context(), &dingtalkapi.SetHideSettingRequest{Name: &name, Active: &active})
		require.NoError(t, err)
		_, err = c.SetRestriction(t.Context(), &dingtalkapi.SetRestrictionRequest{Name: &name,
			Type: dingtalkapi.RestrictionTypeInputOnlySelf, SubjectDeptIDs: []int64{1}})
		require.NoError(t, err)
		if i < 100 { // as many as the simulator takes
			_, err = c.SetAttributeVisibility(t.Context(),
				&dingtalkapi.SetAttributeVisibilityRequest{Name: &name, HideFields: []string{"mobile"}})
			require.NoError(t, err)
		}
	}
	var hidden, restricted, fields []string
	for s, err := range c.HideSettings(t.Context()) {
		require.NoError(t, err)
		hidden = append(hidden, s.Name)
	}
	for s, err := range c.Restrictions(t.Context()) {
		require.NoError(t, err)
		restricted = append(restricted, s.Name)
	}
	for s, err := range c.AttributeVisibilities(t.Context()) {
		require.NoError(t, err)
		fields = append(fields, s.Name)
	}
	assert.Equal(t, names, hidden)
	assert.Equal(t, names, restricted)
	assert.Equal(t, names[:100], fields)
	_, err := c.SetAttributeVisibility(t.Context(), &dingtalkapi.SetAttributeVisibilityRequest{Name: &names[0]})
	require.ErrorIs(t, err, clients.ErrConflict)
}
