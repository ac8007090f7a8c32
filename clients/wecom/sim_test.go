package wecom_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// simulated is a client of a simulator that lives by the same clock.
func simulated(t *testing.T, options ...sim.Option) (*wecom.Client, *sim.Server, *clienttest.Clock) {
	t.Helper()
	clock := clienttest.NewClock()
	server := simtest.Serve(t, append([]sim.Option{sim.WithClock(clock.Now)}, options...)...)
	demo := server.Credentials().WeCom
	c, err := wecom.New(wecom.Config{CorpID: demo.CorpID, ContactSecret: clients.Secret(demo.ContactSecret),
		AppSecret: clients.Secret(demo.AppSecret)},
		clients.WithBaseURL(server.WeComURL()), clients.WithClock(clock), clients.WithMaxResponseBytes(2<<20))
	require.NoError(t, err)
	return c, server, clock
}

// truth is who is in which departments, as the simulator knows it.
func truth(server *sim.Server) map[string][]int64 {
	where := map[string][]int64{}
	for _, p := range server.Organisation().People() {
		var in []int64
		for _, m := range p.Memberships {
			d, _ := server.Organisation().Department(m.Department)
			in = append(in, d.WeComID)
		}
		slices.Sort(in)
		where[strings.ToLower(p.UserID)] = in
	}
	return where
}

func walk(ctx context.Context, c *wecom.Client) (map[string][]int64, error) {
	got := map[string][]int64{}
	for user, err := range c.Users(ctx) {
		if err != nil {
			return got, err
		}
		id := wecom.FoldUserID(user.UserID)
		if _, ok := got[id]; ok {
			return got, fmt.Errorf("%s comes twice", id)
		}
		got[id] = slices.Sorted(slices.Values(user.Department))
	}
	return got, nil
}

func TestEverybodyOnceWithAllDepartments(t *testing.T) {
	c, server, _ := simulated(t)
	got, err := walk(t.Context(), c)
	require.NoError(t, err)
	assert.Len(t, got, 2000)
	assert.Equal(t, truth(server), got)

	rows, err := wecom.GroupRows(c.UserRows(t.Context()))
	require.NoError(t, err)
	byID := map[string][]int64{}
	for _, row := range rows {
		byID[wecom.FoldUserID(row.UserID)] = slices.Sorted(slices.Values(row.Departments))
	}
	assert.Equal(t, truth(server), byID, "the ids of the contact sync agree")
}

func TestAWalkThroughFaultsIsCompleteOrAnError(t *testing.T) {
	for _, kind := range sim.FaultKinds() {
		switch kind {
		case sim.FaultHang, sim.FaultSlowBody:
			continue // these end with the caller's patience; see TestAHangingVendor
		case sim.FaultMovePerson, sim.FaultExtraField:
			continue // nothing is wrong with the answers
		case sim.FaultContentType:
			continue // an answer is judged by its body
		case sim.FaultRepeatCursor:
			continue // this list has none; see TestACursorThatRepeats
		}
		for _, times := range []int{1, 2, 0} {
			t.Run(fmt.Sprint(kind, " times ", times), func(t *testing.T) {
				c, server, _ := simulated(t, sim.WithPeople(200), sim.WithDepartments(12))
				server.Inject("wecom", "GetUserList", sim.Fault{Kind: kind, Skip: 5, Times: times, Bytes: 3 << 20})
				got, err := walk(t.Context(), c)
				if err == nil {
					assert.Equal(t, truth(server), got, "no error: then it is complete")
					assert.NotZero(t, times, "%s for ever cannot be survived", kind)
				}
			})
		}
	}
}

func TestACursorThatRepeats(t *testing.T) {
	c, server, _ := simulated(t, sim.WithPeople(12000), sim.WithDepartments(12))
	server.Inject("wecom", "ListUserId", sim.Fault{Kind: sim.FaultRepeatCursor})
	_, err := wecom.GroupRows(c.UserRows(t.Context()))
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.ErrorContains(t, err, "same cursor again")
}

func TestAHangingVendor(t *testing.T) {
	for _, kind := range []sim.FaultKind{sim.FaultHang, sim.FaultSlowBody} {
		c, server, _ := simulated(t, sim.WithPeople(20), sim.WithDepartments(3))
		server.Inject("wecom", "GetUserList", sim.Fault{Kind: kind})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_, err := walk(ctx, c)
		cancel()
		assert.ErrorIs(t, err, clients.ErrCanceled, kind)
		assert.ErrorIs(t, err, context.DeadlineExceeded, kind)
	}
}

func TestFaultsOfTheTokenOperation(t *testing.T) {
	for _, kind := range []sim.FaultKind{sim.FaultHTMLError, sim.FaultEmptyObject, sim.FaultTruncated,
		sim.FaultResetAfter, sim.FaultRedirect, sim.FaultThrottled} {
		t.Run(string(kind), func(t *testing.T) {
			c, server, _ := simulated(t, sim.WithPeople(20), sim.WithDepartments(3))
			remove := server.Inject("wecom", "GetToken", sim.Fault{Kind: kind})
			_, err := walk(t.Context(), c)
			require.Error(t, err)
			remove()
		})
	}
}

func TestTokensRunOutAndAreRevoked(t *testing.T) {
	c, server, clock := simulated(t, sim.WithPeople(20), sim.WithDepartments(3))
	for range 3 {
		_, err := walk(t.Context(), c)
		require.NoError(t, err)
		clock.Advance(3 * time.Hour)
	}
	server.RevokeTokens("wecom")
	_, err := walk(t.Context(), c)
	require.NoError(t, err)
}

func TestADeleteWhoseAnswerIsLostIsNotSentAgain(t *testing.T) {
	c, server, _ := simulated(t, sim.WithPeople(20), sim.WithDepartments(3))
	victim := ""
	for _, p := range server.Organisation().People() {
		if !p.Founder {
			victim = p.UserID
			break
		}
	}
	server.Inject("wecom", "DeleteUser", sim.Fault{Kind: sim.FaultResetAfter, Times: 1})
	_, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: victim})
	require.NoError(t, err)
	_, err = c.DeleteUser(t.Context(), &wecomapi.DeleteUserParams{UserID: victim})
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.Equal(t, 1, server.Calls("wecom", "DeleteUser"))
	_, err = c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: victim})
	assert.ErrorIs(t, err, clients.ErrNotFound, "it was done all the same")
}

func TestImport(t *testing.T) {
	c, server, _ := simulated(t, sim.WithPeople(50), sim.WithDepartments(6))
	taken := server.Organisation().People()[1]
	require.NotEmpty(t, taken.Mobile)
	file := "姓名,帐号,手机号,所在部门\n新人甲,new.one,13999990001,1\n新人乙,new.two,13999990002,1\n"
	result, err := c.SyncUsers(t.Context(), strings.NewReader(file), wecom.BatchOptions{})
	require.NoError(t, err)
	assert.Len(t, result.Rows, 2)
	user, err := c.User(t.Context(), "NEW.ONE")
	require.NoError(t, err)
	assert.Equal(t, "新人甲", user.Name)
	assert.Empty(t, server.WeCom().Invited(), "nobody was mailed")

	result, err = c.SyncUsers(t.Context(), strings.NewReader("姓名,帐号,手机号,所在部门\n新人丙,new.three,13999990001,1\n"),
		wecom.BatchOptions{})
	var rows *wecom.RowsError
	require.ErrorAs(t, err, &rows)
	assert.ErrorIs(t, err, clients.ErrConflict)
	assert.Len(t, result.Failed(), 1)

	_, err = c.ReplaceUsers(t.Context(), strings.NewReader(file), wecom.BatchOptions{AllowDeletion: true})
	assert.ErrorIs(t, err, clients.ErrConflict, "the vendor guards against deleting most of the corp")
}

func TestTheQuotaIsKept(t *testing.T) {
	c, server, clock := simulated(t, sim.WithPeople(20), sim.WithDepartments(3))
	began := clock.Now()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1500 {
				if _, err := c.ListDepartmentSimple(t.Context(), nil); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 12000, server.Calls("wecom", "ListDepartmentSimple"))
	assert.Greater(t, clock.Now().Sub(began), time.Minute, "12,000 calls at 10,000 a minute")
	assert.Zero(t, c.Stats().Replays, "the vendor never had to refuse one")
}
