package sim

import (
	"slices"
	"time"
)

// feishuConfig holds the options that only Feishu knows.
type feishuConfig struct {
	only             []string // scopes; nil for all
	without          []string // scopes
	area             feishuArea
	singleDepartment bool
	fixedLists       bool
	recursionLimit   int
	monthlyCalls     int // 0 for a paid plan
	cleanUp          time.Duration
}

// WithFeishuScopes gives the demo apps these scopes and no others. The default is all that the document names. Fields that need
// another scope vanish from answers, operations that need another are refused.
func WithFeishuScopes(scopes ...string) Option {
	return func(c *config) { c.feishu.only = append([]string{}, scopes...) }
}

// WithoutFeishuScopes takes scopes away from the demo apps. Most fields of a person are open to several scopes, each of which
// is enough: name for instance to contact:user.base:readonly and to each of contact:contact:readonly,
// contact:contact:readonly_as_app and contact:contact:access_as_app.
func WithoutFeishuScopes(scopes ...string) Option {
	return func(c *config) { c.feishu.without = append(slices.Clone(c.feishu.without), scopes...) }
}

// WithFeishuContactRange sets the contact range (通讯录权限范围) of the demo apps to these departments and all below them, and
// to single people by user id. The default is all members. See also Feishu.LimitApps.
func WithFeishuContactRange(departments []DepartmentKey, userIDs ...string) Option {
	return func(c *config) { c.feishu.area = newFeishuArea(departments, userIDs, c.feishu.area.hidden) }
}

// WithFeishuHidden hides people from the apps, wherever they are, and from all users but themselves. Lists are cut into pages
// before the hidden are taken out, so that pages are short, or empty with more to come. The function is called while the company
// is locked: it must not ask the Organisation.
func WithFeishuHidden(hidden func(Person) bool) Option {
	return func(c *config) { c.feishu.area.hidden = hidden }
}

// WithFeishuSingleDepartment makes the tenant one that does not allow several departments for a person (41032, which comes with
// HTTP 504).
func WithFeishuSingleDepartment() Option { return func(c *config) { c.feishu.singleDepartment = true } }

// WithFeishuFixedLists makes the tenant one to which no cities and job titles can be added: a person who is written with a new
// one is written without it, and the answer is a refusal all the same (44054 to 44059).
func WithFeishuFixedLists() Option { return func(c *config) { c.feishu.fixedLists = true } }

// WithFeishuRecursionLimit refuses fetch_child for departments that have more than n departments below them (43010). The default
// is no limit; the vendor has one but does not say which.
func WithFeishuRecursionLimit(n int) Option { return func(c *config) { c.feishu.recursionLimit = n } }

// WithFeishuFreePlan gives the tenant a free plan: so many calls in a calendar month (99991403), and nobody who was deleted can
// be restored (44029).
func WithFeishuFreePlan(monthlyCalls int) Option {
	return func(c *config) { c.feishu.monthlyCalls = max(monthlyCalls, 1) }
}

// WithFeishuCleanUp sets how long the clean-up after a deletion, and after a restoration, runs on. While it does, the person can be
// neither restored (44034) nor deleted again (44042). With the vendor it can last 48 hours; the default is no time at all.
func WithFeishuCleanUp(d time.Duration) Option { return func(c *config) { c.feishu.cleanUp = d } }
