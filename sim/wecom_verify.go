package sim

import (
	"context"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// weComTfaCode is a pass for one TFASucc.
type weComTfaCode struct {
	person PersonKey
	ends   time.Time
}

// AuthsuccUser lets a member finish the first login.
func (w *weCom) AuthsuccUser(ctx context.Context, r wecomserver.AuthsuccUserRequestObject) (wecomserver.AuthsuccUserResponseObject, error) {
	err := w.sim.org.change(func(d *directory) error {
		if r.Params.UserID == "" {
			return weComError{code: wecomapi.ErrorCodeUserIDMissing}
		}
		p := d.findPerson(ByUserID, r.Params.UserID)
		if p == nil {
			return weComError{code: wecomapi.ErrorCodeUserIDNotFound}
		}
		return d.updatePerson(p.Key, func(p *Person) error {
			if p.Status == StatusNotActivated {
				p.Status, p.Changed = StatusActive, callOf(ctx).now
			}
			return nil
		})
	})
	return wecomserver.AuthsuccUser200JSONResponse{}, err
}

// GetTFAInfo tells who stands before the verification page. A code is good for one call, its tfa_code for five minutes.
func (w *weCom) GetTFAInfo(ctx context.Context, r wecomserver.GetTFAInfoRequestObject) (wecomserver.GetTFAInfoResponseObject, error) {
	c := callOf(ctx)
	n := w.next()
	w.mu.Lock()
	key, ok := w.visits[r.Body.Code]
	delete(w.visits, r.Body.Code)
	tfaCode := deriveText(w.sim.config.seed, "wecom tfa_code", n, base64Digits, 32)
	if ok {
		w.tfaCodes[tfaCode] = weComTfaCode{person: key, ends: c.now.Add(5 * time.Minute)}
	}
	w.mu.Unlock()
	p, found := w.sim.org.Person(key)
	if !ok || !found {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidCode}
	}
	return wecomserver.GetTFAInfo200JSONResponse{UserID: &p.UserID, TFACode: &tfaCode}, nil
}

// TFASucc lets the member of a GetTFAInfo go on.
func (w *weCom) TFASucc(ctx context.Context, r wecomserver.TFASuccRequestObject) (wecomserver.TFASuccResponseObject, error) {
	if r.Body.UserID == "" {
		return nil, weComError{code: wecomapi.ErrorCodeUserIDMissing}
	}
	key, err := w.keyOf(r.Body.UserID)
	if err != nil {
		return nil, weComError{code: wecomapi.ErrorCodeUserIDNotFound}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	pass, ok := w.tfaCodes[r.Body.TFACode]
	if !ok || pass.person != key || !callOf(ctx).now.Before(pass.ends) {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidCode}
	}
	delete(w.tfaCodes, r.Body.TFACode)
	return wecomserver.TFASucc200JSONResponse{}, nil
}

// GetUserDetailByTicket gives the private fields of a person who has agreed.
func (w *weCom) GetUserDetailByTicket(_ context.Context, r wecomserver.GetUserDetailByTicketRequestObject) (wecomserver.GetUserDetailByTicketResponseObject, error) {
	w.mu.Lock()
	key, ok := w.tickets[r.Body.UserTicket]
	w.mu.Unlock()
	p, found := w.sim.org.Person(key)
	if !ok || !found {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidCode}
	}
	return wecomserver.GetUserDetailByTicket200JSONResponse{
		UserID: &p.UserID, Gender: new(weComGender(&p)), Avatar: &p.AvatarURL, QRCode: new(weComQRCode(&p)),
		Mobile: new(p.Mobile.Short()), Email: &p.Email, BizMail: &p.CorpEmail, Address: &p.Address,
	}, nil
}
