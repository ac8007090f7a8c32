package sim

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
	"github.com/roster-go/roster/wire"
)

// WeCom is what a test can see and do of WeCom beside its interface: what people do in a browser or administrators in the
// console, and what reaches people by mail.
type WeCom struct{ part *weCom }

// WeCom returns the simulator's WeCom controls.
func (s *Simulator) WeCom() *WeCom {
	part, _ := s.parts[VendorWeCom].(*weCom)
	return &WeCom{part: part}
}

// Invitation is a message that a real person would have got.
type Invitation struct {
	UserID    string
	Operation string    // the operationId that caused it
	Time      time.Time // by the simulator's clock
}

// Invited returns all invitations so far. A person may be invited more than once.
func (c *WeCom) Invited() []Invitation {
	c.part.mu.Lock()
	defer c.part.mu.Unlock()
	return slices.Clone(c.part.invited)
}

// LimitApps sets the visible range (可见范围) of the demo apps to these departments and all below them. Without departments they
// see the whole corp again.
func (c *WeCom) LimitApps(departments ...DepartmentKey) {
	c.part.mu.Lock()
	defer c.part.mu.Unlock()
	c.part.visible = slices.Clone(departments)
}

// Consent returns the ticket that the self-built app gets when the person opens its page and agrees to show private fields. It
// is for GetUserDetailByTicket. It fails if nobody has the user id.
func (c *WeCom) Consent(userID string) (ticket string, err error) {
	key, err := c.part.keyOf(userID)
	if err != nil {
		return "", err
	}
	n := c.part.next()
	c.part.mu.Lock()
	defer c.part.mu.Unlock()
	ticket = deriveText(c.part.sim.config.seed, "wecom user_ticket", n, base64Digits, 40)
	c.part.tickets[ticket] = key
	return ticket, nil
}

// OpenVerificationPage returns the code with which the corp's verification page is opened when WeCom asks the person for the
// second check. It is for GetTFAInfo, once. It fails if nobody has the user id.
func (c *WeCom) OpenVerificationPage(userID string) (code string, err error) {
	key, err := c.part.keyOf(userID)
	if err != nil {
		return "", err
	}
	n := c.part.next()
	c.part.mu.Lock()
	defer c.part.mu.Unlock()
	code = deriveText(c.part.sim.config.seed, "wecom tfa visit", n, base64Digits, 32)
	c.part.visits[code] = key
	return code, nil
}

// keyOf finds a person by user id.
func (w *weCom) keyOf(userID string) (PersonKey, error) {
	p, ok := w.sim.org.FindPerson(ByUserID, userID)
	if !ok {
		return 0, ErrUnknown
	}
	return p.Key, nil
}

// invite notes a message to a person.
func (w *weCom) invite(c *call, userID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.invited = append(w.invited, Invitation{UserID: userID, Operation: c.operation.ID, Time: c.now})
}

// weComKnownTag tells whether a tag exists. The corp has the tags 1 to 5, which nobody wears.
func weComKnownTag(id int64) bool { return id >= 1 && id <= 5 }

// InviteUser invites those who have not activated their accounts yet.
func (w *weCom) InviteUser(ctx context.Context, r wecomserver.InviteUserRequestObject) (wecomserver.InviteUserResponseObject, error) {
	users, parties, tags := listOf(r.Body.User), listOf(r.Body.Party), listOf(r.Body.Tag)
	switch {
	case len(users)+len(parties)+len(tags) == 0:
		return nil, weComError{code: wecomapi.ErrorCodeAllTargetsEmpty}
	case len(users) > 1000:
		return nil, weComError{code: wecomapi.ErrorCodeInvalidUserIDListLength}
	case len(parties) > 100:
		return nil, weComError{code: wecomapi.ErrorCodeTooManyDepartments}
	case len(tags) > 100:
		return nil, weComError{code: wecomapi.ErrorCodeTooManyTags}
	}
	c := callOf(ctx)
	var badUsers []string
	var badParties, badTags []int64
	var reached []string
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(c, d)
		reach := func(p *Person) {
			if p.Status == StatusNotActivated && !slices.Contains(reached, p.UserID) {
				reached = append(reached, p.UserID)
			}
		}
		for _, id := range users {
			if p := d.findPerson(ByUserID, id); p != nil && v.person(p) {
				reach(p)
			} else {
				badUsers = append(badUsers, id)
			}
		}
		for _, id := range parties {
			dept := d.findDepartment(ByWeComID, strconv.FormatInt(id, 10))
			if dept == nil || !v.department(dept.Key) {
				badParties = append(badParties, id)
				continue
			}
			for _, p := range d.members(dept.Key) {
				reach(p)
			}
		}
	})
	for _, id := range tags {
		if !weComKnownTag(id) {
			badTags = append(badTags, id)
		}
	}
	if len(badUsers)+len(badParties)+len(badTags) == len(users)+len(parties)+len(tags) {
		return nil, weComError{code: wecomapi.ErrorCodeAllTargetsInvalid}
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

func listOf[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}
