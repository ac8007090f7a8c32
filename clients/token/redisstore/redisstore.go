// Package redisstore keeps tokens in Redis, so that a fleet of processes shares them and one process fetches for all:
//
//	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
//	c, err := wecom.New(wecom.Config{...}, clients.WithTokenStore(redisstore.New(rdb)))
//
// Keys hold hashes only. The values are the tokens themselves: guard that Redis as you guard the credentials, or
// encrypt them with [Open] and [Options].Keys.
//
// A Redis that is down or slow stops nobody: what takes longer than [Options].Budget counts as failed, and the process
// goes on with a token of its own.
package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/bsm/redislock"
	"github.com/redis/go-redis/v9"
	"github.com/roster-go/roster/clients/internal/budget"
	"github.com/roster-go/roster/clients/token"
)

const (
	// lockLife bounds how long a process that died while it fetched a token holds up the others. A fetch that takes
	// longer prolongs its lock.
	lockLife = 4 * time.Second

	// defaultBudget is for one command and its answer. A healthy Redis takes a thousandth of it.
	defaultBudget = time.Second

	// grace keeps a token a little longer than it lives, so that a clock that is behind finds a dead token rather than
	// none.
	grace = time.Minute
)

// Options say how a Store works. The zero value is fine.
type Options struct {
	// Keys encrypt the tokens with AES-GCM; each has 16, 24 or 32 bytes. The first one encrypts and all of them
	// decrypt. To change keys in a fleet: add the new one at the end, in every process; move it to the front; take the
	// old one out once the tokens of before have run out. A token that none of them opens, one that is not encrypted
	// included, is fetched anew and replaced; one of a rotating source is an error, since only its record says what
	// renews it. Empty: tokens lie there as they are.
	Keys [][]byte

	// Budget bounds every operation, whatever the Redis client's own limits are. Zero: 1 second. A client with
	// ContextTimeoutEnabled has its connection back at once, any other after its ReadTimeout.
	Budget time.Duration
}

// Format writes the options without the keys, for every verb.
func (o Options) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{Keys:%d [redacted] Budget:%v}", len(o.Keys), o.Budget)
}

// MarshalText writes what Format does, for encoding/json and all others that ask. It cannot be decoded.
func (o Options) MarshalText() ([]byte, error) { return fmt.Append(nil, o), nil }

// GobEncode writes what Format does.
func (o Options) GobEncode() ([]byte, error) { return o.MarshalText() }

// LogValue is what Format writes.
func (o Options) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(o)) }

// Store is a token.Store on Redis. It is safe for concurrent use.
type Store struct {
	rdb    redis.UniversalClient
	locks  *redislock.Client
	budget time.Duration
	seals  seals
}

var _ token.Store = (*Store)(nil)

// New returns a store on rdb, which the caller closes.
func New(rdb redis.UniversalClient) *Store {
	return &Store{rdb: rdb, locks: redislock.New(rdb), budget: defaultBudget}
}

// Open is New with options. The error is that of a key.
func Open(rdb redis.UniversalClient, o Options) (*Store, error) {
	s := New(rdb)
	if o.Budget > 0 {
		s.budget = o.Budget
	}
	if o.Keys != nil && len(o.Keys) == 0 {
		return nil, errors.New("redisstore: Options.Keys is there and has no key: leave it nil to store tokens in " +
			"the clear")
	}
	var err error
	s.seals, err = newSeals(o.Keys)
	return s, err
}

// record is a token as it is stored. token.Token itself encodes its secrets as "[redacted]".
type record struct {
	Value         string    `json:"value"`
	Expiry        time.Time `json:"expiry"`
	Refresh       string    `json:"refresh,omitempty"`
	RefreshExpiry time.Time `json:"refresh_expiry,omitzero"`
}

// within runs f within the budget. what is what it does, for an error.
func within[T any](ctx context.Context, s *Store, what string, f func(context.Context) (T, error)) (T, error) {
	value, err := budget.Within(ctx, s.budget, f)
	if err != nil {
		err = fmt.Errorf("redisstore: %s: %w", what, err)
	}
	return value, err
}

// Get implements token.Store.
func (s *Store) Get(ctx context.Context, key string) (token.Token, error) {
	data, err := within(ctx, s, "get", func(ctx context.Context) ([]byte, error) {
		data, err := s.rdb.Get(ctx, key).Bytes()
		if errors.Is(err, redis.Nil) {
			return nil, nil
		}
		return data, err
	})
	if err != nil || data == nil {
		return token.Token{}, err
	}
	return s.decode(key, data)
}

// decode reads a record. Its errors do not quote what is there: it may be most of a token.
func (s *Store) decode(key string, data []byte) (token.Token, error) {
	data, ok := s.seals.open(key, data)
	if !ok {
		return token.Token{}, fmt.Errorf("redisstore: none of the keys opens the value under %s: %w", key,
			token.ErrUnreadable)
	}
	var r record
	if json.Unmarshal(data, &r) != nil {
		return token.Token{}, fmt.Errorf("redisstore: the value under %s is not a token: %w", key, token.ErrUnreadable)
	}
	return token.Token{Value: token.Secret(r.Value), Expiry: r.Expiry, Refresh: token.Secret(r.Refresh),
		RefreshExpiry: r.RefreshExpiry}, nil
}

// Set implements token.Store. Redis drops the token once neither it nor what renews it is good any more.
func (s *Store) Set(ctx context.Context, key string, t token.Token) error {
	data, err := json.Marshal(record{string(t.Value), t.Expiry, string(t.Refresh), t.RefreshExpiry})
	if err != nil {
		return fmt.Errorf("redisstore: set: %w", err)
	}
	end := t.Expiry
	if t.RefreshExpiry.After(end) {
		end = t.RefreshExpiry
	}
	life := max(time.Until(end), 0) + grace
	if t.Refresh != "" && t.RefreshExpiry.IsZero() {
		life = 0 // the end of what renews the token is not known: keep it
	}
	_, err = within(ctx, s, "set", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.rdb.Set(ctx, key, s.seals.seal(key, data), life).Err()
	})
	return err
}

// TryLock implements token.Store. The lock ends by itself four seconds after its holder has died.
func (s *Store) TryLock(ctx context.Context, key string) (func(), bool, error) {
	lock, err := within(ctx, s, "lock", func(ctx context.Context) (*redislock.Lock, error) {
		lock, err := s.locks.Obtain(ctx, key+":lock", lockLife, nil)
		if errors.Is(err, redislock.ErrNotObtained) {
			return nil, nil
		}
		return lock, err
	})
	if err != nil || lock == nil {
		return nil, false, err
	}
	held, stop := context.WithCancel(ctx) // no longer than the renewal: a fetch that hangs must not hold up the fleet
	go s.prolong(held, lock)
	return func() {
		stop()
		// The context of the fetch may be over; the lock must go all the same. It ends by itself if this fails.
		_, _ = within(context.WithoutCancel(ctx), s, "unlock", func(ctx context.Context) (struct{}, error) {
			return struct{}{}, lock.Release(ctx)
		})
	}, true, nil
}

func (s *Store) prolong(ctx context.Context, lock *redislock.Lock) {
	ticker := time.NewTicker(lockLife / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_, err := within(ctx, s, "prolong", func(ctx context.Context) (struct{}, error) {
				return struct{}{}, lock.Refresh(ctx, lockLife, nil)
			})
			if errors.Is(err, redislock.ErrNotObtained) {
				return // it has ended, and may be somebody else's
			}
		case <-ctx.Done():
			return
		}
	}
}
