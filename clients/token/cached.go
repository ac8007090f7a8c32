package token

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// FetchFunc asks the vendor for a token. previous is the last one known, dead or alive, for vendors whose tokens renew
// each other; it is zero at the first fetch.
type FetchFunc func(ctx context.Context, previous Token) (Token, error)

// Config says how a Cached source works. Only Key and Fetch are needed.
type Config struct {
	// Key names the token in the Store. It must differ for every credential and must not contain one.
	Key string

	// Fetch gets a new token. It runs on a context of its own, not on that of a caller.
	Fetch FetchFunc

	// Store is where other processes look for the same token. Nil: this source alone.
	Store Store

	// Rotating says that Fetch uses up what renews the token, as single-use refresh tokens do. A Store that cannot be
	// read or locked then fails the renewal with ErrStore instead of being done without: what somebody else has used up
	// meanwhile must not be sent.
	Rotating bool

	// Margin is how long before its expiry a token is renewed in the background. Zero: 5 minutes. It is cut to a tenth
	// of the token's life, so that no token is renewed at once.
	Margin time.Duration

	// Timeout bounds one fetch. Zero: 2 minutes, since a throttled vendor wants to be waited for. A Fetch that goes on
	// after its context has ended is left behind, but for that of a Rotating source.
	Timeout time.Duration

	// Hold says how long to answer with the error of a fetch that failed, the nth in a row, before trying again. Nil:
	// one second, doubled up to a minute.
	Hold func(err error, nth int) time.Duration

	// Now is the clock. Nil: time.Now.
	Now func() time.Time

	// Logger hears of renewals that failed while the old token still works, and of a Store that fails. Nil: nobody.
	Logger *slog.Logger
}

const (
	defaultMargin  = 5 * time.Minute
	defaultTimeout = 2 * time.Minute

	// A token this close to its end would run out on the way to the vendor.
	lastMoment = 2 * time.Second

	// shortest is how long a token is used at least. One that is about to end, or did on its way here, is better used
	// up, and renewed when it is refused, than fetched again for every call.
	shortest = 10 * time.Second

	// lastWords is how long a fetch whose time is over may take to say what it failed of.
	lastWords = time.Second

	// How often somebody who waits for another's fetch looks at the store: soon at first.
	shortestWait = 10 * time.Millisecond
	longestWait  = 200 * time.Millisecond
)

// errPanic is a fetch that panicked, or that ended its goroutine. It ran on one of its own, where a panic ends the
// process and nobody answers those who wait.
type errPanic struct {
	value any
	stack string
}

func (e *errPanic) Error() string {
	if e.value == nil {
		return "token: the fetch ended its goroutine"
	}
	return fmt.Sprintf("token: the fetch panicked: %v", e.value)
}

// Unwrap returns the value of the panic if it is an error.
func (e *errPanic) Unwrap() error {
	err, _ := e.value.(error)
	return err
}

// LogValue leaves out the value, which may hold anything; those who are answered can scrub it.
func (e *errPanic) LogValue() slog.Value {
	return slog.StringValue(fmt.Sprintf("the fetch panicked: %T", e.value))
}

// ErrStore is a renewal that failed because the Store did.
var ErrStore = errors.New("token: store failed")

// Cached is a Source that fetches a token once for all who ask, until it nears its end or is refused. It is safe for
// concurrent use.
type Cached struct {
	cfg    Config
	flight singleflight.Group

	mu       sync.Mutex
	current  Token
	life     time.Duration // of current, when it came
	rejected Secret        // the value that was refused last; a store may still hold it
	serial   uint64
	failed   error
	failures int
	retryAt  time.Time

	unreadable bool // what is stored, and that has been logged; it belongs to the flight
}

// New returns a Cached source.
func New(cfg Config) (*Cached, error) {
	if cfg.Key == "" || cfg.Fetch == nil {
		return nil, errors.New("token: Config.Key and Config.Fetch are required")
	}
	if cfg.Store == nil {
		cfg.Store = NewMemoryStore()
	}
	if cfg.Margin <= 0 {
		cfg.Margin = defaultMargin
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Hold == nil {
		cfg.Hold = func(_ error, nth int) time.Duration { return min(time.Second<<min(nth-1, 6), time.Minute) }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Cached{cfg: cfg}, nil
}

// Token returns the current token, or waits for the fetch that is under way. It returns early when ctx ends; the fetch
// goes on for the others.
func (c *Cached) Token(ctx context.Context) (Token, error) {
	c.mu.Lock()
	now := c.cfg.Now()
	t := c.current
	usable := c.usable(t, now)
	wanted := !usable || !now.Before(t.Expiry.Add(-c.margin()))
	held := now.Before(c.retryAt)
	failed := c.failed
	c.mu.Unlock()

	switch {
	case !wanted || usable && held:
		return t, nil
	case usable:
		c.refresh(ctx, t.serial) // in the background: nobody waits for the channel
		return t, nil
	case held && failed != nil:
		return Token{}, failed
	}
	select {
	case r := <-c.refresh(ctx, t.serial):
		if r.Err != nil {
			return Token{}, r.Err
		}
		return r.Val.(Token), nil
	case <-ctx.Done():
		return Token{}, context.Cause(ctx)
	}
}

// Invalidate drops bad unless a newer token has taken its place.
func (c *Cached) Invalidate(bad Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if bad.Value == "" || bad.serial != c.current.serial || bad.Value != c.current.Value {
		return
	}
	c.rejected = bad.Value
	// What renews the token is still good, and its serial stays so that a late report finds nothing to drop.
	c.current.Value = ""
}

func (c *Cached) usable(t Token, now time.Time) bool {
	return t.Value != "" && now.Before(t.Expiry.Add(-lastMoment))
}

func (c *Cached) margin() time.Duration {
	return min(c.cfg.Margin, c.life/10)
}

// refresh joins the flight under way or starts one. seen is the serial of the token that the caller found wanting: a
// flight that ended between that look and this call has done the work already.
func (c *Cached) refresh(ctx context.Context, seen uint64) <-chan singleflight.Result {
	return c.flight.DoChan("", func() (any, error) {
		c.mu.Lock()
		now, current, failed, retryAt := c.cfg.Now(), c.current, c.failed, c.retryAt
		c.mu.Unlock()
		if current.serial != seen && c.usable(current, now) {
			return current, nil
		}
		if failed != nil && now.Before(retryAt) {
			return nil, failed
		}
		// The flight belongs to all who wait: no caller's cancellation or deadline may end it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.Timeout)
		defer cancel()
		t, err := c.renewSafely(ctx)
		if err != nil {
			return nil, c.failedWith(ctx, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.failures, c.failed, c.retryAt = 0, nil, time.Time{}
		c.serial++
		t.serial = c.serial
		c.current = t
		c.life = t.Expiry.Sub(c.cfg.Now())
		c.rejected = ""
		return t, nil
	})
}

// failedWith keeps the error of a fetch for those who ask before it is worth another try.
func (c *Cached) failedWith(ctx context.Context, err error) error {
	c.mu.Lock()
	c.failures++
	c.failed = err
	c.retryAt = c.cfg.Now().Add(c.cfg.Hold(err, c.failures))
	c.mu.Unlock()
	attrs := []slog.Attr{slog.Any("error", err)}
	var panicked *errPanic
	if errors.As(err, &panicked) {
		attrs = append(attrs, slog.String("stack", panicked.stack))
	}
	c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "token could not be renewed", attrs...)
	return err
}

// result is what came of a renewal, or of a part of it.
type result struct {
	token Token
	err   error
}

// safely runs f on a goroutine whose end, of whatever kind, is a result.
func safely(f func() (Token, error)) <-chan result {
	done := make(chan result, 1)
	go func() {
		var r result
		finished := false
		defer func() {
			if !finished {
				value := recover()
				r = result{err: &errPanic{value: value, stack: string(debug.Stack())}}
			}
			done <- r
		}()
		r.token, r.err = f()
		finished = true
	}()
	return done
}

// renewSafely is renew, whose Store may panic as well.
func (c *Cached) renewSafely(ctx context.Context) (Token, error) {
	r := <-safely(func() (Token, error) { return c.renew(ctx) })
	return r.token, r.err
}

// fetch fetches a token. A fetch that does not end with its context is left behind, so that it holds up neither those
// who wait nor the next one. That of a rotating source is waited for: what it uses up must not be sent a second time
// meanwhile, and what it brings is the only thing that renews the token.
func (c *Cached) fetch(ctx context.Context, previous Token) (Token, error) {
	done := safely(func() (Token, error) { return c.cfg.Fetch(ctx, previous) })
	if c.cfg.Rotating {
		r := <-done
		return r.token, r.err
	}
	select {
	case r := <-done:
		return r.token, r.err
	case <-ctx.Done():
	}
	timer := time.NewTimer(lastWords)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.token, r.err
	case <-timer.C:
		return Token{}, fmt.Errorf("token: the fetch did not end in time: %w", context.Cause(ctx))
	}
}

// renew takes the token that another process has stored, or fetches one as the only one to do so. A store that fails
// once is not asked again before the fetch: each step of it may take long.
func (c *Cached) renew(ctx context.Context) (Token, error) {
	c.mu.Lock()
	previous, rejected := c.current, c.rejected
	c.mu.Unlock()

	stored, look, err := c.fromStore(ctx, previous, rejected)
	if look == storeFresh || err != nil {
		return stored, err
	}
	if look != storeDown {
		var unlock func()
		if unlock, stored, look, err = c.lock(ctx, previous, rejected); look == storeFresh || err != nil {
			return stored, err
		}
		if unlock != nil {
			defer unlock()
		}
	}
	if stored.Refresh != "" && stored.Expiry.After(previous.Expiry) {
		// A refresh token that another process has got in the meantime: ours is used up. An older one is what a store
		// gives back that could not take ours.
		previous = stored
	}
	began := c.cfg.Now()
	t, err := c.fetch(ctx, previous)
	if err != nil {
		return Token{}, err
	}
	if t.Value == "" || !t.Expiry.After(began) {
		return Token{}, errors.New("token: the vendor gave no token, or one that has already run out")
	}
	if least := c.cfg.Now().Add(shortest); t.Expiry.Before(least) {
		t.Expiry = least
	}
	if look != storeDown {
		if err := c.cfg.Store.Set(ctx, c.cfg.Key, t); err != nil {
			_ = c.storeFailed(ctx, "set", err) // the token is here now, and good
		}
	}
	return t, nil
}

// lock waits until this source is the only one to renew the token, and looks at the token meanwhile: whoever has the
// lock puts it there, and those who wait need not take turns.
func (c *Cached) lock(ctx context.Context, previous Token, rejected Secret) (func(), Token, sight, error) {
	for wait := shortestWait; ; wait = min(2*wait, longestWait) {
		unlock, ok, failed := c.cfg.Store.TryLock(ctx, c.cfg.Key)
		if failed != nil {
			return nil, Token{}, storeDown, c.storeFailed(ctx, "lock", failed)
		}
		if !ok {
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				return nil, Token{}, storeDown, context.Cause(ctx)
			}
		}
		stored, look, err := c.lookLocked(ctx, previous, rejected, unlock)
		switch {
		case ok && (look == storeFresh || err != nil):
			unlock()
			return nil, stored, look, err
		case ok || look != storeStale || err != nil:
			return unlock, stored, look, err
		}
	}
}

// lookLocked is fromStore with a lock, or without one, in hand. A Store that panics must not keep it.
func (c *Cached) lookLocked(ctx context.Context, previous Token, rejected Secret, unlock func()) (Token, sight, error) {
	returned := false
	defer func() {
		if !returned && unlock != nil {
			unlock()
		}
	}()
	stored, look, err := c.fromStore(ctx, previous, rejected)
	returned = true
	return stored, look, err
}

// sight is what a look at the store has shown.
type sight int

const (
	storeStale sight = iota // nothing that is worth taking
	storeFresh
	storeDown // nobody knows
)

// fromStore returns what is stored, and whether it is worth taking: alive, past neither its margin nor a refusal, and
// not what this source has already. The error is that of a store that cannot be done without.
func (c *Cached) fromStore(ctx context.Context, previous Token, rejected Secret) (Token, sight, error) {
	t, err := c.cfg.Store.Get(ctx, c.cfg.Key)
	known := c.unreadable
	c.unreadable = errors.Is(err, ErrUnreadable)
	switch {
	case c.unreadable && !c.cfg.Rotating:
		if !known {
			_ = c.storeFailed(ctx, "get", err)
		}
		return Token{}, storeStale, nil
	case err != nil:
		return Token{}, storeDown, c.storeFailed(ctx, "get", err)
	case c.usable(t, c.cfg.Now()) && t.Value != rejected && t.Value != previous.Value:
		return t, storeFresh, nil
	default:
		return t, storeStale, nil
	}
}

// storeFailed logs it, and returns an error if this source cannot do without its store.
func (c *Cached) storeFailed(ctx context.Context, what string, err error) error {
	c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "token store failed", slog.String("step", what), slog.Any("error", err))
	if !c.cfg.Rotating {
		return nil
	}
	return fmt.Errorf("%w (%s): %w", ErrStore, what, err)
}
