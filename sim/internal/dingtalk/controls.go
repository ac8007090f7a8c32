package dingtalk

import (
	"slices"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
)

// Controls is what a test can see and do of DingTalk beside its interface: what people do in the app, administrators in
// the console, and DingTalk by itself.
type Controls struct{ part *Vendor }

// Controls returns what a test can do beside the interface.
func (k *Vendor) Controls() *Controls { return &Controls{part: k} }

// Ban bans all callers for the next five minutes of the simulator's clock, as DingTalk does with an IP address from
// which there were too many calls.
func (d *Controls) Ban(ban Ban) {
	d.part.mu.Lock()
	defer d.part.mu.Unlock()
	d.part.ban, d.part.banned = ban, d.part.desk.Clock(Name).Add(banTime)
}

// LiftBan ends a Ban.
func (d *Controls) LiftBan() {
	d.part.mu.Lock()
	defer d.part.mu.Unlock()
	d.part.banned = time.Time{}
}

// PushTicket pushes another ticket to the third-party app, as DingTalk does about every five hours, and returns it.
// From now on no other is good.
func (d *Controls) PushTicket() string {
	n := d.part.next()
	d.part.mu.Lock()
	defer d.part.mu.Unlock()
	d.part.ticket = company.DeriveText(d.part.desk.Seed, "dingtalk suite ticket", n, company.Base64Digits, 24)
	return d.part.ticket
}

// LimitApps sets the contact scope (通讯录权限范围) of the apps to these departments, all below them, and these people.
func (d *Controls) LimitApps(departments []company.DepartmentKey, people []company.PersonKey) {
	d.part.mu.Lock()
	defer d.part.mu.Unlock()
	d.part.whole, d.part.departments, d.part.people = false, slices.Clone(departments), slices.Clone(people)
}

// UnlimitApps gives the apps the whole corp again.
func (d *Controls) UnlimitApps() {
	d.part.mu.Lock()
	defer d.part.mu.Unlock()
	d.part.whole, d.part.departments, d.part.people = true, nil, nil
}

// Withdraw takes a permission point, such as "qyapi_get_member", from the apps; see Grant.
func (d *Controls) Withdraw(point string) {
	d.part.mu.Lock()
	defer d.part.mu.Unlock()
	d.part.withdrawn[point] = true
}

// Grant gives the apps a permission point back.
func (d *Controls) Grant(point string) {
	d.part.mu.Lock()
	defer d.part.mu.Unlock()
	delete(d.part.withdrawn, point)
}

// login is whom a login code stands for, and until when.
type login struct {
	person company.PersonKey
	ends   time.Time
}

// LoginCode returns the code that the app gets when the person opens it in a DingTalk client. It is for
// getUserByAuthCode, once and within five minutes. It fails if nobody has the user id.
func (d *Controls) LoginCode(userID string) (code string, err error) {
	p, ok := d.part.desk.Company.FindPerson(company.ByUserID, userID)
	if !ok {
		return "", company.ErrUnknown
	}
	n := d.part.next()
	d.part.mu.Lock()
	defer d.part.mu.Unlock()
	code = company.DeriveText(d.part.desk.Seed, "dingtalk login code", n, company.HexDigits, 32)
	d.part.codes[code] = login{person: p.Key, ends: d.part.desk.Clock(Name).Add(5 * time.Minute)}
	return code, nil
}

// Authorize opens DingTalk's sign-in page as the person, agrees, and returns the authorization code that the browser
// brings to the internal app. It is for getUserToken, once and within five minutes. It fails if nobody has the user id.
func (d *Controls) Authorize(userID string) (code string, err error) {
	p, ok := d.part.desk.Company.FindPerson(company.ByUserID, userID)
	if !ok {
		return "", company.ErrUnknown
	}
	return d.part.consents.Issue(consent{person: p.Key, client: Demo().AppKey}, d.part.desk.Clock(Name)), nil
}

// ExpectToJoin puts ids on the list of those who are to join (待入职) and are no members yet.
func (d *Controls) ExpectToJoin(ids ...string) {
	d.part.mu.Lock()
	defer d.part.mu.Unlock()
	d.part.joining = append(d.part.joining, ids...)
}

// homeSchool is the id of the home-school directory.
const homeSchool = -7
