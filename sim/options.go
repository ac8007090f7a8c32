package sim

import (
	"maps"
	"net/http"
	"time"
)

// Option is a setting of New, Serve and Listen.
type Option func(*config)

type config struct {
	seed          uint64
	departments   int
	people        int
	clock         func() time.Time
	withoutQuotas bool
	quotas        map[string]quota         // by vendor.operation
	lifetimes     map[string]time.Duration // of tokens, by vendor
	middlewares   []func(http.Handler) http.Handler

	// What only one vendor knows; each vendor's files have the type and the options.
	wecom    weComConfig
	dingtalk dingTalkConfig
	feishu   feishuConfig
	wps      wpsConfig
}

func defaults() config {
	return config{seed: 1, departments: 60, people: 2000, clock: time.Now}
}

// WithSeed chooses another company and other ids. The default is 1.
func WithSeed(seed uint64) Option { return func(c *config) { c.seed = seed } }

// WithDepartments sets the number of departments, the root included. The default is 60, on five levels.
func WithDepartments(n int) Option { return func(c *config) { c.departments = n } }

// WithPeople sets the number of people. The default is 2,000.
func WithPeople(n int) Option { return func(c *config) { c.people = n } }

// WithClock gives the simulator another clock than the machine's. Tokens, quotas and whatever else has an end live by it. It
// must be safe for concurrent use.
func WithClock(now func() time.Time) Option { return func(c *config) { c.clock = now } }

// WithoutQuotas lifts all limits on the number of calls, except those set with WithQuota.
func WithoutQuotas() Option { return func(c *config) { c.withoutQuotas = true } }

// WithQuota sets the limit of one operation, in place of the documented ones: so many requests in a window.
func WithQuota(vendor, operation string, requests int, window time.Duration) Option {
	return func(c *config) {
		c.quotas = maps.Clone(c.quotas)
		if c.quotas == nil {
			c.quotas = make(map[string]quota)
		}
		c.quotas[vendor+"."+operation] = quota{Requests: requests, Window: window}
	}
}

// WithTokenLifetime sets how long the vendor's access tokens are good. The default is the vendor's own, two hours for all.
func WithTokenLifetime(vendor string, d time.Duration) Option {
	return func(c *config) {
		c.lifetimes = maps.Clone(c.lifetimes)
		if c.lifetimes == nil {
			c.lifetimes = make(map[string]time.Duration)
		}
		c.lifetimes[vendor] = d
	}
}

// tokenLifetime is how long a vendor's new token is good.
func (c *config) tokenLifetime(vendor string) time.Duration {
	if d, ok := c.lifetimes[vendor]; ok {
		return d
	}
	return 2 * time.Hour
}

// WithMiddleware puts a handler around the vendors: wrap gets what answers in a vendor's place and returns what is asked instead of it. It sees
// the requests that reach a vendor, with the simulator's paths ("/wecom/cgi-bin/user/get"), and what the vendor answers, refusals
// included. What a fault does to an answer comes after it; a fault that answers in the words of a gateway never gets to it. The first of
// several middlewares is the outermost. See contract.Handler for one.
func WithMiddleware(wrap func(next http.Handler) http.Handler) Option {
	return func(c *config) { c.middlewares = append(c.middlewares[:len(c.middlewares):len(c.middlewares)], wrap) }
}
