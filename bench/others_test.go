package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/bench"
	"github.com/roster-go/roster/bench/floor"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim"
)

// What watching live traffic costs a read.
func BenchmarkContract(b *testing.B) {
	validator, err := contract.NewValidator("wecom")
	if err != nil {
		b.Fatal(err)
	}
	nothing := func(next http.RoundTripper) http.RoundTripper { return passing{next} }
	watch := func(rate float64) func(http.RoundTripper) http.RoundTripper {
		watched, err := contract.NewTransport(validator, contract.WithRate(rate), contract.WithFirst(0))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = watched.Close(context.Background()) })
		return watched.Wrap
	}
	for _, column := range []struct {
		name string
		wrap func(http.RoundTripper) http.RoundTripper
	}{
		{bench.Floor, nothing}, {"percent", watch(0.01)}, {"all", watch(1)},
	} {
		b.Run("api=wecom/client="+column.name, func(b *testing.B) {
			c, err := wecom.New(wecom.Config{CorpID: floor.ID, AppSecret: floor.Secret},
				clients.WithBaseURL(where+"/wecom"), clients.WithLimiter(clients.NoLimit),
				clients.WithMiddleware(column.wrap))
			if err != nil {
				b.Fatal(err)
			}
			loop(b, func() error {
				_, err := c.GetUser(b.Context(), &wecomapi.GetUserParams{UserID: "1"})
				return err
			})
		})
	}
}

// passing is a middleware that does nothing.
type passing struct{ next http.RoundTripper }

func (p passing) RoundTrip(r *http.Request) (*http.Response, error) { return p.next.RoundTrip(r) }

// What the simulator takes for an answer.
func BenchmarkSimulator(b *testing.B) {
	s := sim.New(sim.WithoutQuotas())
	ask := func(target string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
		return w
	}
	known := s.Credentials().WeCom
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	query := url.Values{"corpid": {known.CorpID}, "corpsecret": {known.AppSecret}}
	body := ask("/wecom/cgi-bin/gettoken?" + query.Encode()).Body.Bytes()
	if err := json.Unmarshal(body, &answer); err != nil || answer.AccessToken == "" {
		b.Fatal(string(body), err)
	}
	list := "/wecom/cgi-bin/user/list?department_id=1&access_token=" + answer.AccessToken
	if body := ask(list).Body.String(); !strings.Contains(body, `"errcode":0`) {
		b.Fatal(body)
	}
	loop(b, func() error {
		ask(list)
		return nil
	})
}

// What changed between two days of a company of 100,000.
func BenchmarkDiff(b *testing.B) {
	old, now := snapshot(b, 0), snapshot(b, 1000)
	loop(b, func() error {
		changes, err := directory.Diff(old, now, directory.DiffOptions{})
		if err != nil {
			return err
		}
		n := 0
		for range changes {
			n++
		}
		if n != 1000 {
			return fmt.Errorf("%d changes", n)
		}
		return nil
	})
}

// snapshot is one of 100,000 people in 5,000 departments, the first of them with another title.
func snapshot(b *testing.B, changed int) *directory.Snapshot {
	b.Helper()
	s := &directory.Snapshot{Header: directory.Header{Vendor: "wecom", Company: "ww1", Time: time.Unix(1800000000, 0),
		Scope: directory.Range{Scope: directory.Scope{Known: true, Whole: true}}}}
	for n := range 5_000 {
		id := strconv.Itoa(n)
		s.Departments = append(s.Departments, directory.Department{ID: id, Name: "部门" + id,
			ParentID: strconv.Itoa(n / 10), LeaderIDs: []string{"u" + id}})
	}
	for n := range 100_000 {
		id, title := strconv.Itoa(n), "会计"
		if n < changed {
			title = "主管"
		}
		s.Users = append(s.Users, directory.User{ID: "u" + id, UserName: "u" + id, DisplayName: "陈雨晴",
			Title: title, Status: directory.StatusActive, EmployeeNo: id, ManagerID: "u" + strconv.Itoa(n/100),
			Emails:       []directory.Value{{Value: "u" + id + "@example.cn", Type: "work", Primary: true}},
			PhoneNumbers: []directory.Value{{Value: "+86138" + id, Type: "mobile"}},
			Departments: []directory.Membership{{DepartmentID: strconv.Itoa(n % 5000), Leader: new(n < 5000),
				Primary: new(true)}}})
	}
	slices.SortFunc(s.Users, func(a, b directory.User) int { return strings.Compare(a.ID, b.ID) })
	var file bytes.Buffer
	if err := s.Write(&file); err != nil {
		b.Fatal(err)
	}
	read, err := directory.ReadSnapshot(&file)
	if err != nil {
		b.Fatal(err)
	}
	return read
}
