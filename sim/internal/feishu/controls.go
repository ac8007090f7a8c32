package feishu

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
)

// Controls is what a test can see and do of Feishu beside its interface: what people do in a browser or administrators
// in the console, and what reaches people by mail.
type Controls struct{ part *Vendor }

// Controls returns what a test can do beside the interface.
func (f *Vendor) Controls() *Controls { return &Controls{part: f} }

// Consent is what an app asks a person for on the authorize page, and what the person agrees to.
type Consent struct {
	// Scopes are the scopes of the user token. Without offline_access there is no refresh token. Nil stands for all
	// that the app has, and offline_access.
	Scopes []string

	RedirectURI         string // to be repeated when the code is exchanged; empty for none
	CodeChallenge       string // PKCE; empty for none
	CodeChallengeMethod string // "S256" or "plain"; empty for plain
}

// Authorize opens the authorize page as the person with the user id (of the company, not of Feishu), agrees, and
// returns the authorization code that the browser brings to the self-built app. The code is good for five minutes, and
// once:
//
//	code, err := srv.Feishu().Authorize(person.UserID, sim.Consent{})
//
// It fails if nobody on the staff has the user id, or if the app itself lacks one of the scopes.
func (x *Controls) Authorize(userID string, consent Consent) (code string, err error) {
	f := x.part
	key, err := f.keyOf(userID)
	if err != nil {
		return "", err
	}
	scopes := slices.Clone(consent.Scopes)
	if consent.Scopes == nil {
		for scope := range f.scopes {
			if f.granted(scope) {
				scopes = append(scopes, scope)
			}
		}
		slices.Sort(scopes)
		scopes = append(scopes, scopeOffline)
	}
	for _, scope := range scopes {
		if !f.granted(scope) && scope != scopeOffline {
			return "", fmt.Errorf("sim: the app's scope %s %w", strconv.Quote(scope), company.ErrUnknown)
		}
	}
	n := f.next()
	now := f.desk.Clock(Name)
	f.mu.Lock()
	defer f.mu.Unlock()
	code = company.DeriveText(f.desk.Seed, "feishu code", n, company.Base62Digits, 32)
	f.codes[code] = &authorization{
		consent: &agreement{person: key, scopes: scopes, given: now},
		expires: now.Add(codeLife),
		request: consent,
	}
	return code, nil
}

// RevokeConsent takes back what the person has agreed to so far: user tokens are refused from now on, refresh tokens
// with 20064. It fails if nobody on the staff has the user id.
func (x *Controls) RevokeConsent(userID string) error {
	f := x.part
	key, err := f.keyOf(userID)
	if err != nil {
		return err
	}
	var tokens []string
	f.mu.Lock()
	for _, refresh := range f.refreshes {
		if refresh.consent.person == key {
			refresh.revoked = true
		}
	}
	for token, consent := range f.consents {
		if consent.person == key {
			tokens = append(tokens, token)
		}
	}
	f.mu.Unlock()
	for _, token := range tokens {
		f.desk.Tokens.Revoke(Name, token)
	}
	return nil
}

// LimitApps sets the contact range (通讯录权限范围) of the demo apps to these departments and all below them, and to single
// people by user id. RootDepartment stands for all members. The option WithFeishuContactRange does the same from the
// start.
func (x *Controls) LimitApps(departments []company.DepartmentKey, userIDs ...string) {
	x.part.mu.Lock()
	defer x.part.mu.Unlock()
	x.part.area = newArea(departments, userIDs, x.part.area.hidden)
}

// SignIn signs a person in on a kind of device: 1 PC, 2 browser, 3 Android, 4 iOS, 5 server, 6 old mini-program, 8
// other mobile. It returns the session id, which LogoutUser takes. It fails if nobody on the staff has the user id.
func (x *Controls) SignIn(userID string, terminal int) (sid string, err error) {
	f := x.part
	key, err := f.keyOf(userID)
	if err != nil {
		return "", err
	}
	n := f.next()
	f.mu.Lock()
	defer f.mu.Unlock()
	sid = company.DeriveText(f.desk.Seed, "feishu sid", n, company.Base62Digits, 28)
	f.sessions[sid] = &session{person: key, terminal: terminal}
	return sid, nil
}

// SignedIn tells whether a session is still open.
func (x *Controls) SignedIn(sid string) bool {
	x.part.mu.Lock()
	defer x.part.mu.Unlock()
	session := x.part.sessions[sid]
	return session != nil && !session.ended
}

// Invited returns all invitations so far: a text message or mail goes to whoever is created.
func (x *Controls) Invited() []desk.Invitation {
	x.part.mu.Lock()
	defer x.part.mu.Unlock()
	return slices.Clone(x.part.invited)
}

// keyOf finds a person on the staff.
func (f *Vendor) keyOf(userID string) (company.PersonKey, error) {
	var key company.PersonKey
	company.View(f.desk.Company, func(d *company.Directory) {
		if p := d.FindPerson(company.ByUserID, userID); p != nil {
			key = p.Key
		}
	})
	if key == 0 {
		return 0, fmt.Errorf("sim: person %s %w", strconv.Quote(strings.TrimSpace(userID)), company.ErrUnknown)
	}
	return key, nil
}

// GroupID is the id by which the operations on user groups know a group of the company: a company.Tag.
func (x *Controls) GroupID(key company.GroupKey) string { return x.part.groupID(key) }

// RoleID is the id by which the operations on functional roles know a group of the company: a company.Role. Feishu
// lists no roles; administrators see the ids in the console.
func (x *Controls) RoleID(key company.GroupKey) string { return x.part.roleID(key) }

// LimitAppsToGroups sets the contact range of the demo apps to user groups: to their people and their departments, and
// all below those. The range names the groups and nothing else then.
func (x *Controls) LimitAppsToGroups(groups ...company.GroupKey) {
	x.part.mu.Lock()
	defer x.part.mu.Unlock()
	x.part.area = area{limited: true, groups: slices.Clone(groups), hidden: x.part.area.hidden}
}

// JobTitleID is the id of a job title.
func (x *Controls) JobTitleID(title string) string { return x.part.wordID(titles, title) }

// WorkCityID is the id of a work city.
func (x *Controls) WorkCityID(city string) string { return x.part.wordID(cities, city) }

// EmployeeTypeID is the id of the employee type with a number; 6 and 7 are the tenant's own from the start.
func (x *Controls) EmployeeTypeID(value int64) string { return x.part.enumID(value) }
