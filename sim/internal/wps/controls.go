package wps

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/roster-go/roster/sim/internal/company"
)

// Controls is what a test can do of WPS 365 beside its interface: what people do in a browser and administrators in the
// console.
type Controls struct{ part *Vendor }

// Controls returns what a test can do beside the interface.
func (w *Vendor) Controls() *Controls { return &Controls{part: w} }

// SignIn returns the authorization code that the self-built app gets at redirectURI when the person with the staff id
// signs in. It is good for ten minutes and for one token request. The user's token has the scopes, by default
// kso.user_base.read and kso.user_current_id.read, as far as the app was granted them. Signing in activates the
// account. SignIn fails if there is no such person, or the person is disabled.
func (c *Controls) SignIn(userID, redirectURI string, scopes ...string) (code string, err error) {
	w := c.part
	p, ok := w.desk.Company.FindPerson(company.ByUserID, userID)
	if !ok {
		return "", fmt.Errorf("sim: person %q %w", userID, company.ErrUnknown)
	}
	if len(scopes) == 0 {
		scopes = []string{scopeUser, scopeUserID}
	}
	granted := w.config.appScopes()
	scopes = slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return !slices.Contains(granted, s) })
	return w.signIn(Demo().AppID, p, redirectURI, scopes)
}

// NewAppTicket returns a ticket as WPS pushes it to the third-party app, for its client_credentials together with the
// company's id. Only the newest ticket is good.
func (c *Controls) NewAppTicket() string {
	w := c.part
	ticket := company.DeriveText(w.desk.Seed, "wps app_ticket", w.next(), company.Base62Digits, 32)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ticket = ticket
	return ticket
}

// SetDataPermission changes what the demo apps see (数据权限) to these departments, all below them, and these people.
// Without any they see nothing; with the root they see everything.
func (c *Controls) SetDataPermission(departments []company.DepartmentKey, people ...company.PersonKey) {
	c.part.mu.Lock()
	defer c.part.mu.Unlock()
	c.part.tops, c.part.singles = slices.Clone(departments), slices.Clone(people)
}

// OldUserID returns the company_uid that a person of the older platform had there, for convertIds.
func (c *Controls) OldUserID(key company.PersonKey) string { return strconv.Itoa(oldUsers + int(key)) }

// OldDepartmentID returns the dept_id that a department had on the older platform, for convertIds.
func (c *Controls) OldDepartmentID(key company.DepartmentKey) string {
	return strconv.Itoa(oldDepts + int(key))
}

// OldCompanyID returns the company_id of the older platform, for convertIds.
func (c *Controls) OldCompanyID() string { return oldCompany }
