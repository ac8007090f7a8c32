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

	holderThirdParty = "third-party app in the corp" // what a permanent code buys
	holderSuite      = "third-party app"             // what the suite's own secret buys: no call about the corp
)

// right says with which secrets an operation may be called: 0, or the code of the refusal.
type right struct {
	contact, app, provider, thirdParty wecomapi.ErrorCode
}

// rights returns who may do what. An operation that is not listed is refused to everybody.
func rights() map[string]right {
	const no, closed = wecomapi.ErrorCodeNoAPIPermission, wecomapi.ErrorCodeContactSyncMayNotRead
	var (
		readsDetails = right{contact: closed} // closed to the contact sync in August 2022
		// writes, ids of the whole corp, import jobs
		contactOnly  = right{app: no, provider: no, thirdParty: no}
		appsOnly     = right{contact: no, thirdParty: no}          // what needs a visible range
		providerOnly = right{contact: no, app: no, thirdParty: no} // ids for third parties
		everybody    = right{}
		// what a third-party app settles with WeCom, for which no token of a corp is good
		suiteOnly = right{contact: no, app: no, provider: no, thirdParty: no}
	)
	return map[string]right{
		"GetUser":           readsDetails,
		"GetUserList":       readsDetails,
		"GetUserSimplelist": readsDetails,
		"ListDepartment":    readsDetails,
		"GetDepartment":     readsDetails,
		"ExportUser":        readsDetails,
		"ExportSimpleUser":  readsDetails,
		"ExportDepartment":  readsDetails,

		"ListDepartmentSimple": everybody,
		"CreateTag":            everybody,
		"UpdateTag":            everybody,
		"DeleteTag":            everybody,
		"GetTag":               everybody,
		"AddTagUsers":          everybody,
		"DeleteTagUsers":       everybody,
		"ListTag":              everybody,
		"ExportTagUser":        everybody,
		"GetExportResult":      everybody,
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
		"GetAgent":              right{contact: no},
		"GetUserInfo":           appsOnly,
		"InviteUser":            appsOnly,
		"GetUserDetailByTicket": appsOnly,

		"UseridToOpenUserid": providerOnly,

		"GetPreAuthCode":          suiteOnly,
		"GetPermanentCode":        suiteOnly,
		"GetAuthInfo":             suiteOnly,
		"GetCorpToken":            suiteOnly,
		"GetThirdPartyUserInfo":   suiteOnly,
		"GetThirdPartyUserDetail": suiteOnly,
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
	case holderThirdParty:
		code = right.thirdParty
	case holderSuite:
		code = 0 // its token is good for nothing else
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
	tags   []*company.Group    // given with all who are in them
	hidden bool                // an app that does not get the sensitive fields
	third  bool                // a third-party app, which gets ids of its own in place of userids and names
	dir    *company.Directory
}

// id is the person's id as the caller knows it.
func (v view) id(p *company.Person) string {
	if v.third {
		return p.WeComOpenUserID
	}
	return p.UserID
}

// name is what the caller gets as the person's name.
func (v view) name(p *company.Person) string {
	if v.third {
		return p.WeComOpenUserID
	}
	return p.Name
}

// find returns the person with an id as the caller knows it, nil if there is none.
func (v view) find(id string) *company.Person {
	if v.third {
		return v.dir.FindPerson(company.ByWeComOpenUserID, id)
	}
	return v.dir.FindPerson(company.ByUserID, id)
}

// viewOf returns what the caller of c may see.
func (w *Vendor) viewOf(c *desk.Call, d *company.Directory) view {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := view{whole: true, dir: d}
	if c.Grant.Holder != holderContact {
		v.whole, v.tops, v.people = !w.limited, w.visible, w.singles
		for _, key := range w.tagged {
			if g := d.Group(key); g != nil {
				v.tags = append(v.tags, g)
			}
		}
		if r, ok := w.desk.RangeOf(Name); ok {
			v.whole, v.tops, v.people, v.tags = r.Whole(), r.Departments, r.People(d), nil
		}
		v.third = c.Grant.Holder == holderThirdParty || c.Grant.Holder == holderSuite
		v.hidden = v.third || w.config.NewApp && c.Grant.Holder == holderApp
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
		for _, g := range v.tags {
			if slices.Contains(g.Departments, dept.Key) {
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
	for _, g := range v.tags {
		if slices.Contains(g.People, p.Key) {
			return true
		}
	}
	return false
}
