package reliability

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/redislimit"
	"github.com/roster-go/roster/clients/token/redisstore"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/internal/redistest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// roleVariable makes a process of the test binary play a part in a fleet.
const roleVariable = "ROSTER_RELIABILITY_ROLE"

// role is what a process of a fleet does.
type role struct {
	URL      string // of the simulator's DingTalk
	Network  string // of Redis: "unix" or "tcp"
	Redis    string // its address
	UserID   string
	Limiter  bool // quotas are shared as well
	Fleet    int  // how many processes there are
	From, To time.Time
}

// played is what a process reports.
type played struct {
	Calls, Replays int64
	Failed         []string
	First          time.Duration // until the first call was answered
}

// play does what a process of a fleet does, and prints what it saw.
func play(text string) int {
	var r role
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	seen, err := r.play(context.Background())
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(seen)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (r role) play(ctx context.Context) (played, error) {
	demo := dingTalkDemo
	quiet := slog.New(slog.DiscardHandler)
	redis.SetLogger(silent{})
	rdb := redis.NewClient(&redis.Options{Network: r.Network, Addr: r.Redis, MaxRetries: -1})
	defer func() { _ = rdb.Close() }()
	store := redisstore.New(rdb)
	options := []clients.Option{clients.WithBaseURL(r.URL), clients.WithTokenStore(store), clients.WithLogger(quiet)}
	if r.Limiter {
		limiter, err := redislimit.New(rdb, redislimit.Options{App: demo.AppKey, Processes: r.Fleet, Logger: quiet})
		if err != nil {
			return played{}, err
		}
		options = append(options, clients.WithLimiter(limiter))
	}
	c, err := dingtalk.New(dingtalk.Config{AppKey: demo.AppKey, AppSecret: clients.Secret(demo.AppSecret)}, options...)
	if err != nil {
		return played{}, err
	}
	var seen played
	var mu sync.Mutex
	var calls atomic.Int64
	time.Sleep(time.Until(r.From)) // all processes begin at one time
	began := time.Now()
	call := func() {
		_, err := c.GetUserV2(ctx, &dingtalkapi.GetUserV2Request{UserID: r.UserID})
		mu.Lock()
		defer mu.Unlock()
		if calls.Add(1) == 1 {
			seen.First = time.Since(began)
		}
		if err != nil && len(seen.Failed) < 5 {
			seen.Failed = append(seen.Failed, err.Error())
		}
	}
	call()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for time.Now().Before(r.To) {
				call()
			}
		})
	}
	wg.Wait()
	seen.Calls, seen.Replays = calls.Load(), c.Stats().Replays
	return seen, nil
}

// silent keeps the Redis client from printing what the page tells.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// dingTalkDemo are the simulator's credentials, which are the same in every process.
var dingTalkDemo = sim.New(sim.WithPeople(1), sim.WithDepartments(1)).Credentials().DingTalk

// start starts a process of the fleet.
func start(t *testing.T, r role) (cmd *exec.Cmd, out *bytes.Buffer) {
	t.Helper()
	text, err := json.Marshal(r)
	require.NoError(t, err)
	cmd, out = exec.Command(os.Args[0]), &bytes.Buffer{}
	cmd.Env = append(os.Environ(), roleVariable+"="+string(text))
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	require.NoError(t, cmd.Start())
	return cmd, out
}

// fleet runs processes at one time and returns what they saw.
func fleet(t *testing.T, n int, last time.Duration, r role) []played {
	t.Helper()
	all := contend(t, n, last, r)
	for _, p := range all {
		assert.Empty(t, p.Failed)
	}
	return all
}

// contend is fleet where calls may fail: of processes that throttle each other.
func contend(t *testing.T, n int, last time.Duration, r role) []played {
	t.Helper()
	r.Fleet, r.From = n, time.Now().Add(time.Second)
	r.To = r.From.Add(last)
	var processes []*exec.Cmd
	var outputs []*bytes.Buffer
	for range n {
		cmd, out := start(t, r)
		processes, outputs = append(processes, cmd), append(outputs, out)
	}
	all := make([]played, n)
	for i, cmd := range processes {
		require.NoError(t, cmd.Wait())
		require.NoError(t, json.Unmarshal(outputs[i].Bytes(), &all[i]))
	}
	return all
}

// slowest is the longest that a process waited for its first answer.
func slowest(all []played) time.Duration {
	var most time.Duration
	for _, p := range all {
		most = max(most, p.First)
	}
	return most
}

func TestFleetTokens(t *testing.T) {
	result := measured.add("A fleet and its token", "Processes that start at one time with one app's credentials "+
		"and one "+
		"Redis for their token. Waited is until the slowest of them had its first answer.",
		"Redis", "processes", "tokens fetched", "waited")
	n := pick(4, 8)
	row := func(name string, issued int, waited time.Duration) {
		result.row(name, fmt.Sprint(n), fmt.Sprint(issued), fmt.Sprintf("%.1f s", waited.Seconds()))
	}
	at := func(t *testing.T, options ...sim.Option) (*sim.Server, role) {
		server := simtest.Serve(t, append([]sim.Option{sim.WithPeople(12), sim.WithDepartments(3), sim.WithoutQuotas()},
			options...)...)
		return server, role{URL: server.DingTalkURL(), Network: "unix", Redis: redistest.Server(t),
			UserID: anybody(server).UserID, Limiter: false}
	}
	t.Run("healthy", func(t *testing.T) {
		server, r := at(t)
		waited := slowest(fleet(t, n, 0, r))
		assert.Equal(t, 1, server.TokensIssued("dingtalk"))
		row("healthy", server.TokensIssued("dingtalk"), waited)
	})
	t.Run("gone", func(t *testing.T) {
		server, r := at(t)
		r.Redis = "/nowhere/redis.sock"
		waited := slowest(fleet(t, n, 0, r))
		assert.LessOrEqual(t, server.TokensIssued("dingtalk"), n)
		assert.Less(t, waited, 3*time.Second)
		row("gone", server.TokensIssued("dingtalk"), waited)
	})
	t.Run("hanging", func(t *testing.T) {
		server, r := at(t)
		r.Network, r.Redis = "tcp", host(through(t, r.Redis, weather{blackout: true}))
		waited := slowest(fleet(t, n, 0, r))
		assert.Less(t, waited, 4*time.Second)
		row("takes connections and says nothing", server.TokensIssued("dingtalk"), waited)
	})
	t.Run("slow", func(t *testing.T) {
		server, r := at(t)
		r.Network, r.Redis = "tcp", host(through(t, r.Redis, weather{delay: 2 * time.Second}))
		waited := slowest(fleet(t, n, 0, r))
		assert.Less(t, waited, 4*time.Second)
		row("answers after 2 s", server.TokensIssued("dingtalk"), waited)
	})
	t.Run("killed", func(t *testing.T) {
		server, r := at(t)
		// The vendor never answers the first process, which has the lock, and is killed.
		remove := server.Inject("dingtalk", "getAppAccessToken", sim.Fault{Kind: sim.FaultHang})
		first, _ := start(t, r)
		require.Eventually(t, func() bool { return server.Calls("dingtalk", "getAppAccessToken") > 0 }, 20*time.Second,
			5*time.Millisecond)
		remove()
		require.NoError(t, first.Process.Kill())
		_ = first.Wait()
		began := time.Now()
		r.Fleet = n
		all := fleet(t, n, 0, r)
		waited := slowest(all)
		assert.Equal(t, 1, server.TokensIssued("dingtalk"))
		assert.LessOrEqual(t, waited, 5*time.Second)
		assert.Less(t, time.Since(began), 10*time.Second)
		row("healthy, and the process with the lock was killed", server.TokensIssued("dingtalk"), waited)
	})
}

func TestFleetQuotas(t *testing.T) {
	last := time.Duration(pick(2, 12)) * time.Second
	result := measured.add("A fleet and its quota", "Processes with one app's credentials, eight callers each, that "+
		"read "+
		"as fast as they may at a quota of 20 calls a second, which the simulator enforces in every window. Spent "+
		"is the "+
		"share of the quota that was used.", "limiter", "processes", "throttled", "spent")
	for _, c := range []struct {
		name      string
		processes int
		limiter   bool
		redis     bool
	}{
		{"each its own (no Redis)", 1, false, true},
		{"each its own (no Redis)", 4, false, true},
		{"shared through Redis", 2, true, true},
		{"shared through Redis", 4, true, true},
		{"shared, and Redis is gone: each takes its part", 4, true, false},
	} {
		t.Run(fmt.Sprint(c.name, c.processes), func(t *testing.T) {
			server := simtest.Serve(t, sim.WithPeople(12), sim.WithDepartments(3),
				sim.WithQuota("dingtalk", "getUserV2", 20, time.Second))
			r := role{URL: server.DingTalkURL(), Network: "unix", Redis: redistest.Server(t),
				UserID: anybody(server).UserID, Limiter: c.limiter}
			if !c.redis {
				r.Redis = "/nowhere/redis.sock"
			}
			run := fleet
			if !c.limiter && c.processes > 1 {
				run = contend
			}
			all := run(t, c.processes, last, r)
			var calls, throttled int64
			for _, p := range all {
				calls, throttled = calls+p.Calls, throttled+p.Replays
			}
			spent := float64(calls) / (20 * last.Seconds())
			if c.limiter {
				// In a short run on a busy machine calls that were spaced may arrive together.
				assert.LessOrEqual(t, throttled, calls*int64(pick(1, 0))/10)
			}
			if c.limiter && c.redis && long() {
				assert.GreaterOrEqual(t, spent, 0.9)
			}
			result.row(fmt.Sprint(c.name, ", ", c.processes), fmt.Sprint(c.processes), fmt.Sprint(throttled),
				fmt.Sprintf("%.0f %%", min(100*spent, 100)))
		})
	}
}
