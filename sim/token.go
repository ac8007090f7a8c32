package sim

import (
	"strconv"
	"sync"
	"time"
)

// tokenDesk issues and checks the access tokens of all vendors. It never forgets a token, so that an expired or withdrawn one
// is told apart from one that was never issued, as the vendors' codes do.
type tokenDesk struct {
	mu     sync.Mutex
	seed   uint64
	grants map[string]*grant // by vendor + token
	order  []*grant          // in the order of issue
	issued map[string]int    // by vendor
}

// grant is one token that was issued.
type grant struct {
	vendor  string
	holder  string // whose token it is, in the vendor's own words: a secret's kind, an app, a person
	token   string
	issued  time.Time
	expires time.Time
	revoked bool
}

// tokenState is what a token presented by a caller turns out to be.
type tokenState int

const (
	tokenGood tokenState = iota
	tokenUnknown
	tokenExpired
	tokenRevoked
)

func newTokenDesk(seed uint64) *tokenDesk {
	return &tokenDesk{seed: seed, grants: make(map[string]*grant), issued: make(map[string]int)}
}

// issue makes a new token for holder: prefix and so many further characters. Tokens issued before stay as they are.
func (d *tokenDesk) issue(vendor, holder, prefix string, length int, now time.Time, lifetime time.Duration) grant {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.issued[vendor]++
	g := &grant{
		vendor:  vendor,
		holder:  holder,
		token:   prefix + deriveText(d.seed, vendor+holder, d.issued[vendor], base64Digits, length),
		issued:  now,
		expires: now.Add(lifetime),
	}
	d.grants[vendor+g.token] = g
	d.order = append(d.order, g)
	return *g
}

// current returns the newest token of holder that is neither expired nor revoked, for vendors that hand out the same token again.
func (d *tokenDesk) current(vendor, holder string, now time.Time) (grant, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := len(d.order) - 1; i >= 0; i-- {
		if g := d.order[i]; g.vendor == vendor && g.holder == holder && !g.revoked && now.Before(g.expires) {
			return *g, true
		}
	}
	return grant{}, false
}

// extend moves a token's end, for vendors that lengthen a token's life when it is asked for again.
func (d *tokenDesk) extend(vendor, token string, expires time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if g := d.grants[vendor+token]; g != nil {
		g.expires = expires
	}
}

// check tells whose token it is and whether it is good.
func (d *tokenDesk) check(vendor, token string, now time.Time) (grant, tokenState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g := d.grants[vendor+token]
	switch {
	case g == nil:
		return grant{}, tokenUnknown
	case g.revoked:
		return *g, tokenRevoked
	case !now.Before(g.expires):
		return *g, tokenExpired
	}
	return *g, tokenGood
}

// revoke withdraws one token.
func (d *tokenDesk) revoke(vendor, token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if g := d.grants[vendor+token]; g != nil {
		g.revoked = true
	}
}

// revokeAll withdraws all tokens of a vendor.
func (d *tokenDesk) revokeAll(vendor string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, g := range d.order {
		if g.vendor == vendor {
			g.revoked = true
		}
	}
}

// count returns how many tokens a vendor has issued.
func (d *tokenDesk) count(vendor string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.issued[vendor]
}

// RevokeTokens withdraws every token that the vendor has issued so far. The next call with one of them is refused with the
// vendor's own code; new tokens can be had as before.
func (d *Desk) RevokeTokens(vendor string) { d.Tokens.revokeAll(vendor) }

// TokensIssued returns how many different tokens the vendor has handed out. A token that was handed out again, because it was
// asked for while still good, counts once; see Calls for the number of times it was asked for.
func (d *Desk) TokensIssued(vendor string) int { return d.Tokens.count(vendor) }

// tokenLifetime is how long a vendor's new token is good.
func (d *Desk) tokenLifetime(vendor string) time.Duration {
	if life, ok := d.Lifetimes[vendor]; ok {
		return life
	}
	return 2 * time.Hour
}

// seconds is a whole number of seconds, rounded down but at least 1.
func seconds(d time.Duration) int64 { return max(int64(d/time.Second), 1) }

// epochText writes a time as the vendors do where they write it as text.
func epochText(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
