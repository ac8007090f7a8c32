package token

import (
	"context"
	"sync"
)

// Store keeps tokens where other sources, of this process or of others, find them. Keys are made of hashes and hold no
// credential; values do, so that a Store must be as well guarded as the credential itself.
//
// A Store that fails slows a [Cached] source down and does not stop it: the source then fetches for itself.
type Store interface {
	// Get returns the token under key; a zero Token when there is none.
	Get(ctx context.Context, key string) (Token, error)

	// Set keeps t under key, at least until t.Expiry or, if it has one, t.RefreshExpiry.
	Set(ctx context.Context, key string, t Token) error

	// Lock waits until the caller is the only one to renew the token under key. A Store that other processes share
	// gives locks that end by themselves, so that a process that dies stops nobody.
	Lock(ctx context.Context, key string) (unlock func(), err error)
}

// NewMemoryStore returns a Store that lives in this process. Clients that were given the same one share their tokens.
func NewMemoryStore() Store {
	return &memoryStore{tokens: make(map[string]Token), locks: make(map[string]chan struct{})}
}

type memoryStore struct {
	mu     sync.Mutex
	tokens map[string]Token
	locks  map[string]chan struct{}
}

func (s *memoryStore) Get(_ context.Context, key string) (Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[key], nil
}

func (s *memoryStore) Set(_ context.Context, key string, t Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[key] = t
	return nil
}

func (s *memoryStore) Lock(ctx context.Context, key string) (func(), error) {
	s.mu.Lock()
	lock := s.locks[key]
	if lock == nil {
		lock = make(chan struct{}, 1)
		s.locks[key] = lock
	}
	s.mu.Unlock()
	select {
	case lock <- struct{}{}:
		return func() { <-lock }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
