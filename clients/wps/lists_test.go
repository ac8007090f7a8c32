package wps_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newerLists are the lists with a cursor that only the machine-readable description has: where their items are in the
// answer, and the path.
func newerLists(c *wps.Client) map[string]func(context.Context) ([]string, error) {
	return map[string]func(context.Context) ([]string, error){
		"items /v7/users/changes": func(ctx context.Context) ([]string, error) {
			return gather(c.UserChanges(ctx, time.Time{}), func(e wpsapi.UserChange) string { return e.ID })
		},
		"items /v7/depts/changes": func(ctx context.Context) ([]string, error) {
			return gather(c.DepartmentChanges(ctx, time.Time{}), func(e wpsapi.DeptChange) string { return e.ID })
		},
		"items /v7/users/search": func(ctx context.Context) ([]string, error) {
			return gather(c.FindUsers(ctx, "林"), func(u wpsapi.FoundUser) string { return u.ID })
		},
		"items /v7/depts/search": func(ctx context.Context) ([]string, error) {
			return gather(c.FindDepartments(ctx, "产品"), func(d wpsapi.FoundDept) string { return d.ID })
		},
		"items /v7/depts/Dp1/parents": func(ctx context.Context) ([]string, error) {
			return gather(c.DepartmentParents(ctx, "Dp1"), deptID)
		},
		"partners /v7/partners": func(ctx context.Context) ([]string, error) {
			return gather(c.Partners(ctx), func(p wpsapi.Partner) string { return p.ID })
		},
		"depts /v7/partners/pa-1/depts/0/children": func(ctx context.Context) ([]string, error) {
			return gather(c.PartnerChildDepartments(ctx, "pa-1", "0"),
				func(d wpsapi.PartnerDept) string { return d.DeptID })
		},
		"users /v7/partners/pa-1/depts/Pd10/members": func(ctx context.Context) ([]string, error) {
			return gather(c.PartnerDepartmentUsers(ctx, "pa-1", "Pd10"),
				func(u wpsapi.PartnerUser) string { return u.UserID })
		},
	}
}

func TestNewerListsAreReadToTheirEnd(t *testing.T) {
	entry := func(id string) string {
		return fmt.Sprintf(`{"id":"%s","user_id":"%[1]s","dept_id":"%[1]s"}`, id)
	}
	var names []string
	for name := range newerLists(nil) {
		names = append(names, name)
	}
	for _, name := range names {
		key, path, _ := strings.Cut(name, " ")
		t.Run(path, func(t *testing.T) {
			var cursors []string
			pages := []string{
				`{"` + key + `":[` + entry("a") + `],"next_page_token":"2+/="}`,
				`{"` + key + `":[],"next_page_token":"3"}`,
				`{"` + key + `":[` + entry("a") + `,` + entry("b") + `],"next_page_token":""}`,
			}
			s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
				assert.Equal(t, path, r.URL.Path)
				cursors = append(cursors, r.URL.Query().Get("page_token"))
				fmt.Fprintf(w, `{"code":0,"msg":"","data":%s}`, pages[n-1])
			})
			got, err := newerLists(s.client(t, wps.Config{}))[name](t.Context())
			require.NoError(t, err)
			assert.Equal(t, []string{"a", "b"}, got, "once each, an empty page not being the end")
			assert.Equal(t, []string{"", "2+/=", "3"}, cursors)

			s = serve(t, reply(`{"code":0,"msg":"","data":{"`+key+`":[`+entry("a")+`],"next_page_token":"again"}}`))
			got, err = newerLists(s.client(t, wps.Config{}))[name](t.Context())
			assert.ErrorIs(t, err, clients.ErrBadResponse, "a cursor that does not move")
			assert.Equal(t, []string{"a"}, got)

			s = serve(t, reply(`{"code":0,"msg":"","data":{}}`))
			got, err = newerLists(s.client(t, wps.Config{}))[name](t.Context())
			assert.ErrorIs(t, err, clients.ErrBadResponse, "no list and no cursor")
			assert.Empty(t, got)
		})
	}
}

func TestNewerListsAskForWhatTheVendorWants(t *testing.T) {
	var asked url.Values
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		asked = r.URL.Query()
		fmt.Fprint(w, `{"code":0,"data":{"items":[],"partners":[],"next_page_token":""}}`)
	})
	c := s.client(t, wps.Config{PageSize: 20})
	for name, want := range map[string]url.Values{
		"items /v7/users/changes": {"last_change_time": {"0"}, "page_size": {"20"}},
		"items /v7/users/search": {"keyword": {"林"}, "page_size": {"20"},
			"status": {"active", "notactive", "disabled"}},
		"items /v7/depts/search":      {"keyword": {"产品"}, "page_size": {"20"}},
		"items /v7/depts/Dp1/parents": {"page_size": {"100"}},
		"partners /v7/partners":       {"page_size": {"20"}},
	} {
		_, err := newerLists(c)[name](t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, asked, name)
	}
	_, err := gather(c.WithStatus(wpsapi.UserStatusDimission).FindUsers(t.Context(), "林"),
		func(u wpsapi.FoundUser) string { return u.ID })
	require.NoError(t, err)
	assert.Equal(t, []string{"dimission"}, asked["status"])

	// The kinds of partners are joined, unlike every other list.
	_, err = c.ListPartners(t.Context(), &wpsapi.ListPartnersParams{
		Source: []wpsapi.PartnerSource{wpsapi.PartnerSourceTenant, wpsapi.PartnerSourceDefault}})
	require.NoError(t, err)
	assert.Equal(t, "/v7/partners?source=tenant,default", s.seen()[len(s.seen())-1].uri)
	assert.NoError(t, s.seen()[len(s.seen())-1].signature)
}

// One second more is asked for, and what is too old is left out.
func TestChangesOfTheVerySecondAreThere(t *testing.T) {
	var asked string
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		asked = r.URL.Query().Get("last_change_time")
		fmt.Fprint(w, `{"code":0,"data":{"items":[`+
			`{"id":"1","user_id":"a","dept_id":"a","change_type":"update","change_time":1735689599},`+
			`{"id":"2","user_id":"b","dept_id":"b","change_type":"update","change_time":1735689600},`+
			`{"id":"3","user_id":"b","dept_id":"b","change_type":"delete","change_time":1735689601},`+
			`{"id":"4","user_id":"c","dept_id":"c","change_type":"create"},`+ // who knows
			`{"id":"5","user_id":"d","dept_id":"d","change_type":"archive","change_time":1735689600123}`+
			`],"next_page_token":""}}`)
	})
	c := s.client(t, wps.Config{})
	since := time.Unix(1735689600, 999)
	got, err := gather(c.UserChanges(t.Context(), since),
		func(e wpsapi.UserChange) string { return e.ID + " " + e.UserID + " " + string(e.ChangeType) })
	require.NoError(t, err)
	assert.Equal(t, []string{"2 b update", "3 b delete", "4 c create", "5 d archive"}, got)
	assert.Equal(t, "1735689599", asked)
	got, err = gather(c.DepartmentChanges(t.Context(), since), func(e wpsapi.DeptChange) string { return e.ID })
	require.NoError(t, err)
	assert.Equal(t, []string{"2", "3", "4", "5"}, got)
}

func TestVisibilityRulesAreCountedOff(t *testing.T) {
	rules := func(n int) []string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"id":"vr-%d"}`, i))
		}
		return all
	}
	for name, tt := range map[string]struct {
		there  int // rules that can be read
		told   string
		want   int
		offset []string
		err    error
	}{
		"none":               {0, `,"total":0`, 0, []string{"0"}, nil},
		"one page":           {20, `,"total":20`, 20, []string{"0"}, nil},
		"three pages":        {45, `,"total":45`, 45, []string{"0", "20", "40"}, nil},
		"no number":          {40, ``, 40, []string{"0", "20", "40"}, nil},
		"fewer than is told": {20, `,"total":21`, 20, []string{"0", "20"}, clients.ErrBadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			var offsets []string
			s := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
				q := r.URL.Query()
				assert.Equal(t, []string{"20", "true"}, []string{q.Get("limit"), q.Get("with_total")})
				offsets = append(offsets, q.Get("offset"))
				from, _ := strconv.Atoi(q.Get("offset"))
				all := rules(tt.there)
				fmt.Fprintf(w, `{"code":0,"data":{"rules":[%s]%s}}`,
					strings.Join(all[min(from, len(all)):min(from+20, len(all))], ","), tt.told)
			})
			got, err := gather(s.client(t, wps.Config{}).VisibilityRules(t.Context()),
				func(r wpsapi.VisibilityRule) string { return r.ID })
			if tt.err == nil {
				require.NoError(t, err)
			} else {
				assert.ErrorIs(t, err, tt.err)
			}
			assert.Len(t, got, tt.want)
			assert.Equal(t, tt.offset, offsets)
		})
	}
}

// What happened to the simulator's company is what the lists say, and who left can be read by their ids.
func TestChangesAndLeaversOfTheSimulator(t *testing.T) {
	clock := clienttest.NewClock()
	srv := simtest.Serve(t, sim.WithPeople(60), sim.WithClock(clock.Now), sim.WithoutQuotas())
	demo := srv.Credentials().WPS
	c, err := wps.New(wps.Config{AppID: demo.AppID, AppKey: clients.Secret(demo.AppKey), PageSize: 3},
		clients.WithBaseURL(srv.WPSURL()), clients.WithClock(clock))
	require.NoError(t, err)
	org := srv.Organisation()
	since := clock.Now()

	var left []string
	for _, p := range org.People() {
		if !p.Founder && len(left) < 7 {
			require.NoError(t, org.RemovePerson(p.Key))
			left = append(left, p.WPSUserID)
		}
	}
	clock.Advance(time.Hour)
	var moved sim.Person
	for _, p := range org.People() {
		if len(p.Memberships) == 1 && p.Memberships[0].Department != sim.RootDepartment {
			moved = p
		}
	}
	require.NoError(t, org.MovePerson(moved.Key, moved.Memberships[0].Department, sim.RootDepartment))

	var gone, changed []string
	for e, err := range c.UserChanges(t.Context(), since) {
		require.NoError(t, err)
		switch e.ChangeType {
		case wpsapi.ChangeTypeDelete:
			gone = append(gone, e.UserID)
			require.NotNil(t, e.ChangeTime)
			assert.Equal(t, since.Unix(), *e.ChangeTime)
		default:
			changed = append(changed, e.UserID)
		}
	}
	assert.Equal(t, left, gone)
	assert.Contains(t, changed, moved.WPSUserID)
	later, err := gather(c.UserChanges(t.Context(), since.Add(time.Second)),
		func(e wpsapi.UserChange) string { return e.UserID })
	require.NoError(t, err)
	assert.Equal(t, changed, later)

	former, missing, err := c.FormerUsersByID(t.Context(), append(slices.Clone(gone), moved.WPSUserID))
	require.NoError(t, err)
	assert.Equal(t, []string{moved.WPSUserID}, missing, "who is still here has not left")
	assert.Equal(t, left, userIDs(former))
	for _, u := range former {
		assert.Equal(t, wpsapi.UserStatusDimission, u.Status)
	}

	attrs, missing, err := c.DepartmentCustomAttrsByID(t.Context(), []string{"ghost", rootOf(t, c)})
	require.NoError(t, err)
	assert.Equal(t, []string{"ghost"}, missing)
	assert.Equal(t, "CC-001", attrs[0].CustomAttrs[0].Text)
}

func userIDs(users []wpsapi.User) []string {
	ids := make([]string, 0, len(users))
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	return ids
}

func rootOf(t *testing.T, c *wps.Client) string {
	t.Helper()
	answer, err := c.GetRootDept(t.Context(), nil)
	require.NoError(t, err)
	return answer.Data.ID
}

func TestFormerUsersAreLookedUpInParts(t *testing.T) {
	var ids []string
	for i := range 120 {
		ids = append(ids, "u"+strconv.Itoa(i))
	}
	s := serve(t, reply(`{"code":0,"data":{"items":[]}}`))
	_, missing, err := s.client(t, wps.Config{BatchLimit: 100}).FormerUsersByID(t.Context(), ids)
	require.NoError(t, err)
	assert.Equal(t, ids, missing)
	assert.Len(t, s.seen(), 3, "50 in a call at most")
}
