package wps

import (
	"slices"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
)

// Config holds the options that only WPS knows.
type Config struct {
	WithoutSignatures bool                    // signatures are not looked at
	PrefixUnsigned    bool                    // signatures of the whole path, /wps included, are refused
	ClockSkew         time.Duration           // how far the date of a signature may be off; 0 for any
	Scopes            []string                // of the demo apps; nil for all
	DataPermission    []company.DepartmentKey // what the demo apps see; nil for the root
	Private           bool                    // a private deployment
	RetryAfter        bool                    // throttled calls are answered with Retry-After
}

// The scopes that the simulator knows.
const (
	scopeRead        = "kso.contact.read"
	scopeReadWrite   = "kso.contact.readwrite"
	scopeEmail       = "kso.user_email.read"
	scopePhone       = "kso.user_phone.read"
	scopeGender      = "kso.user_gender.read"
	scopeCustomAttrs = "kso.user_custom_attr.readwrite"
	scopeDeptAttrs   = "kso.dept_custom_attr.readwrite"
	scopeLeavers     = "kso.contact.dimission_user.read"
	scopePartners    = "kso.contact_partner.read"
	scopeUser        = "kso.user_base.read"       // of a user's token
	scopeUserID      = "kso.user_current_id.read" // of a user's token
)

// appScopes are the scopes that the demo apps were granted.
func (c *Config) appScopes() []string {
	if c.Scopes != nil {
		return slices.Clone(c.Scopes)
	}
	return []string{
		scopeRead, scopeReadWrite, scopeEmail, scopePhone, scopeGender, scopeCustomAttrs, scopeDeptAttrs,
		scopeLeavers, scopePartners, scopeUser, scopeUserID,
	}
}
