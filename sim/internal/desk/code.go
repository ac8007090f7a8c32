package desk

import (
	"sync"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
)

// Codes hands out the codes that a browser brings to an app after a person has signed in: each is good once, and for so
// long. It never forgets one, so that a code that was used or is too old is told apart from one that never was.
type Codes[G any] struct {
	seed   uint64
	label  string
	digits string
	length int
	life   time.Duration

	mu     sync.Mutex
	issued int
	codes  map[string]*code[G]
}

// code is one that was issued.
type code[G any] struct {
	grant   G
	expires time.Time
	used    bool
}

// CodeState is what a code presented by a caller turns out to be.
type CodeState int

// The states of a code.
const (
	CodeGood CodeState = iota
	CodeUnknown
	CodeUsed
	CodeExpired
)

// NewCodes makes a set of codes. label tells them from others that are made of the same seed: the vendor and what the
// code is for.
func NewCodes[G any](seed uint64, label string, length int, life time.Duration) *Codes[G] {
	return &Codes[G]{seed: seed, label: label, digits: company.Base62Digits, length: length, life: life,
		codes: make(map[string]*code[G])}
}

// Issue makes a new code for what was granted.
func (s *Codes[G]) Issue(grant G, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issued++
	text := company.DeriveText(s.seed, s.label, s.issued, s.digits, s.length)
	s.codes[text] = &code[G]{grant: grant, expires: now.Add(s.life)}
	return text
}

// Check tells what a code was issued for and whether it is good, without using it up. A code that is both used and too
// old is used.
func (s *Codes[G]) Check(text string, now time.Time) (G, CodeState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.check(text, now)
}

// Take is Check, and uses a good code up.
func (s *Codes[G]) Take(text string, now time.Time) (G, CodeState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	grant, state := s.check(text, now)
	if state == CodeGood {
		s.codes[text].used = true
	}
	return grant, state
}

func (s *Codes[G]) check(text string, now time.Time) (G, CodeState) {
	c := s.codes[text]
	switch {
	case c == nil:
		var none G
		return none, CodeUnknown
	case c.used:
		return c.grant, CodeUsed
	case !now.Before(c.expires):
		return c.grant, CodeExpired
	}
	return c.grant, CodeGood
}
