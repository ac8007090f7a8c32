package wecom

import (
	"context"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// tfaPass is a pass for one TFASucc.
type tfaPass struct {
	person company.PersonKey
	ends   time.Time
}

// AuthsuccUser lets a member finish the first login.
func (w *Vendor) AuthsuccUser(ctx context.Context,
	r wecomserver.AuthsuccUserRequestObject) (wecomserver.AuthsuccUserResponseObject, error) {
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		if r.Params.UserID == "" {
			return refusal{code: wecomapi.ErrorCodeUserIDMissing}
		}
		p := d.FindPerson(company.ByUserID, r.Params.UserID)
		if p == nil {
			return refusal{code: wecomapi.ErrorCodeUserIDNotFound}
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

// GetTFAInfo tells who stands before the verification page. A code is good for one call, its tfa_code for five minutes.
func (w *Vendor) GetTFAInfo(ctx context.Context,
	r wecomserver.GetTFAInfoRequestObject) (wecomserver.GetTFAInfoResponseObject, error) {
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
	return wecomserver.GetTFAInfo200JSONResponse{UserID: &p.UserID, TFACode: &tfaCode}, nil
}

// TFASucc lets the member of a GetTFAInfo go on.
func (w *Vendor) TFASucc(ctx context.Context,
	r wecomserver.TFASuccRequestObject) (wecomserver.TFASuccResponseObject, error) {
	if r.Body.UserID == "" {
		return nil, refusal{code: wecomapi.ErrorCodeUserIDMissing}
	}
	key, err := w.keyOf(r.Body.UserID)
	if err != nil {
		return nil, refusal{code: wecomapi.ErrorCodeUserIDNotFound}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	pass, ok := w.tfaCodes[r.Body.TFACode]
	if !ok || pass.person != key || !desk.CallOf(ctx).Now.Before(pass.ends) {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidCode}
	}
	delete(w.tfaCodes, r.Body.TFACode)
	return wecomserver.TFASucc200JSONResponse{}, nil
}

// GetUserDetailByTicket gives the private fields of a person who has agreed.
func (w *Vendor) GetUserDetailByTicket(ctx context.Context,
	r wecomserver.GetUserDetailByTicketRequestObject) (wecomserver.GetUserDetailByTicketResponseObject, error) {
	p, found := w.desk.Company.Person(w.ticketOf(desk.CallOf(ctx), r.Body.UserTicket))
	if !found {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidCode}
	}
	return wecomserver.GetUserDetailByTicket200JSONResponse{
		UserID: &p.UserID, Gender: new(gender(&p)), Avatar: &p.AvatarURL, QRCode: new(qrCode(&p)),
		Mobile: new(p.Mobile.Short()), Email: &p.Email, BizMail: &p.CorpEmail, Address: &p.Address,
	}, nil
}
