package token

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrUnreadable is a Store's error about a record that it cannot read: damaged, or encrypted with a key that it has
// not. A [Cached] source puts a new token in its place, unless the source is Rotating.
var ErrUnreadable = errors.New("token: the stored record cannot be read")

// Store keeps tokens where other sources, of this process or of others, find them. Keys are made of hashes and hold no
// credential; values do, so that a Store must be as well guarded as the credential itself.
//
// A Store that fails, or takes longer than its own bound, does not stop a [Cached] source: the source then fetches for
// itself.
type Store interface {
	// Get returns the token under key; a zero Token when there is none, and ErrUnreadable for what it cannot read.
	Get(ctx context.Context, key string) (Token, error)

	// Set keeps t under key, at least until t.Expiry or, if it has one, t.RefreshExpiry.
	Set(ctx context.Context, key string, t Token) error

	// TryLock makes the caller the only one to renew the token under key, unless somebody else is that: then ok is
	// false, and the caller looks again, at the token as well, since it may be there by then. A Store that other
	// processes share gives locks that end by themselves, so that a process that dies stops nobody for long.
	TryLock(ctx context.Context, key string) (unlock func(), ok bool, err error)
}

// NewMemoryStore returns a Store that lives in this process. Clients that were given the same one share their tokens.
func NewMemoryStore() Store {
	return &memoryStore{tokens: make(map[string]Token), locked: make(map[string]bool)}
}

type memoryStore struct {
	mu     sync.Mutex
	tokens map[string]Token
	locked map[string]bool
}

// Format says what it is: package fmt would show the tokens, as those of a field that is not exported.
func (s *memoryStore) Format(f fmt.State, _ rune) { fmt.Fprint(f, "token.MemoryStore") }

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

func (s *memoryStore) TryLock(ctx context.Context, key string) (func(), bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := context.Cause(ctx); err != nil {
		return nil, false, err
	}
	if s.locked[key] {
		return nil, false, nil
	}
	s.locked[key] = true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.locked, key)
	}, true, nil
}
