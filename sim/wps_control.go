package sim

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// WPS is what a test can do of WPS 365 beside its interface: what people do in a browser and administrators in the console.
type WPS struct{ part *wps }

// controls returns what a test can do beside the interface.
func (w *wps) controls() *WPS { return &WPS{part: w} }

// wpsCodeLife is how long an authorization code is good.
const wpsCodeLife = 10 * time.Minute

// SignIn returns the authorization code that the self-built app gets at redirectURI when the person with the staff id signs in. It
// is good for ten minutes and for one token request. The user's token has the scopes, by default kso.user_base.read and
// kso.user_current_id.read, as far as the app was granted them. Signing in activates the account. SignIn fails if there is no
// such person, or the person is disabled.
func (c *WPS) SignIn(userID, redirectURI string, scopes ...string) (code string, err error) {
	w := c.part
	p, ok := w.desk.Company.FindPerson(ByUserID, userID)
	switch {
	case !ok:
		return "", fmt.Errorf("sim: person %q %w", userID, ErrUnknown)
	case p.Status == StatusDisabled:
		return "", fmt.Errorf("sim: signing in while disabled %w", ErrInvalid)
	case p.Status == StatusNotActivated:
		err := w.desk.Company.UpdatePerson(p.Key, func(p *Person) error { p.Status = StatusActive; return nil })
		if err != nil {
			return "", err
		}
	}
	if len(scopes) == 0 {
		scopes = []string{wpsScopeUser, wpsScopeUserID}
	}
	granted := w.config.appScopes()
	scopes = slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return !slices.Contains(granted, s) })
	code = deriveText(w.desk.Seed, "wps code", w.next(), base62Digits, 40)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.codes[code] = wpsCode{
		app: wpsCredentials().AppID, person: p.Key, scopes: scopes, redirectURI: redirectURI, ends: w.desk.Now().Add(wpsCodeLife),
	}
	return code, nil
}

// NewAppTicket returns a ticket as WPS pushes it to the third-party app, for its client_credentials together with the company's
// id. Only the newest ticket is good.
func (c *WPS) NewAppTicket() string {
	w := c.part
	ticket := deriveText(w.desk.Seed, "wps app_ticket", w.next(), base62Digits, 32)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ticket = ticket
	return ticket
}

// SetDataPermission changes what the demo apps see (数据权限) to these departments and all below them. Without departments they see
// nothing; with the root they see everything.
func (c *WPS) SetDataPermission(departments ...DepartmentKey) {
	c.part.mu.Lock()
	defer c.part.mu.Unlock()
	c.part.tops = slices.Clone(departments)
}

// OldUserID returns the company_uid that a person of the older platform had there, for convertIds.
func (c *WPS) OldUserID(key PersonKey) string { return strconv.Itoa(wpsOldUsers + int(key)) }

// OldDepartmentID returns the dept_id that a department had on the older platform, for convertIds.
func (c *WPS) OldDepartmentID(key DepartmentKey) string { return strconv.Itoa(wpsOldDepts + int(key)) }

// OldCompanyID returns the company_id of the older platform, for convertIds.
func (c *WPS) OldCompanyID() string { return wpsOldCompany }
