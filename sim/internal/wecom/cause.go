package wecom

import (
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/desk"
)

// Causes lists what can keep an app of WeCom from the directory. There are no versions of apps to publish; which
// edition has which operations is not documented.
func (w *Vendor) Causes() []desk.CauseKind { return desk.CommonCauses() }

// Permissions are those that open fields to apps that a provider runs. What an app may do otherwise follows from its
// kind.
func (w *Vendor) Permissions() []string { return desk.PermissionsFor(wecomapi.FieldAccess()) }

// Exempt tells that the corp's own apps need no permissions for fields.
func (w *Vendor) Exempt(c *desk.Call) bool { return c.Grant.Holder != holderProvider }

// barred refuses what a cause keeps from the caller. Tokens are sold to any address [doc: the codes are those of calls;
// reports of 60020 name calls only]. The contact sync is no app that could be disabled.
func (w *Vendor) barred(c *desk.Call) error {
	switch {
	case w.desk.Suffers(Name, desk.CauseAddressRefused):
		return refusal{code: wecomapi.ErrorCodeIPNotTrusted}
	case c.Grant.Holder != holderContact && w.desk.Suffers(Name, desk.CauseAppDisabled):
		return refusal{code: wecomapi.ErrorCodeAppDisabled}
	case w.desk.Lacks(Name, c.Operation.ID, desk.CausePermissionMissing):
		return refusal{code: wecomapi.ErrorCodeNoAPIPermission}
	}
	return nil
}
