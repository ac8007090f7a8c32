package directory_test

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lists are the operations that a walk lists people by.
var lists = map[string]string{
	"wecom":    "GetUserList",
	"dingtalk": "listDepartmentUsersV2",
	"feishu":   "listUsersByDepartment",
	"wps":      "listUsers",
}

// Whatever happens to the answers, a walk that ends without an error has seen everybody.
func TestAWalkThroughFaultsIsCompleteOrAnError(t *testing.T) {
	for vendor, operation := range lists {
		for _, kind := range sim.FaultKinds() {
			switch kind {
			case sim.FaultHang, sim.FaultSlowBody: // these last as long as the caller's patience; see below
				continue
			case sim.FaultMovePerson, sim.FaultOversize: // nothing is wrong with the answer; too slow for each vendor
				continue
			}
			for _, times := range []int{1, 0} {
				t.Run(fmt.Sprintf("%s/%s times %d", vendor, kind, times), func(t *testing.T) {
					clock := clienttest.NewClock()
					server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(180), sim.WithDepartments(10))
					server.Inject(vendor, operation, sim.Fault{Kind: kind, Skip: 1, Times: times})
					got, err := walked(t, server, views(t, server, clock)[vendor])
					if err == nil {
						assert.Equal(t, truth(server), got, "no error: then it is complete")
						return
					}
					var w *directory.WalkError
					require.ErrorAs(t, err, &w)
					assert.Equal(t, vendor, w.Vendor)
					assert.Len(t, got, w.Users)
				})
			}
		}
	}
}

func TestAVendorThatHangsEndsWithTheCallersPatience(t *testing.T) {
	for vendor, operation := range lists {
		for _, kind := range []sim.FaultKind{sim.FaultHang, sim.FaultSlowBody} {
			clock := clienttest.NewClock()
			server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(20), sim.WithDepartments(4))
			server.Inject(vendor, operation, sim.Fault{Kind: kind})
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			var last error
			for _, err := range directory.Walk(ctx, views(t, server, clock)[vendor].directory,
				directory.WalkOptions{}) {
				last = err
			}
			cancel()
			assert.ErrorIs(t, last, clients.ErrCanceled, "%s %s", vendor, kind)
			assert.ErrorIs(t, last, context.DeadlineExceeded, "%s %s", vendor, kind)
		}
	}
}

// end counts what a walk yields, and returns the error that it ends with.
func end[T any](walk iter.Seq2[T, error]) (items int, err error) {
	for _, err := range walk {
		if err != nil {
			return items, err
		}
		items++
	}
	return items, nil
}

// The clients' own walks say how far they got as well.
func TestAClientsWalkThatBreaksSaysHowFarItGot(t *testing.T) {
	for vendor, walk := range map[string]func(context.Context, opened) (items int, err error){
		"wecom":    func(ctx context.Context, c opened) (int, error) { return end(c.wecom.Users(ctx)) },
		"dingtalk": func(ctx context.Context, c opened) (int, error) { return end(c.dingtalk.Users(ctx)) },
		"feishu":   func(ctx context.Context, c opened) (int, error) { return end(c.feishu.Users(ctx)) },
		"wps":      func(ctx context.Context, c opened) (int, error) { return end(c.wps.Users(ctx)) },
	} {
		t.Run(vendor, func(t *testing.T) {
			clock := clienttest.NewClock()
			server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(180), sim.WithDepartments(10))
			skip := 9 // all departments but one: some are read at once
			if vendor == "wps" {
				skip = 2 // pages
			}
			server.Inject(vendor, lists[vendor], sim.Fault{Kind: sim.FaultTruncated, Skip: skip})
			items, err := walk(t.Context(), open(t, server, clock))
			assert.ErrorIs(t, err, clients.ErrBadResponse)
			var list *clients.PageError
			require.ErrorAs(t, err, &list)
			assert.Equal(t, items, list.Items)
			assert.Positive(t, items)
			if vendor != "wps" { // whose list knows no departments
				assert.Contains(t, err.Error(), ": department ")
			}
		})
	}
}

func TestTokensThatRunOutInMidWalk(t *testing.T) {
	for vendor := range lists {
		for how, end := range map[string]func(*sim.Server, *clienttest.Clock){
			"revoked": func(server *sim.Server, _ *clienttest.Clock) { server.RevokeTokens(vendor) },
			"expired": func(_ *sim.Server, clock *clienttest.Clock) { clock.Advance(3 * time.Hour) },
		} {
			clock := clienttest.NewClock()
			server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(180), sim.WithDepartments(10))
			v := views(t, server, clock)[vendor]
			n := 0
			for _, err := range directory.Walk(t.Context(), v.directory, directory.WalkOptions{Parallel: 1}) {
				require.NoError(t, err, "%s %s", vendor, how)
				if n++; n == 50 {
					end(server, clock)
				}
			}
			assert.Equal(t, 180, n, vendor)
		}
	}
}

// A panic of somebody's middleware is the caller's to recover from: on a goroutine of the walk's it would end the
// process.
func TestAPanicDuringAWalkReachesTheCaller(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(50), sim.WithDepartments(8), sim.WithoutQuotas())
	for _, operation := range []string{"listDepartmentUsersV2", "listSubDepartmentsV2"} {
		demo := server.Credentials().DingTalk
		c, err := dingtalk.New(dingtalk.Config{AppKey: demo.AppKey, AppSecret: clients.Secret(demo.AppSecret)},
			clients.WithBaseURL(server.DingTalkURL()),
			clients.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
				return tripper(func(r *http.Request) (*http.Response, error) {
					if op := clients.OperationFrom(r.Context()); op.ID == operation {
						panic("of the middleware's")
					}
					return next.RoundTrip(r)
				})
			}))
		require.NoError(t, err)
		assert.PanicsWithValue(t, "of the middleware's", func() {
			for range directory.Walk(t.Context(), directory.DingTalk(c), directory.WalkOptions{}) {
			}
		}, operation)
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
