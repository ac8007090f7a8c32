package sim

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalk"
	"github.com/roster-go/roster/sim/internal/feishu"
	"github.com/roster-go/roster/sim/internal/wecom"
	"github.com/roster-go/roster/sim/internal/wps"
)

// Option is a setting of New, Serve and Listen.
type Option func(*config)

type config struct {
	departments int
	people      int
	desk        desk.Config
	causes      []vendorCause

	// What only one vendor knows.
	wecom    wecom.Config
	dingtalk dingtalk.Config
	feishu   feishu.Config
	wps      wps.Config
}

func defaults() config {
	return config{departments: 60, people: 2000, desk: desk.Config{Seed: 1, Now: time.Now}}
}

// WithSeed chooses another company and other ids. The default is 1.
func WithSeed(seed uint64) Option { return func(c *config) { c.desk.Seed = seed } }

// WithDepartments sets the number of departments, the root included. The default is 60, on five levels.
func WithDepartments(n int) Option { return func(c *config) { c.departments = n } }

// WithPeople sets the number of people. The default is 2,000.
func WithPeople(n int) Option { return func(c *config) { c.people = n } }

// WithClock gives the simulator another clock than the machine's. Tokens, quotas and whatever else has an end live by
// it. It must be safe for concurrent use.
func WithClock(now func() time.Time) Option { return func(c *config) { c.desk.Now = now } }

// WithoutQuotas lifts all limits on the number of calls, except those set with WithQuota.
func WithoutQuotas() Option { return func(c *config) { c.desk.WithoutQuotas = true } }

// WithQuota sets the limit of one operation, in place of the documented ones: so many requests in a window.
func WithQuota(vendor, operation string, requests int, window time.Duration) Option {
	return func(c *config) {
		c.desk.Limits = maps.Clone(c.desk.Limits)
		if c.desk.Limits == nil {
			c.desk.Limits = make(map[string]desk.Quota)
		}
		c.desk.Limits[vendor+"."+operation] = desk.Quota{Requests: requests, Window: window}
	}
}

// WithTokenLifetime sets how long the vendor's access tokens are good. The default is the vendor's own, two hours for
// all.
func WithTokenLifetime(vendor string, d time.Duration) Option {
	return func(c *config) {
		c.desk.Lifetimes = maps.Clone(c.desk.Lifetimes)
		if c.desk.Lifetimes == nil {
			c.desk.Lifetimes = make(map[string]time.Duration)
		}
		c.desk.Lifetimes[vendor] = d
	}
}

// WithMiddleware puts a handler around the vendors: wrap gets what answers in a vendor's place and returns what is
// asked instead of it. It sees the requests that reach a vendor, with the simulator's paths
// ("/wecom/cgi-bin/user/get"), and what the vendor answers, refusals included. What a fault does to an answer comes
// after it; a fault that answers in the words of a gateway never gets to it. The first of several middlewares is the
// outermost. See contract.Handler for one.
func WithMiddleware(wrap func(next http.Handler) http.Handler) Option {
	return func(c *config) {
		c.desk.Middlewares = append(c.desk.Middlewares[:len(c.desk.Middlewares):len(c.desk.Middlewares)], wrap)
	}
}

// WithFeishuScopes gives the demo apps these scopes and no others. The default is all that the document names. Fields
// that need another scope vanish from answers, operations that need another are refused.
func WithFeishuScopes(scopes ...string) Option {
	return func(c *config) { c.feishu.Only = append([]string{}, scopes...) }
}

// WithoutFeishuScopes takes scopes away from the demo apps. Most fields of a person are open to several scopes, each of
// which is enough: name for instance to contact:user.base:readonly and to each of contact:contact:readonly,
// contact:contact:readonly_as_app and contact:contact:access_as_app.
func WithoutFeishuScopes(scopes ...string) Option {
	return func(c *config) { c.feishu.Without = append(slices.Clone(c.feishu.Without), scopes...) }
}

// WithFeishuContactRange sets the contact range (通讯录权限范围) of the demo apps to these departments and all below them, and
// to single people by user id. The default is all members. See also Feishu.LimitApps.
func WithFeishuContactRange(departments []DepartmentKey, userIDs ...string) Option {
	return func(c *config) {
		c.feishu.Range = &feishu.Range{Departments: slices.Clone(departments), UserIDs: slices.Clone(userIDs)}
	}
}

// WithFeishuHidden hides people from the apps, wherever they are, and from all users but themselves. Lists are cut into
// pages before the hidden are taken out, so that pages are short, or empty with more to come. The function is called
// while the company is locked: it must not ask the Organisation.
func WithFeishuHidden(hidden func(Person) bool) Option {
	return func(c *config) { c.feishu.Hidden = hidden }
}

// WithFeishuSingleDepartment makes the tenant one that does not allow several departments for a person (41032, which
// comes with HTTP 504).
func WithFeishuSingleDepartment() Option { return func(c *config) { c.feishu.SingleDepartment = true } }

// WithFeishuFixedLists makes the tenant one to which no cities and job titles can be added: a person who is written
// with a new one is written without it, and the answer is a refusal all the same (44054 to 44059).
func WithFeishuFixedLists() Option { return func(c *config) { c.feishu.FixedLists = true } }

// WithFeishuRecursionLimit refuses fetch_child for departments that have more than n departments below them (43010).
// The default is no limit; the vendor has one but does not say which.
func WithFeishuRecursionLimit(n int) Option { return func(c *config) { c.feishu.RecursionLimit = n } }

// WithFeishuFreePlan gives the tenant a free plan: so many calls in a calendar month (99991403), and nobody who was
// deleted can be restored (44029).
func WithFeishuFreePlan(monthlyCalls int) Option {
	return func(c *config) { c.feishu.MonthlyCalls = max(monthlyCalls, 1) }
}

// WithFeishuCleanUp sets how long the clean-up after a deletion, and after a restoration, runs on. While it does, the
// person can be neither restored (44034) nor deleted again (44042). With the vendor it can last 48 hours; the default
// is no time at all.
func WithFeishuCleanUp(d time.Duration) Option { return func(c *config) { c.feishu.CleanUp = d } }

// WithoutWPSSignatures turns the switch 安全设置 > 接口签名 of the demo apps off: KSO-1 signatures are not looked at, right or
// wrong.
func WithoutWPSSignatures() Option { return func(c *config) { c.wps.WithoutSignatures = true } }

// WithWPSUnsignedPrefix takes /wps for a prefix as private deployments have one, which must not be signed: it refuses
// signatures of the whole path, /wps/v7/users. Without it these are as good as those of the path below, /v7/users,
// since /wps is the simulator's own and no client can know of it.
func WithWPSUnsignedPrefix() Option { return func(c *config) { c.wps.PrefixUnsigned = true } }

// WithWPSClockSkew refuses signatures whose X-Kso-Date is further than d from the simulator's clock. The vendor's
// window is not documented, and its sample of a verifier has none; that is the default.
func WithWPSClockSkew(d time.Duration) Option { return func(c *config) { c.wps.ClockSkew = d } }

// WithWPSScopes gives the demo apps these scopes (能力权限) and no others, such as kso.contact.read or kso.user_phone.read.
// The default is all of them.
func WithWPSScopes(scopes ...string) Option {
	return func(c *config) { c.wps.Scopes = append([]string{}, scopes...) }
}

// WithWPSDataPermission limits what the demo apps see (数据权限) to these departments and all below them. Without
// departments they see nothing: lists are empty, and their code is 0. See also WPS.SetDataPermission.
func WithWPSDataPermission(departments ...DepartmentKey) Option {
	return func(c *config) { c.wps.DataPermission = append([]DepartmentKey{}, departments...) }
}

// WithWPSPrivateDeployment makes WPS a private deployment (私有化) in place of the public cloud. It has batchDeleteDepts,
// lists people who left when asked for the status dimission, adds members to its answers, calls the departments of a
// user dept_id, has null in place of no data, and words its failures with msg and detail.
func WithWPSPrivateDeployment() Option { return func(c *config) { c.wps.Private = true } }

// WithWPSRetryAfter adds the header Retry-After to answers to too many calls. Whether the vendor sends it is not known;
// the default is that it does not.
func WithWPSRetryAfter() Option { return func(c *config) { c.wps.RetryAfter = true } }

// WithDingTalkAppCreatedAfter2021 makes the internal demo app one that was created after 21 October 2021: the calls of
// 用户管理1.0 and 部门管理1.0 are closed to it.
func WithDingTalkAppCreatedAfter2021() Option { return func(c *config) { c.dingtalk.NewApp = true } }

// WithDingTalkImpersonalApp takes the permissions for mobile numbers and personal information from the internal demo
// app. The fields are then absent, without an error.
func WithDingTalkImpersonalApp() Option { return func(c *config) { c.dingtalk.Impersonal = true } }

// WithDingTalkOldGateway makes the gateway before topapi answer as older recordings have it: the code of a refusal
// stands in the text of errmsg only, there is no sub_code.
func WithDingTalkOldGateway() Option { return func(c *config) { c.dingtalk.OldGateway = true } }

// WithDingTalkHomeSchoolDirectory puts a department with a negative id (家校通讯录) below the root. It is listed, and every
// call about it is answered with 60003. No other vendor knows it, and the Organisation does not either.
func WithDingTalkHomeSchoolDirectory() Option {
	return func(c *config) { c.dingtalk.HomeSchool = true }
}

// WithWeComAppCreatedAfter2022 makes the demo app one that was created after 20 June 2022, 20:00 Beijing time: it does
// not see avatar, gender, mobile, email, biz_mail, qr_code and address of members.
func WithWeComAppCreatedAfter2022() Option { return func(c *config) { c.wecom.NewApp = true } }

// WithWeComOldCaller makes the caller's IP address one from which the contact sync secret was used before 15 August
// 2022. From there, and only from there, it may still read details.
func WithWeComOldCaller() Option { return func(c *config) { c.wecom.OldCaller = true } }

// FeishuScopes lists the scopes that the demo apps have unless options say otherwise.
func FeishuScopes() []string { return feishu.Scopes() }
