package wecom

import (
	"context"
	"slices"
	"strconv"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
	"github.com/roster-go/roster/wire"
)

// Controls is what a test can see and do of WeCom beside its interface: what people do in a browser or administrators
// in the console, and what reaches people by mail.
type Controls struct{ part *Vendor }

// Controls returns what a test can do beside the interface.
func (w *Vendor) Controls() *Controls { return &Controls{part: w} }

// Invited returns all invitations so far. A person may be invited more than once.
func (c *Controls) Invited() []desk.Invitation {
	c.part.mu.Lock()
	defer c.part.mu.Unlock()
	return slices.Clone(c.part.invited)
}

// Consent returns the ticket that the self-built app gets when the person opens its page and agrees to show private
// fields. It is for GetUserDetailByTicket, for half an hour. It fails if nobody has the user id.
func (c *Controls) Consent(userID string) (userTicket string, err error) {
	key, err := c.part.keyOf(userID)
	if err != nil {
		return "", err
	}
	return c.part.newTicket(ticket{person: key, holder: holderApp}), nil
}

// OpenVerificationPage returns the code with which the corp's verification page is opened when WeCom asks the person
// for the second check. It is for GetTFAInfo, once. It fails if nobody has the user id.
func (c *Controls) OpenVerificationPage(userID string) (code string, err error) {
	key, err := c.part.keyOf(userID)
	if err != nil {
		return "", err
	}
	n := c.part.next()
	c.part.mu.Lock()
	defer c.part.mu.Unlock()
	code = company.DeriveText(c.part.desk.Seed, "wecom tfa visit", n, company.Base64Digits, 32)
	c.part.visits[code] = key
	return code, nil
}

// keyOf finds a person by user id.
func (w *Vendor) keyOf(userID string) (company.PersonKey, error) {
	p, ok := w.desk.Company.FindPerson(company.ByUserID, userID)
	if !ok {
		return 0, company.ErrUnknown
	}
	return p.Key, nil
}

// invite notes a message to a person.
func (w *Vendor) invite(c *desk.Call, userID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.invited = append(w.invited, desk.Invitation{UserID: userID, Operation: c.Operation.ID, Time: c.Now})
}

// InviteUser invites those who have not activated their accounts yet.
func (w *Vendor) InviteUser(ctx context.Context,
	r wecomserver.InviteUserRequestObject) (wecomserver.InviteUserResponseObject, error) {
	users, parties, tags := desk.ListOf(r.Body.User), desk.ListOf(r.Body.Party), desk.ListOf(r.Body.Tag)
	switch {
	case len(users)+len(parties)+len(tags) == 0:
		return nil, refusal{code: wecomapi.ErrorCodeAllTargetsEmpty}
	case len(users) > 1000:
		return nil, refusal{code: wecomapi.ErrorCodeInvalidUserIDListLength}
	case len(parties) > 100:
		return nil, refusal{code: wecomapi.ErrorCodeTooManyDepartments}
	case len(tags) > 100:
		return nil, refusal{code: wecomapi.ErrorCodeTooManyTags}
	}
	c := desk.CallOf(ctx)
	var badUsers []string
	var badParties, badTags []int64
	var reached []string
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(c, d)
		reach := func(p *company.Person) {
			if p.Status == company.StatusNotActivated && !slices.Contains(reached, p.UserID) {
				reached = append(reached, p.UserID)
			}
		}
		for _, id := range users {
			if p := d.FindPerson(company.ByUserID, id); p != nil && v.person(p) {
				reach(p)
			} else {
				badUsers = append(badUsers, id)
			}
		}
		for _, id := range parties {
			dept := d.FindDepartment(company.ByWeComID, strconv.FormatInt(id, 10))
			if dept == nil || !v.department(dept.Key) {
				badParties = append(badParties, id)
				continue
			}
			for _, p := range d.Members(dept.Key) {
				reach(p)
			}
		}
		for _, id := range tags {
			g, err := w.readableTag(d, c, id)
			if err != nil {
				badTags = append(badTags, id)
				continue
			}
			for _, p := range d.AllPeople() {
				if d.InGroup(p.Key, g) && v.person(p) {
					reach(p)
				}
			}
		}
	})
	if len(badUsers)+len(badParties)+len(badTags) == len(users)+len(parties)+len(tags) {
		return nil, refusal{code: wecomapi.ErrorCodeAllTargetsInvalid}
	}
	for _, id := range reached {
		w.invite(c, id)
	}
	var out wecomserver.InviteUser200JSONResponse // a list without entries is absent
	if badUsers != nil {
		out.InvalidUser = new(wire.StringList(badUsers))
	}
	if badParties != nil {
		out.InvalidParty = &badParties
	}
	if badTags != nil {
		out.InvalidTag = &badTags
	}
	return out, nil
}
