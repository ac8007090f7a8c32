package sim

import (
	"context"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// weComTfaCode is a pass for one TfaSucc.
type weComTfaCode struct {
	person PersonKey
	ends   time.Time
}

// AuthsuccUser lets a member finish the first login.
func (w *weCom) AuthsuccUser(ctx context.Context, r wecomserver.AuthsuccUserRequestObject) (wecomserver.AuthsuccUserResponseObject, error) {
	err := Change(w.desk.Company, func(d *directory) error {
		if r.Params.Userid == "" {
			return weComError{code: wecomapi.ErrorCodeUseridMissing}
		}
		p := d.findPerson(ByUserID, r.Params.Userid)
		if p == nil {
			return weComError{code: wecomapi.ErrorCodeUseridNotFound}
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

// GetTfaInfo tells who stands before the verification page. A code is good for one call, its tfa_code for five minutes.
func (w *weCom) GetTfaInfo(ctx context.Context, r wecomserver.GetTfaInfoRequestObject) (wecomserver.GetTfaInfoResponseObject, error) {
	c := callOf(ctx)
	n := w.next()
	w.mu.Lock()
	key, ok := w.visits[r.Body.Code]
	delete(w.visits, r.Body.Code)
	tfaCode := deriveText(w.desk.Seed, "wecom tfa_code", n, base64Digits, 32)
	if ok {
		w.tfaCodes[tfaCode] = weComTfaCode{person: key, ends: c.now.Add(5 * time.Minute)}
	}
	w.mu.Unlock()
	p, found := w.desk.Company.Person(key)
	if !ok || !found {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidCode}
	}
	return wecomserver.GetTfaInfo200JSONResponse{Userid: &p.UserID, TfaCode: &tfaCode}, nil
}

// TfaSucc lets the member of a GetTfaInfo go on.
func (w *weCom) TfaSucc(ctx context.Context, r wecomserver.TfaSuccRequestObject) (wecomserver.TfaSuccResponseObject, error) {
	if r.Body.Userid == "" {
		return nil, weComError{code: wecomapi.ErrorCodeUseridMissing}
	}
	key, err := w.keyOf(r.Body.Userid)
	if err != nil {
		return nil, weComError{code: wecomapi.ErrorCodeUseridNotFound}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	pass, ok := w.tfaCodes[r.Body.TfaCode]
	if !ok || pass.person != key || !callOf(ctx).now.Before(pass.ends) {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidCode}
	}
	delete(w.tfaCodes, r.Body.TfaCode)
	return wecomserver.TfaSucc200JSONResponse{}, nil
}

// GetUserDetailByTicket gives the private fields of a person who has agreed.
func (w *weCom) GetUserDetailByTicket(_ context.Context, r wecomserver.GetUserDetailByTicketRequestObject) (wecomserver.GetUserDetailByTicketResponseObject, error) {
	w.mu.Lock()
	key, ok := w.tickets[r.Body.UserTicket]
	w.mu.Unlock()
	p, found := w.desk.Company.Person(key)
	if !ok || !found {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidCode}
	}
	return wecomserver.GetUserDetailByTicket200JSONResponse{
		Userid: &p.UserID, Gender: new(weComGender(&p)), Avatar: &p.AvatarURL, QrCode: new(weComQRCode(&p)),
		Mobile: new(p.Mobile.Short()), Email: &p.Email, BizMail: &p.CorpEmail, Address: &p.Address,
	}, nil
}
