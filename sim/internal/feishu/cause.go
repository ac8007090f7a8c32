package feishu

import (
	"fmt"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/desk"
)

// Causes lists what can keep an app of Feishu from the directory.
func (f *Vendor) Causes() []desk.CauseKind {
	return append(desk.CommonCauses(), desk.CauseAppUnpublished, desk.CauseEditionLacks)
}

// Permissions are all scopes, those that open fields included.
func (f *Vendor) Permissions() []string { return Scopes() }

// granted tells whether the demo apps have a scope.
func (f *Vendor) granted(scope string) bool {
	return f.scopes[scope] &&
		!f.desk.Lacks(Name, scope, desk.CausePermissionMissing, desk.CauseFieldPermissionMissing)
}

// barred refuses what a cause keeps from the caller. The two codes for the state of the app are documented with their
// meaning, and their texts are not; so it is with the end of the plan, of which no page says which calls it strikes.
func (f *Vendor) barred(c *desk.Call) error {
	switch id := c.Operation.ID; {
	case f.desk.Suffers(Name, desk.CauseAddressRefused): // as recorded
		return refusal{code: feishuapi.ErrorCodeIPNotAllowed,
			text: fmt.Sprintf("ip %s is denied by app setting", c.Caller)}
	case f.desk.Suffers(Name, desk.CauseAppDisabled):
		return refusal{code: feishuapi.ErrorCodeAppStopped}
	case f.desk.Suffers(Name, desk.CauseAppUnpublished):
		return refusal{code: feishuapi.ErrorCodeAppUnusableInTenant}
	case f.desk.Lacks(Name, id, desk.CausePermissionMissing):
		return lacks(c.Operation.Scopes)
	case f.desk.Concerns(Name, desk.CauseEditionLacks, id):
		return refusal{code: feishuapi.ErrorCodePlanExpired}
	}
	return nil
}
