package dingtalk

import (
	"context"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// ownedAccount finds an account that belongs to the corp.
func (k *Vendor) ownedAccount(d *company.Directory, userID string) (*company.Person, error) {
	p := d.FindPerson(company.ByUserID, userID)
	switch {
	case userID == "":
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidParam)}
	case p == nil:
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeUserNotExist)}
	case !k.profile(p.Key).exclusive:
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeNotCorpAccount)}
	}
	return p, nil
}

// lock locks an account of the corp's, or unlocks it.
func (k *Vendor) lock(userID string, from, to company.Status) error {
	return company.Change(k.desk.Company, func(d *company.Directory) error {
		p, err := k.ownedAccount(d, userID)
		if err != nil || p.Status == to {
			return err
		}
		return d.UpdatePerson(p.Key, func(p *company.Person) error {
			if from < 0 || p.Status == from {
				p.Status = to
			}
			return nil
		})
	})
}

// EnableOrgAccount unlocks an account of the corp's.
func (k *Vendor) EnableOrgAccount(_ context.Context,
	r dingtalkserver.EnableOrgAccountRequestObject) (dingtalkserver.EnableOrgAccountResponseObject, error) {
	err := k.lock(r.Body.UserID, company.StatusDisabled, company.StatusActive)
	return dingtalkserver.EnableOrgAccount200JSONResponse{Result: new(true)}, err
}

// DisableOrgAccount locks an account of the corp's.
func (k *Vendor) DisableOrgAccount(_ context.Context,
	r dingtalkserver.DisableOrgAccountRequestObject) (dingtalkserver.DisableOrgAccountResponseObject, error) {
	err := k.lock(r.Body.UserID, -1, company.StatusDisabled)
	return dingtalkserver.DisableOrgAccount200JSONResponse{Result: new(true)}, err
}

// GetOrgAccountStatus tells whether an account of the corp's is locked.
func (k *Vendor) GetOrgAccountStatus(_ context.Context,
	r dingtalkserver.GetOrgAccountStatusRequestObject) (dingtalkserver.GetOrgAccountStatusResponseObject, error) {
	var locked bool
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		var p *company.Person
		if p, err = k.ownedAccount(d, r.Params.UserID); err == nil {
			locked = p.Status == company.StatusDisabled
		}
	})
	return dingtalkserver.GetOrgAccountStatus200JSONResponse{Disable: &locked}, err
}

// SignOutOrgAccount ends the sessions of an account of the corp's, which are not simulated.
func (k *Vendor) SignOutOrgAccount(_ context.Context,
	r dingtalkserver.SignOutOrgAccountRequestObject) (dingtalkserver.SignOutOrgAccountResponseObject, error) {
	var err error
	company.View(k.desk.Company, func(d *company.Directory) { _, err = k.ownedAccount(d, r.Body.UserID) })
	return dingtalkserver.SignOutOrgAccount200JSONResponse{Result: new(true)}, err
}
