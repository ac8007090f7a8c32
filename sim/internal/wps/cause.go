package wps

import (
	"net/http"
	"slices"
	"time"

	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// Causes lists what can keep an app of WPS from the directory.
func (w *Vendor) Causes() []desk.CauseKind {
	return append(desk.CommonCauses(), desk.CauseAppUnpublished, desk.CauseSignatureRefused, desk.CauseEditionLacks)
}

// Permissions are all scopes, those that open fields included.
func (w *Vendor) Permissions() []string { return new(Config).appScopes() }

// granted is what causes leave of scopes.
func (w *Vendor) granted(scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool {
		return w.desk.Lacks(Name, scope, desk.CausePermissionMissing, desk.CauseFieldPermissionMissing)
	})
}

// barred refuses what a cause keeps from the caller. The refusal for the company's edition was recorded. For an address
// the vendor's list of codes has nothing better than the name CommonPolicyDenied [?].
func (w *Vendor) barred(c *desk.Call) error {
	switch {
	case w.desk.Suffers(Name, desk.CauseAddressRefused):
		return refusal{status: http.StatusForbidden, code: wpsserver.ErrorCodeCommonPolicyDenied,
			text: "kso: PolicyDenied", desc: "the address " + c.Caller + " is not on the list of the app"}
	case w.desk.Concerns(Name, desk.CauseEditionLacks, c.Operation.ID):
		return usual(wpsserver.ErrorCodeCommonNoPermission)
	}
	return nil
}

// unreleased tells whether the app gets no tokens, since it was not released yet or an administrator has disabled it.
func (w *Vendor) unreleased() bool {
	return w.desk.Suffers(Name, desk.CauseAppUnpublished) || w.desk.Suffers(Name, desk.CauseAppDisabled)
}

// unauthorizedClient refuses an app that may not have tokens. The vendor's list of codes names it, and no page says
// when it comes [?].
func unauthorizedClient() refusal {
	return refusal{status: http.StatusUnauthorized, code: wpsserver.ErrorCodeOAuth2UnauthorizedClient,
		text: "unauthorized_client", desc: "the app is not released, or disabled"}
}

// window is how far the date of a signature may be off; 0 for any.
func (w *Vendor) window() time.Duration {
	if c, ok := w.desk.CauseOf(Name, desk.CauseClockOff); ok && c.Window > 0 {
		return c.Window
	}
	return w.config.ClockSkew
}
