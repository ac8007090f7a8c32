package dingtalk

import (
	"fmt"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/desk"
)

// Causes lists what can keep an app of DingTalk from the directory. An internal app that was never released works for
// its developers; no page says which edition of the company has which operations.
func (k *Vendor) Causes() []desk.CauseKind { return desk.CommonCauses() }

// Permissions are those that open fields.
func (k *Vendor) Permissions() []string { return desk.PermissionsFor(dingtalkapi.FieldAccess()) }

// barred refuses what a cause keeps from the caller.
func (k *Vendor) barred(c *desk.Call) error {
	switch {
	case k.desk.Suffers(Name, desk.CauseAddressRefused):
		key := Demo().AppKey
		if c.Grant.Holder != holderInternal {
			key = Demo().SuiteKey
		}
		return refusal{code: dingtalkapi.ErrorCodeAddressNotAllowed, text: fmt.Sprintf("访问ip不在白名单之中，"+ // as recorded
			"请参考FAQ：https://open.dingtalk.com/document/org-faq/app-faq,request ip=%s appKey(%s)", c.Caller, key)}
	case k.desk.Suffers(Name, desk.CauseAppDisabled):
		return refusal{code: dingtalkapi.ErrorCodeAppDisabled}
	}
	return nil
}

// internalApp are the demo credentials, without those of the internal app if they are to be of another kind. What
// DingTalk says to the key of another kind of app is what it says to one that it does not know [?].
func (k *Vendor) internalApp() Credentials {
	demo := Demo()
	if k.desk.Suffers(Name, desk.CauseSecretOfAnotherKind) {
		demo.AppKey, demo.AppSecret = "\x00", "\x00"
	}
	return demo
}
