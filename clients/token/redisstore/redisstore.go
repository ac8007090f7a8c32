// Package redisstore keeps tokens in Redis, so that a fleet of processes shares them and one process fetches for all:
//
//	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
//	c, err := wecom.New(wecom.Config{...}, clients.WithTokenStore(redisstore.New(rdb)))
//
// The values are the tokens themselves: guard that Redis as you guard the credentials. Keys hold hashes only. When
// Redis is down, clients go on and each fetches for itself.
package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bsm/redislock"
	"github.com/redis/go-redis/v9"
	"github.com/roster-go/roster/clients/token"
)

const (
	// lockLife bounds how long a process that died while it fetched a token holds up the others. A fetch that takes
	// longer prolongs its lock.
	lockLife = 30 * time.Second

	// retryEvery is how often somebody who waits for the lock looks again.
	retryEvery = 50 * time.Millisecond

	// grace keeps a token a little longer than it lives, so that a clock that is behind finds a dead token rather than
	// none.
	grace = time.Minute
)

// Store is a token.Store on Redis. It is safe for concurrent use.
type Store struct {
	rdb   redis.UniversalClient
	locks *redislock.Client
}

var _ token.Store = (*Store)(nil)

// New returns a store on rdb, which the caller closes.
func New(rdb redis.UniversalClient) *Store {
	return &Store{rdb: rdb, locks: redislock.New(rdb)}
}

// record is a token as it is stored. token.Token itself encodes its secrets as "[redacted]".
type record struct {
	Value         string    `json:"value"`
	Expiry        time.Time `json:"expiry"`
	Refresh       string    `json:"refresh,omitempty"`
	RefreshExpiry time.Time `json:"refresh_expiry,omitzero"`
}

// Get implements token.Store.
func (s *Store) Get(ctx context.Context, key string) (token.Token, error) {
	data, err := s.rdb.Get(ctx, key).Bytes()
	switch {
	case errors.Is(err, redis.Nil):
		return token.Token{}, nil
	case err != nil:
		return token.Token{}, fmt.Errorf("redisstore: get: %w", err)
	}
	var r record
	if json.Unmarshal(data, &r) != nil {
		// Not quoting what is there: it may be most of a token.
		return token.Token{}, fmt.Errorf("redisstore: the value under %s is not a token", key)
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
	if err := s.rdb.Set(ctx, key, data, life).Err(); err != nil {
		return fmt.Errorf("redisstore: set: %w", err)
	}
	return nil
}

// Lock implements token.Store. The lock ends by itself half a minute after its holder has died.
func (s *Store) Lock(ctx context.Context, key string) (func(), error) {
	lock, err := s.locks.Obtain(ctx, key+":lock", lockLife,
		&redislock.Options{RetryStrategy: redislock.LinearBackoff(retryEvery)})
	if err != nil {
		return nil, fmt.Errorf("redisstore: lock: %w", err)
	}
	held, stop := context.WithCancel(context.WithoutCancel(ctx))
	go prolong(held, lock)
	return func() {
		stop()
		// The context of the fetch may be over; the lock must go all the same.
		release, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = lock.Release(release) // it ends by itself if this fails
	}, nil
}

func prolong(ctx context.Context, lock *redislock.Lock) {
	ticker := time.NewTicker(lockLife / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if lock.Refresh(ctx, lockLife, nil) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
