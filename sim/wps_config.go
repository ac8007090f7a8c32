package sim

import (
	"slices"
	"time"
)

// wpsConfig holds the options that only WPS knows.
type wpsConfig struct {
	WithoutSignatures bool            // signatures are not looked at
	PrefixUnsigned    bool            // signatures of the whole path, /wps included, are refused
	ClockSkew         time.Duration   // how far the date of a signature may be off; 0 for any
	Scopes            []string        // of the demo apps; nil for all
	DataPermission    []DepartmentKey // what the demo apps see; nil for the root
	Private           bool            // a private deployment
	RetryAfter        bool            // throttled calls are answered with Retry-After
}

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
	if c.Scopes != nil {
		return slices.Clone(c.Scopes)
	}
	return []string{
		wpsScopeRead, wpsScopeReadWrite, wpsScopeEmail, wpsScopePhone, wpsScopeGender, wpsScopeCustomAttrs, wpsScopeUser, wpsScopeUserID,
	}
}
