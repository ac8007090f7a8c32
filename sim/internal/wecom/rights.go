package wecom

import (
	"slices"

	"github.com/roster-go/roster/gen/wecomapi"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
)

// The holders of WeCom's tokens: one kind of secret each.
const (
	holderContact  = "contact sync"
	holderApp      = "self-built app"
	holderProvider = "provider's app"
)

// right says with which secrets an operation may be called: 0, or the code of the refusal.
type right struct {
	contact, app, provider wecomapi.ErrorCode
}

// rights returns who may do what. An operation that is not listed is refused to everybody.
func rights() map[string]right {
	const no, closed = wecomapi.ErrorCodeNoAPIPermission, wecomapi.ErrorCodeContactSyncMayNotRead
	var (
		readsDetails = right{contact: closed}       // closed to the contact sync in August 2022
		contactOnly  = right{app: no, provider: no} // writes, ids of the whole corp, import jobs
		appsOnly     = right{contact: no}           // what needs a visible range
		providerOnly = right{contact: no, app: no}  // ids for third parties
		everybody    = right{}
	)
	return map[string]right{
		"GetUser":           readsDetails,
		"GetUserList":       readsDetails,
		"GetUserSimplelist": readsDetails,
		"ListDepartment":    readsDetails,
		"GetDepartment":     readsDetails,

		"ListDepartmentSimple": everybody,
		"UploadMedia":          everybody,
		"GetTfaInfo":           everybody,
		"TfaSucc":              everybody,

		"ListUserId":        contactOnly,
		"CreateUser":        contactOnly,
		"UpdateUser":        contactOnly,
		"DeleteUser":        contactOnly,
		"DeleteBatchUser":   contactOnly,
		"CreateDepartment":  contactOnly,
		"UpdateDepartment":  contactOnly,
		"DeleteDepartment":  contactOnly,
		"SyncBatchUser":     contactOnly,
		"ReplaceBatchUser":  contactOnly,
		"ReplaceBatchParty": contactOnly,
		"GetBatchResult":    contactOnly,
		"GetActiveStat":     contactOnly,
		"GetJoinQrcode":     contactOnly,
		"AuthsuccUser":      contactOnly,

		"GetUseridByMobile":     appsOnly,
		"GetUseridByEmail":      appsOnly,
		"ConvertUseridToOpenid": appsOnly,
		"ConvertOpenidToUserid": appsOnly,
		"OpenUseridToUserid":    appsOnly,
		"GetAgent":              appsOnly,
		"InviteUser":            appsOnly,
		"GetUserDetailByTicket": appsOnly,

		"UseridToOpenUserid": providerOnly,
	}
}

// allowed refuses a call that its secret may not make.
func (w *Vendor) allowed(c *desk.Call) error {
	right, ok := w.rights[c.Operation.ID]
	if !ok {
		return refusal{code: wecomapi.ErrorCodeNoAPIPermission}
	}
	code := right.app
	switch c.Grant.Holder {
	case holderContact:
		code = right.contact
		if code == wecomapi.ErrorCodeContactSyncMayNotRead && w.config.OldCaller {
			code = 0
		}
	case holderProvider:
		code = right.provider
	}
	if code != 0 {
		return refusal{code: code}
	}
	return nil
}

// view is what a caller may see of the corp.
type view struct {
	whole  bool // the whole corp, not a visible range
	tops   []company.DepartmentKey
	people []company.PersonKey // given one by one
	hidden bool                // an app that does not get the sensitive fields
	dir    *company.Directory
}

// viewOf returns what the caller of c may see.
func (w *Vendor) viewOf(c *desk.Call, d *company.Directory) view {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := view{whole: true, dir: d}
	if c.Grant.Holder != holderContact {
		v.whole, v.tops, v.people = !w.limited, w.visible, w.singles
		if r, ok := w.desk.RangeOf(Name); ok {
			v.whole, v.tops, v.people = r.Whole(), r.Departments, r.People(d)
		}
		v.hidden = w.config.NewApp && c.Grant.Holder == holderApp
	}
	return v
}

// department tells whether a department is in the range: it or one above it was given to the app.
func (v view) department(key company.DepartmentKey) bool {
	if v.whole {
		return true
	}
	for _, dept := range v.dir.Path(key) {
		for _, top := range v.tops {
			if dept.Key == top {
				return true
			}
		}
	}
	return false
}

// person tells whether a person is in the range.
func (v view) person(p *company.Person) bool {
	if v.whole || slices.Contains(v.people, p.Key) {
		return true
	}
	for _, m := range p.Memberships {
		if v.department(m.Department) {
			return true
		}
	}
	return false
}
