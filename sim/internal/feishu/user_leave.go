package feishu

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// restorable is how long somebody who was deleted can be restored.
const restorable = 30 * 24 * time.Hour

// DeleteUser takes a person off the staff.
func (f *Vendor) DeleteUser(ctx context.Context,
	r feishuserver.DeleteUserRequestObject) (feishuserver.DeleteUserResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		p, left, err := v.person(r.UserID)
		switch {
		case err != nil:
			return err
		case left:
			return refusal{code: feishuapi.ErrorCodeUserResigned}
		case c.Now.Before(f.person(p.Key).restored.Add(f.config.CleanUp)):
			return refusal{code: feishuapi.ErrorCodeRestoreRunning}
		case p.Admin || p.Founder:
			return refusal{code: feishuapi.ErrorCodeAdminProtected}
		}
		if err := v.checkHandOver(p, b); err != nil {
			return err
		}
		if err := d.RemovePerson(p.Key, c.Now); err != nil {
			return personFailure(err)
		}
		f.endSessions(p.Key, nil)
		return nil
	})
	return feishuserver.DeleteUser200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// checkHandOver checks those who take over. What they take over is not simulated.
func (v view) checkHandOver(p *company.Person, b *feishuserver.DeleteUserRequest) error {
	acceptors := []*string{
		b.DepartmentChatAcceptorUserID, b.ExternalChatAcceptorUserID, b.DocsAcceptorUserID, b.CalendarAcceptorUserID,
		b.ApplicationAcceptorUserID, b.MinutesAcceptorUserID, b.SurveyAcceptorUserID, b.AnyCrossAcceptorUserID,
	}
	if mail := b.EmailAcceptor; mail != nil {
		switch {
		case !mail.ProcessingType.Valid():
			return fieldRefusal("email_acceptor.processing_type", string(mail.ProcessingType), `one of "1", "2", "3"`)
		case mail.ProcessingType == feishuserver.MailboxProcessingHandOver && desk.IsBlank(mail.AcceptorUserID):
			return refusal{code: feishuapi.ErrorCodeInvalidAcceptor}
		}
		acceptors = append(acceptors, mail.AcceptorUserID)
	}
	for _, id := range acceptors {
		if err := v.checkAcceptor(p, id); err != nil {
			return err
		}
	}
	return nil
}

// ResurrectUser puts a person back on the staff.
func (f *Vendor) ResurrectUser(ctx context.Context,
	r feishuserver.ResurrectUserRequestObject) (feishuserver.ResurrectUserResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body
	if f.config.MonthlyCalls > 0 {
		return nil, refusal{code: feishuapi.ErrorCodeRestoreNotAllowed}
	}
	if slices.ContainsFunc(desk.ListOf(b.SubscriptionIDs), func(id string) bool { return id != licence }) {
		return nil, refusal{code: feishuapi.ErrorCodeInvalidLicence}
	}
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		p, left, err := v.person(r.UserID)
		switch {
		case err != nil:
			return err
		case !left:
			return refusal{code: feishuapi.ErrorCodeUserNotResigned}
		case c.Now.Sub(p.Left) > restorable:
			return refusal{code: feishuapi.ErrorCodeRestoreTooLate}
		case c.Now.Before(p.Left.Add(f.config.CleanUp)):
			return refusal{code: feishuapi.ErrorCodeDeletionRunning}
		}
		memberships, main, ranks, err := v.restoredPlaces(p, desk.ListOf(b.Departments))
		if err != nil {
			return err
		}
		if err := v.restore(p, memberships, main); err != nil {
			return err
		}
		own := f.person(p.Key)
		own.restored, own.ranks = c.Now, ranks
		if b.SubscriptionIDs != nil {
			own.subscriptions = append([]string{}, *b.SubscriptionIDs...)
		}
		f.keep(p.Key, own)
		return nil
	})
	return feishuserver.ResurrectUser200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// restoredPlaces makes memberships of what a restoration asks for: the root if it asks for nothing.
func (v view) restoredPlaces(p *company.Person,
	wanted []feishuserver.RestoredDepartment) (places []company.Membership, main company.DepartmentKey,
	ranks map[company.DepartmentKey]int64, err error) {
	if len(wanted) == 0 {
		wanted = []feishuserver.RestoredDepartment{{DepartmentID: "0"}}
	}
	switch {
	case len(wanted) > maxDepartments:
		return nil, 0, nil, refusal{code: feishuapi.ErrorCodeTooManyDepartments}
	case len(wanted) > 1 && v.f.config.SingleDepartment:
		return nil, 0, nil, refusal{code: feishuapi.ErrorCodeSeveralDepartmentsDisabled}
	}
	var ids []string
	for _, w := range wanted {
		ids = append(ids, w.DepartmentID)
	}
	nowhere := company.Person{Key: p.Key} // what was known of old memberships does not come back
	if places, err = v.memberships(&nowhere, ids); err != nil {
		return nil, 0, nil, err
	}
	ranks = make(map[company.DepartmentKey]int64)
	for i, w := range wanted {
		key := places[i].Department
		set(&places[i].Order, w.UserOrder)
		if w.DepartmentOrder != nil {
			ranks[key] = *w.DepartmentOrder
		}
		if main == 0 || ranks[key] > ranks[main] {
			main = key
		}
	}
	return places, main, ranks, nil
}

// restore puts a person back. A user_id that somebody else has by now is replaced, if the person was named by another
// id.
func (v view) restore(p *company.Person, places []company.Membership, main company.DepartmentKey) error {
	old := p.FeishuUserID
	_, err := v.dir.RestorePerson(p.Key, places, v.c.Now)
	if taken, ok := errors.AsType[*company.TakenError](err); ok && taken.What == company.ByFeishuUserID {
		v.dir.UpdateFormer(p.Key, func(gone *company.Person) { gone.FeishuUserID = "" })
		if _, err = v.dir.RestorePerson(p.Key, places, v.c.Now); err != nil {
			v.dir.UpdateFormer(p.Key, func(gone *company.Person) { gone.FeishuUserID = old })
		}
	}
	if err != nil {
		return restoreFailure(err)
	}
	return v.dir.UpdatePerson(p.Key, func(back *company.Person) error {
		back.MainDepartment = main
		v.dir.AssignIDs(back)
		return nil
	})
}

// restoreFailure words what the company refused.
func restoreFailure(err error) error {
	code := feishuapi.ErrorCodeInvalidParameter
	if taken, ok := errors.AsType[*company.TakenError](err); ok {
		switch taken.What {
		case company.ByMobile:
			code = feishuapi.ErrorCodeRestoreMobileTaken
		case company.ByEmail, company.ByCorpEmail:
			code = feishuapi.ErrorCodeRestoreEmailTaken
		default:
			code = feishuapi.ErrorCodeRestoreUserIDTaken
		}
	}
	return refusal{code: code}
}

// UpdateUserID gives a person another user_id.
func (f *Vendor) UpdateUserID(ctx context.Context,
	r feishuserver.UpdateUserIDRequestObject) (feishuserver.UpdateUserIDResponseObject, error) {
	c := desk.CallOf(ctx)
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		p, left, err := f.viewOf(c, d).person(r.UserID)
		if err != nil {
			return err
		}
		own := f.person(p.Key)
		switch {
		case left:
			return refusal{code: feishuapi.ErrorCodeUserResigned}
		case strings.TrimSpace(r.Body.NewUserID) == "":
			return refusal{code: feishuapi.ErrorCodeEmailOrNewIDMissing}
		case !userID(r.Body.NewUserID):
			return refusal{code: feishuapi.ErrorCodeInvalidEmployeeID}
		case d.FindPerson(company.ByFeishuUserID, r.Body.NewUserID) != nil:
			return refusal{code: feishuapi.ErrorCodeUserIDTaken}
		case own.renamed >= maxRenames:
			return refusal{code: feishuapi.ErrorCodeUserIDChangeLimit}
		}
		err = d.UpdatePerson(p.Key, func(edited *company.Person) error {
			edited.FeishuUserID, edited.Changed = r.Body.NewUserID, c.Now
			return nil
		})
		if err != nil {
			return personFailure(err)
		}
		own.renamed++
		f.keep(p.Key, own)
		return nil
	})
	return feishuserver.UpdateUserID200JSONResponse{Data: &feishuserver.Nothing{}}, err
}
