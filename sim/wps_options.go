package sim

import (
	"slices"
	"time"
)

// wpsConfig holds the options that only WPS knows.
type wpsConfig struct {
	withoutSignatures bool
	prefixUnsigned    bool
	clockSkew         time.Duration // 0: any date
	scopes            []string      // nil: all
	dataPermission    []DepartmentKey
	private           bool
	retryAfter        bool
}

// WithoutWPSSignatures turns the switch 安全设置 > 接口签名 of the demo apps off: KSO-1 signatures are not looked at, right or wrong.
func WithoutWPSSignatures() Option { return func(c *config) { c.wps.withoutSignatures = true } }

// WithWPSUnsignedPrefix takes /wps for a prefix as private deployments have one, which must not be signed: it refuses signatures of the whole
// path, /wps/v7/users. Without it these are as good as those of the path below, /v7/users, since /wps is the simulator's own and no
// client can know of it.
func WithWPSUnsignedPrefix() Option { return func(c *config) { c.wps.prefixUnsigned = true } }

// WithWPSClockSkew refuses signatures whose X-Kso-Date is further than d from the simulator's clock. The vendor's window is not
// documented, and its sample of a verifier has none; that is the default.
func WithWPSClockSkew(d time.Duration) Option { return func(c *config) { c.wps.clockSkew = d } }

// WithWPSScopes gives the demo apps these scopes (能力权限) and no others, such as kso.contact.read or kso.user_phone.read. The default
// is all of them.
func WithWPSScopes(scopes ...string) Option {
	return func(c *config) { c.wps.scopes = append([]string{}, scopes...) }
}

// WithWPSDataPermission limits what the demo apps see (数据权限) to these departments and all below them. Without departments they see
// nothing: lists are empty, and their code is 0. See also WPS.SetDataPermission.
func WithWPSDataPermission(departments ...DepartmentKey) Option {
	return func(c *config) { c.wps.dataPermission = append([]DepartmentKey{}, departments...) }
}

// WithWPSPrivateDeployment makes WPS a private deployment (私有化) in place of the public cloud. It has batchDeleteDepts, lists people who
// left when asked for the status dimission, adds members to its answers, calls the departments of a user dept_id, has
// null in place of no data, and words its failures with msg and detail.
func WithWPSPrivateDeployment() Option { return func(c *config) { c.wps.private = true } }

// WithWPSRetryAfter adds the header Retry-After to answers to too many calls. Whether the vendor sends it is not known; the default
// is that it does not.
func WithWPSRetryAfter() Option { return func(c *config) { c.wps.retryAfter = true } }

// The scopes that the simulator knows.
const (
	wpsScopeRead        = "kso.contact.read"
	wpsScopeReadWrite   = "kso.contact.readwrite"
	wpsScopeEmail       = "kso.user_email.read"
	wpsScopePhone       = "kso.user_phone.read"
	wpsScopeGender      = "kso.user_gender.read"
	wpsScopeCustomAttrs = "kso.user_custom_attr.readwrite"
	wpsScopeUser        = "kso.user_base.read"       // of a user's token
	wpsScopeUserID      = "kso.user_current_id.read" // of a user's token
)

// appScopes are the scopes that the demo apps were granted.
func (c *wpsConfig) appScopes() []string {
	if c.scopes != nil {
		return slices.Clone(c.scopes)
	}
	return []string{
		wpsScopeRead, wpsScopeReadWrite, wpsScopeEmail, wpsScopePhone, wpsScopeGender, wpsScopeCustomAttrs, wpsScopeUser, wpsScopeUserID,
	}
}
