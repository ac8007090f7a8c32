package sim

import "github.com/roster-go/roster/gen/wecomapi"

// The holders of WeCom's tokens: one kind of secret each.
const (
	weComContact  = "contact sync"
	weComApp      = "self-built app"
	weComProvider = "provider's app"
)

// weComRight says with which secrets an operation may be called: 0, or the code of the refusal.
type weComRight struct {
	contact, app, provider wecomapi.ErrorCode
}

// weComRights returns who may do what. An operation that is not listed is refused to everybody.
func weComRights() map[string]weComRight {
	const no, closed = wecomapi.ErrorCodeNoAPIPermission, wecomapi.ErrorCodeContactSyncMayNotRead
	var (
		readsDetails = weComRight{contact: closed}       // closed to the contact sync in August 2022
		contactOnly  = weComRight{app: no, provider: no} // writes, ids of the whole corp, import jobs
		appsOnly     = weComRight{contact: no}           // what needs a visible range
		providerOnly = weComRight{contact: no, app: no}  // ids for third parties
		everybody    = weComRight{}
	)
	return map[string]weComRight{
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
		"InviteUser":            appsOnly,
		"GetUserDetailByTicket": appsOnly,

		"UseridToOpenUserid": providerOnly,
	}
}

// allowed refuses a call that its secret may not make.
func (w *weCom) allowed(c *call) error {
	right, ok := w.rights[c.operation.ID]
	if !ok {
		return weComError{code: wecomapi.ErrorCodeNoAPIPermission}
	}
	code := right.app
	switch c.grant.holder {
	case weComContact:
		code = right.contact
		if code == wecomapi.ErrorCodeContactSyncMayNotRead && w.config.OldCaller {
			code = 0
		}
	case weComProvider:
		code = right.provider
	}
	if code != 0 {
		return weComError{code: code}
	}
	return nil
}

// weComView is what a caller may see of the corp.
type weComView struct {
	whole  bool // the whole corp, not a visible range
	tops   []DepartmentKey
	hidden bool // an app that does not get the sensitive fields
	dir    *directory
}

// viewOf returns what the caller of c may see.
func (w *weCom) viewOf(c *call, d *directory) weComView {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := weComView{whole: true, dir: d}
	if c.grant.holder != weComContact {
		v.whole, v.tops = w.visible == nil, w.visible
		v.hidden = w.config.NewApp && c.grant.holder == weComApp
	}
	return v
}

// department tells whether a department is in the range: it or one above it was given to the app.
func (v weComView) department(key DepartmentKey) bool {
	if v.whole {
		return true
	}
	for _, dept := range v.dir.path(key) {
		for _, top := range v.tops {
			if dept.Key == top {
				return true
			}
		}
	}
	return false
}

// person tells whether a person is in the range.
func (v weComView) person(p *Person) bool {
	if v.whole {
		return true
	}
	for _, m := range p.Memberships {
		if v.department(m.Department) {
			return true
		}
	}
	return false
}
