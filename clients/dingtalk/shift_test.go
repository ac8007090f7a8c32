//lint:file-ignore SA1019 the older calls have to work as well

package dingtalk_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// changing is a department whose members come and go while it is read. Its pages begin at the number of a row.
type changing struct {
	people []string
	hidden map[string]bool // on the list of ids, and on no page
	moved  map[string]bool // on both lists of ids, and in another department when they are read one by one
	size   int64           // rows of a page
	scopes string          // the answer of getAuthScopes
	denied bool            // the list of ids is refused
	after  func(page int)  // what happens once a page has been read

	mu                    sync.Mutex // people are read some at a time
	pages, calls, singles int
}

const (
	wholeCorp  = `{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_dept":[1],"authed_user":[]}}`
	partOfCorp = `{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_dept":[101],"authed_user":["9"]}}`
	noScopes   = `{"errcode":60011,"errmsg":"权限不足"}`
)

// serve answers with the rows of a source.
func (d *changing) serve(source int) func(w http.ResponseWriter, r request, _ int) {
	s := sources[source]
	return func(w http.ResponseWriter, r request, _ int) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.calls++
		switch {
		case r.path == "/auth/scopes":
			fmt.Fprint(w, d.scopes)
		case strings.HasSuffix(r.path, "/listid"), strings.HasSuffix(r.path, "/getDeptMember"):
			if d.denied {
				fmt.Fprint(w, `{"errcode":60011,"errmsg":"权限不足"}`)
				return
			}
			all := plainIDs(d.people)
			fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","userIds":%s,"result":{"userid_list":%s}}`, all, all)
		case strings.HasSuffix(r.path, "/user/get"):
			d.singles++
			d.single(w, r)
		default:
			var rows []string
			for _, id := range d.people {
				if !d.hidden[id] {
					rows = append(rows, id)
				}
			}
			from := min(s.from(r), int64(len(rows)))
			end := min(from+min(s.size(r), d.size), int64(len(rows)))
			next := int64(0)
			if end < int64(len(rows)) {
				next = end
			}
			fmt.Fprint(w, s.encode(rows[from:end], next > 0, next))
			d.pages++
			if d.after != nil {
				d.after(d.pages)
			}
		}
	}
}

func (d *changing) single(w http.ResponseWriter, r request) {
	id := inQueryText(r, "userid")
	if id == "" {
		id = strings.Trim(strings.SplitN(strings.SplitN(r.body, `"userid":`, 2)[1], ",", 2)[0], `"}`)
	}
	in := "101,7"
	if d.moved[id] {
		in = "7"
	}
	switch {
	case d.hidden[id] && id > "1200":
		fmt.Fprint(w, `{"errcode":50002,"errmsg":"企业员工不在授权范围"}`)
	case !slices.Contains(d.people, id):
		fmt.Fprint(w, `{"errcode":60121,"errmsg":"找不到该用户"}`)
	default:
		user := fmt.Sprintf(`"userid":%q,"name":"n","dept_id_list":[%s],"department":[%[2]s],
			"leader_in_dept":[{"dept_id":7,"leader":false},{"dept_id":101,"leader":true}],
			"dept_order_list":[{"dept_id":101,"order":5}],"isLeaderInDepts":"{7:false,101:true}",
			"orderInDepts":"{101:5}"`, id, in)
		fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok",%s,"result":{%[1]s}}`, user)
	}
}

func inQueryText(r request, name string) string {
	for _, pair := range strings.Split(r.rawQuery, "&") {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return value
		}
	}
	return ""
}

// The lists of members: DepartmentUsers, DepartmentUsersSimple, and the older two.
func memberSources() []int { return []int{0, 1, 4, 5} }

// When people are deleted while a department is read, the others move up, and some are on no page. Nobody who stayed is
// missing, whether the app sees the whole corp or a part of it.
func TestTrapPeopleDeletedWhileADepartmentIsRead(t *testing.T) {
	for _, source := range memberSources() {
		for name, tc := range map[string]struct {
			scopes string
			denied bool
			calls  int // at most
		}{
			"the whole corp":              {scopes: wholeCorp, calls: 4 + 1 + 2 + 20},
			"a part of it":                {scopes: partOfCorp, calls: 4 + 1 + 2},
			"no permission for the scope": {scopes: noScopes, calls: 4 + 1 + 2},
			"no permission for the ids":   {scopes: wholeCorp, denied: true, calls: 4 + 2 + 2},
		} {
			t.Run(sources[source].name+" "+name, func(t *testing.T) {
				d := &changing{people: numbered(350), size: 100, scopes: tc.scopes, denied: tc.denied}
				d.after = func(page int) {
					if page == 1 {
						d.people = slices.Delete(d.people, 30, 50)
					}
				}
				c := serveAll(t, d.serve(source), nil).client(t)
				got, err := collect(sources[source].list(c, t))
				require.NoError(t, err)
				assert.Subset(t, got, d.people, "who stayed")
				assert.Len(t, got, 350, "nobody twice")
				assert.LessOrEqual(t, d.calls, tc.calls)
			})
		}
	}
}

// Whatever goes between any two pages, and how much.
func TestNobodyWhoStaysIsMissing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 120 {
		d := &changing{people: numbered(random.IntN(700)), size: 70 + 30*int64(round%2), scopes: wholeCorp}
		if round%3 > 0 {
			d.scopes = partOfCorp
		}
		start := slices.Clone(d.people)
		d.after = func(int) {
			if random.IntN(3) == 0 {
				return
			}
			for range random.IntN(120) {
				if at := random.IntN(700); at < len(d.people) {
					d.people = slices.Delete(d.people, at, at+1)
				}
			}
			if at := random.IntN(700); at < len(d.people) {
				d.people = slices.Insert(d.people, at, fmt.Sprint(5000+random.IntN(1_000_000)))
			}
		}
		source := memberSources()[round%4]
		if sources[source].from(request{body: `{"cursor":0}`}) != 0 {
			d.size = 100 // the older calls count rows of full pages
		}
		got, err := collect(sources[source].list(serveAll(t, d.serve(source), nil).client(t), t))
		require.NoError(t, err)
		stayed := slices.DeleteFunc(start, func(id string) bool { return !slices.Contains(d.people, id) })
		require.Subset(t, got, stayed, round)
		distinct := slices.Clone(got)
		slices.Sort(distinct)
		require.Len(t, slices.Compact(distinct), len(got), "nobody twice")
	}
}

// Who is on no page need not have slid past: the list of ids knows people whom the app may not see, and people leave.
func TestWhoIsOnNoPage(t *testing.T) {
	d := &changing{
		people: numbered(250), size: 100, scopes: wholeCorp,
		hidden: map[string]bool{"1010": true, "1100": true, "1230": true}, moved: map[string]bool{"1100": true},
	}
	got, err := collect(serveAll(t, d.serve(0), nil).client(t).DepartmentUsers(t.Context(), 101))
	require.NoError(t, err)
	var ids []string
	for _, u := range got {
		ids = append(ids, u.UserID)
		if u.UserID == "1010" { // in the form of a row
			assert.Equal(t, []int64{101, 7}, u.DeptIDList)
			assert.True(t, *u.Leader)
			assert.EqualValues(t, 5, *u.DeptOrder)
		}
	}
	assert.Len(t, ids, 248)
	assert.Contains(t, ids, "1010")
	assert.NotContains(t, ids, "1100", "was moved away just now")
	assert.NotContains(t, ids, "1230", "is not the app's to read")
	assert.Equal(t, 3, d.singles)

	d = &changing{people: numbered(250), size: 100, scopes: wholeCorp, hidden: map[string]bool{"1010": true}}
	old, err := collect(serveAll(t, d.serve(4), nil).client(t).DepartmentUsersV1(t.Context(), 101))
	require.NoError(t, err)
	last := old[len(old)-1]
	assert.Equal(t, "1010", last.UserID)
	assert.True(t, *last.IsLeader)
	assert.EqualValues(t, 5, *last.Order)
}

// What it costs where nothing shifts.
func TestWhatSteadyListsCost(t *testing.T) {
	for name, tc := range map[string]struct {
		people int
		scopes string
		calls  int
	}{
		"one page":                      {100, partOfCorp, 1},
		"the whole corp":                {350, wholeCorp, 4 + 1 + 1},
		"a part of it":                  {350, partOfCorp, 4 + 1},
		"a part of it, a hundred pages": {9_902, partOfCorp, 101 + 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := &changing{people: numbered(tc.people), size: 100, scopes: tc.scopes}
			c := serveAll(t, d.serve(0), nil).client(t)
			for range 2 { // the scope is asked for once
				got, err := collect(sources[0].list(c, t))
				require.NoError(t, err)
				assert.Equal(t, d.people, got)
			}
			asked := 0
			if tc.people > 100 {
				asked = 1
			}
			assert.Equal(t, 2*(tc.calls-asked)+asked, d.calls)
		})
	}
}

// Pages from which rows are left out have not moved up.
func TestPagesWithGapsAreReadToTheEnd(t *testing.T) {
	rows := numbered(1000)
	v := serveAll(t, func(w http.ResponseWriter, r request, _ int) {
		if r.path == "/auth/scopes" {
			fmt.Fprint(w, partOfCorp)
			return
		}
		from := min(inBody("cursor")(r), 1000)
		end := min(from+100, 1000)
		var page []string
		for _, id := range rows[from:end] {
			if id < "1150" || id >= "1750" { // the rest is nobody's to see
				page = append(page, id)
			}
		}
		next := int64(0)
		if end < 1000 {
			next = end
		}
		fmt.Fprint(w, sources[0].encode(page, next > 0, next))
	}, nil)
	got, err := collect(sources[0].list(v.client(t), t))
	require.NoError(t, err)
	assert.Len(t, got, 400)
}

// What the lists ask about themselves can fail like anything else.
func TestACheckThatFailsIsAnError(t *testing.T) {
	d := &changing{people: numbered(250), size: 100, scopes: `{"errcode":-1,"errmsg":"系统繁忙"}`}
	c := serveAll(t, d.serve(0), nil).client(t, clients.WithRetry(clients.NoRetry))
	_, err := collect(c.DepartmentUsers(t.Context(), 101))
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	d.scopes = wholeCorp
	_, err = collect(c.DepartmentUsers(t.Context(), 101))
	assert.NoError(t, err, "what went wrong is asked again")
}
