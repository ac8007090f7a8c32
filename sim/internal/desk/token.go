package desk

import (
	"strconv"
	"sync"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
)

// Tokens issues and checks the access tokens of all vendors. It never forgets a token, so that an expired or withdrawn
// one is told apart from one that was never issued, as the vendors' codes do.
type Tokens struct {
	mu     sync.Mutex
	seed   uint64
	grants map[string]*Grant // by vendor + token
	order  []*Grant          // in the order of issue
	issued map[string]int    // by vendor
}

// Grant is one token that was issued.
type Grant struct {
	vendor  string
	Holder  string // whose token it is, in the vendor's own words: a secret's kind, an app, a person
	Token   string
	issued  time.Time
	Expires time.Time
	revoked bool
}

// TokenState is what a token presented by a caller turns out to be.
type TokenState int

// The states of a token.
const (
	TokenGood TokenState = iota
	TokenUnknown
	TokenExpired
	TokenRevoked
)

func newTokens(seed uint64) *Tokens {
	return &Tokens{seed: seed, grants: make(map[string]*Grant), issued: make(map[string]int)}
}

// Issue makes a new token for holder: prefix and so many further characters. Tokens issued before stay as they are.
func (d *Tokens) Issue(vendor, holder, prefix string, length int, now time.Time, lifetime time.Duration) Grant {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.issued[vendor]++
	g := &Grant{
		vendor:  vendor,
		Holder:  holder,
		Token:   prefix + company.DeriveText(d.seed, vendor+holder, d.issued[vendor], company.Base64Digits, length),
		issued:  now,
		Expires: now.Add(lifetime),
	}
	d.grants[vendor+g.Token] = g
	d.order = append(d.order, g)
	return *g
}

// Current returns the newest token of holder that is neither expired nor revoked, for vendors that hand out the same
// token again.
func (d *Tokens) Current(vendor, holder string, now time.Time) (Grant, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := len(d.order) - 1; i >= 0; i-- {
		if g := d.order[i]; g.vendor == vendor && g.Holder == holder && !g.revoked && now.Before(g.Expires) {
			return *g, true
		}
	}
	return Grant{}, false
}

// Extend moves a token's end, for vendors that lengthen a token's life when it is asked for again.
func (d *Tokens) Extend(vendor, token string, expires time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if g := d.grants[vendor+token]; g != nil {
		g.Expires = expires
	}
}

// Check tells whose token it is and whether it is good.
func (d *Tokens) Check(vendor, token string, now time.Time) (Grant, TokenState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g := d.grants[vendor+token]
	switch {
	case g == nil:
		return Grant{}, TokenUnknown
	case g.revoked:
		return *g, TokenRevoked
	case !now.Before(g.Expires):
		return *g, TokenExpired
	}
	return *g, TokenGood
}

// Revoke withdraws one token.
func (d *Tokens) Revoke(vendor, token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if g := d.grants[vendor+token]; g != nil {
		g.revoked = true
	}
}

// revokeAll withdraws all tokens of a vendor.
func (d *Tokens) revokeAll(vendor string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, g := range d.order {
		if g.vendor == vendor {
			g.revoked = true
		}
	}
}

// count returns how many tokens a vendor has issued.
func (d *Tokens) count(vendor string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.issued[vendor]
}

// RevokeTokens withdraws every token that the vendor has issued so far. The next call with one of them is refused with
// the vendor's own code; new tokens can be had as before.
func (d *Desk) RevokeTokens(vendor string) { d.Tokens.revokeAll(vendor) }

// TokensIssued returns how many different tokens the vendor has handed out. A token that was handed out again, because
// it was asked for while still good, counts once; see Calls for the number of times it was asked for.
func (d *Desk) TokensIssued(vendor string) int { return d.Tokens.count(vendor) }

// TokenLifetime is how long a vendor's new token is good.
func (d *Desk) TokenLifetime(vendor string) time.Duration {
	if life, ok := d.Lifetimes[vendor]; ok {
		return life
	}
	return 2 * time.Hour
}

// Seconds is a whole number of seconds, rounded down but at least 1.
func Seconds(d time.Duration) int64 { return max(int64(d/time.Second), 1) }

// EpochText writes a time as the vendors do where they write it as text.
func EpochText(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
