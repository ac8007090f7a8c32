package wecom

import (
	"context"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// tfaPass is a pass for one TfaSucc.
type tfaPass struct {
	person company.PersonKey
	ends   time.Time
}

// AuthsuccUser lets a member finish the first login.
func (w *Vendor) AuthsuccUser(ctx context.Context, r wecomserver.AuthsuccUserRequestObject) (wecomserver.AuthsuccUserResponseObject, error) {
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		if r.Params.Userid == "" {
			return refusal{code: wecomapi.ErrorCodeUseridMissing}
		}
		p := d.FindPerson(company.ByUserID, r.Params.Userid)
		if p == nil {
			return refusal{code: wecomapi.ErrorCodeUseridNotFound}
		}
		return d.UpdatePerson(p.Key, func(p *company.Person) error {
			if p.Status == company.StatusNotActivated {
				p.Status, p.Changed = company.StatusActive, desk.CallOf(ctx).Now
			}
			return nil
		})
	})
	return wecomserver.AuthsuccUser200JSONResponse{}, err
}

// GetTfaInfo tells who stands before the verification page. A code is good for one call, its tfa_code for five minutes.
func (w *Vendor) GetTfaInfo(ctx context.Context, r wecomserver.GetTfaInfoRequestObject) (wecomserver.GetTfaInfoResponseObject, error) {
	c := desk.CallOf(ctx)
	n := w.next()
	w.mu.Lock()
	key, ok := w.visits[r.Body.Code]
	delete(w.visits, r.Body.Code)
	tfaCode := company.DeriveText(w.desk.Seed, "wecom tfa_code", n, company.Base64Digits, 32)
	if ok {
		w.tfaCodes[tfaCode] = tfaPass{person: key, ends: c.Now.Add(5 * time.Minute)}
	}
	w.mu.Unlock()
	p, found := w.desk.Company.Person(key)
	if !ok || !found {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidCode}
	}
	return wecomserver.GetTfaInfo200JSONResponse{Userid: &p.UserID, TfaCode: &tfaCode}, nil
}

// TfaSucc lets the member of a GetTfaInfo go on.
func (w *Vendor) TfaSucc(ctx context.Context, r wecomserver.TfaSuccRequestObject) (wecomserver.TfaSuccResponseObject, error) {
	if r.Body.Userid == "" {
		return nil, refusal{code: wecomapi.ErrorCodeUseridMissing}
	}
	key, err := w.keyOf(r.Body.Userid)
	if err != nil {
		return nil, refusal{code: wecomapi.ErrorCodeUseridNotFound}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	pass, ok := w.tfaCodes[r.Body.TfaCode]
	if !ok || pass.person != key || !desk.CallOf(ctx).Now.Before(pass.ends) {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidCode}
	}
	delete(w.tfaCodes, r.Body.TfaCode)
	return wecomserver.TfaSucc200JSONResponse{}, nil
}

// GetUserDetailByTicket gives the private fields of a person who has agreed.
func (w *Vendor) GetUserDetailByTicket(_ context.Context, r wecomserver.GetUserDetailByTicketRequestObject) (wecomserver.GetUserDetailByTicketResponseObject, error) {
	w.mu.Lock()
	key, ok := w.tickets[r.Body.UserTicket]
	w.mu.Unlock()
	p, found := w.desk.Company.Person(key)
	if !ok || !found {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidCode}
	}
	return wecomserver.GetUserDetailByTicket200JSONResponse{
		Userid: &p.UserID, Gender: new(gender(&p)), Avatar: &p.AvatarURL, QrCode: new(qrCode(&p)),
		Mobile: new(p.Mobile.Short()), Email: &p.Email, BizMail: &p.CorpEmail, Address: &p.Address,
	}, nil
}
