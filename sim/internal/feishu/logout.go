package feishu

import (
	"context"
	"slices"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// session is a person's sign-in on one device.
type session struct {
	person   company.PersonKey
	terminal int
	ended    bool
}

// LogoutUser ends sessions: all of a person's, those on some kinds of devices, or one.
func (f *Vendor) LogoutUser(ctx context.Context,
	r feishuserver.LogoutUserRequestObject) (feishuserver.LogoutUserResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body
	terminals := desk.ListOf(b.TerminalType)
	bad := func(t feishuserver.TerminalType) bool { return !t.Valid() }
	if !b.LogoutType.Valid() || b.TerminalType != nil && len(terminals) == 0 || slices.ContainsFunc(terminals, bad) {
		return nil, refusal{code: feishuapi.ErrorCodeLogoutInvalidParameter}
	}
	if b.LogoutReason != nil && !b.LogoutReason.Valid() {
		return nil, refusal{code: feishuapi.ErrorCodeLogoutInvalidReason}
	}
	done := feishuserver.LogoutUser200JSONResponse{Data: &feishuserver.Nothing{}}
	if b.LogoutType == feishuserver.LogoutTypeSession {
		return done, f.endSession(b.SID)
	}
	key, err := f.leaving(c, b)
	if err != nil {
		return nil, err
	}
	f.endSessions(key, terminals)
	return done, nil
}

// leaving finds whose sessions are to end. The id at the identity provider is taken to be the business mailbox.
func (f *Vendor) leaving(c *desk.Call, b *feishuserver.LogoutUserRequest) (key company.PersonKey, err error) {
	invalid := refusal{code: feishuapi.ErrorCodeLogoutInvalidParameter}
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		var p *company.Person
		switch {
		case b.LogoutType == feishuserver.LogoutTypeUserID && !desk.IsBlank(b.UserID):
			p, _, err = v.person(*b.UserID)
		case b.LogoutType == feishuserver.LogoutTypeIDPCredential && !desk.IsBlank(b.IDPCredentialID):
			p = d.FindPerson(company.ByCorpEmail, *b.IDPCredentialID)
		}
		switch {
		case err != nil:
		case p == nil:
			err = invalid
		default:
			key = p.Key
		}
	})
	return key, err
}

// endSession ends one session, also one that has ended already.
func (f *Vendor) endSession(sid *string) error {
	if desk.IsBlank(sid) {
		return refusal{code: feishuapi.ErrorCodeLogoutInvalidParameter}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	session := f.sessions[*sid]
	if session == nil {
		return refusal{code: feishuapi.ErrorCodeLogoutInvalidSession}
	}
	session.ended = true
	return nil
}

// endSessions ends a person's sessions on kinds of devices, on all if none are named.
func (f *Vendor) endSessions(key company.PersonKey, terminals []feishuserver.TerminalType) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, session := range f.sessions {
		if session.person == key && (len(terminals) == 0 ||
			slices.Contains(terminals, feishuserver.TerminalType(session.terminal))) {
			session.ended = true
		}
	}
}
