package sim

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// feishuRestorable is how long somebody who was deleted can be restored.
const feishuRestorable = 30 * 24 * time.Hour

// DeleteUser takes a person off the staff.
func (f *feishu) DeleteUser(ctx context.Context, r feishuserver.DeleteUserRequestObject) (feishuserver.DeleteUserResponseObject, error) {
	c, b := callOf(ctx), r.Body
	err := f.sim.org.change(func(d *directory) error {
		v := f.viewOf(c, d)
		p, left, err := v.person(r.UserID)
		switch {
		case err != nil:
			return err
		case left:
			return feishuError{code: feishuapi.ErrorCodeUserResigned}
		case c.now.Before(f.person(p.Key).restored.Add(f.sim.config.feishu.cleanUp)):
			return feishuError{code: feishuapi.ErrorCodeRestoreRunning}
		case p.Admin || p.Founder:
			return feishuError{code: feishuapi.ErrorCodeAdminProtected}
		}
		if err := v.checkHandOver(p, b); err != nil {
			return err
		}
		if err := d.removePerson(p.Key, c.now); err != nil {
			return feishuPersonFailure(err)
		}
		f.endSessions(p.Key, nil)
		return nil
	})
	return feishuserver.DeleteUser200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// checkHandOver checks those who take over. What they take over is not simulated.
func (v feishuView) checkHandOver(p *Person, b *feishuserver.DeleteUserRequest) error {
	acceptors := []*string{
		b.DepartmentChatAcceptorUserID, b.ExternalChatAcceptorUserID, b.DocsAcceptorUserID, b.CalendarAcceptorUserID,
		b.ApplicationAcceptorUserID, b.MinutesAcceptorUserID, b.SurveyAcceptorUserID, b.AnyCrossAcceptorUserID,
	}
	if mail := b.EmailAcceptor; mail != nil {
		switch {
		case !mail.ProcessingType.Valid():
			return feishuField("email_acceptor.processing_type", string(mail.ProcessingType), `one of "1", "2", "3"`)
		case mail.ProcessingType == feishuserver.MailboxProcessingHandOver && isBlank(mail.AcceptorUserID):
			return feishuError{code: feishuapi.ErrorCodeInvalidAcceptor}
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
func (f *feishu) ResurrectUser(ctx context.Context, r feishuserver.ResurrectUserRequestObject) (feishuserver.ResurrectUserResponseObject, error) {
	c, b := callOf(ctx), r.Body
	if f.sim.config.feishu.monthlyCalls > 0 {
		return nil, feishuError{code: feishuapi.ErrorCodeRestoreNotAllowed}
	}
	if slices.ContainsFunc(listOf(b.SubscriptionIDs), func(id string) bool { return id != feishuLicence }) {
		return nil, feishuError{code: feishuapi.ErrorCodeInvalidLicence}
	}
	err := f.sim.org.change(func(d *directory) error {
		v := f.viewOf(c, d)
		p, left, err := v.person(r.UserID)
		switch {
		case err != nil:
			return err
		case !left:
			return feishuError{code: feishuapi.ErrorCodeUserNotResigned}
		case c.now.Sub(p.Left) > feishuRestorable:
			return feishuError{code: feishuapi.ErrorCodeRestoreTooLate}
		case c.now.Before(p.Left.Add(f.sim.config.feishu.cleanUp)):
			return feishuError{code: feishuapi.ErrorCodeDeletionRunning}
		}
		memberships, main, ranks, err := v.restoredPlaces(p, listOf(b.Departments))
		if err != nil {
			return err
		}
		if err := v.restore(p, memberships, main); err != nil {
			return err
		}
		own := f.person(p.Key)
		own.restored, own.ranks = c.now, ranks
		if b.SubscriptionIDs != nil {
			own.subscriptions = append([]string{}, *b.SubscriptionIDs...)
		}
		f.keep(p.Key, own)
		return nil
	})
	return feishuserver.ResurrectUser200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// restoredPlaces makes memberships of what a restoration asks for: the root if it asks for nothing.
func (v feishuView) restoredPlaces(p *Person, wanted []feishuserver.RestoredDepartment) (places []Membership, main DepartmentKey, ranks map[DepartmentKey]int64, err error) {
	if len(wanted) == 0 {
		wanted = []feishuserver.RestoredDepartment{{DepartmentID: "0"}}
	}
	switch {
	case len(wanted) > feishuMaxDepartments:
		return nil, 0, nil, feishuError{code: feishuapi.ErrorCodeTooManyDepartments}
	case len(wanted) > 1 && v.f.sim.config.feishu.singleDepartment:
		return nil, 0, nil, feishuError{code: feishuapi.ErrorCodeSeveralDepartmentsDisabled}
	}
	var ids []string
	for _, w := range wanted {
		ids = append(ids, w.DepartmentID)
	}
	nowhere := Person{Key: p.Key} // what was known of old memberships does not come back
	if places, err = v.memberships(&nowhere, ids); err != nil {
		return nil, 0, nil, err
	}
	ranks = make(map[DepartmentKey]int64)
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

// restore puts a person back. A user_id that somebody else has by now is replaced, if the person was named by another id.
func (v feishuView) restore(p *Person, places []Membership, main DepartmentKey) error {
	old := p.FeishuUserID
	_, err := v.dir.restorePerson(p.Key, places, v.c.now)
	if taken, ok := errors.AsType[*TakenError](err); ok && taken.What == ByFeishuUserID {
		v.dir.updateFormer(p.Key, func(gone *Person) { gone.FeishuUserID = "" })
		if _, err = v.dir.restorePerson(p.Key, places, v.c.now); err != nil {
			v.dir.updateFormer(p.Key, func(gone *Person) { gone.FeishuUserID = old })
		}
	}
	if err != nil {
		return feishuRestoreFailure(err)
	}
	return v.dir.updatePerson(p.Key, func(back *Person) error {
		back.MainDepartment = main
		v.dir.assignIDs(back)
		return nil
	})
}

// feishuRestoreFailure words what the company refused.
func feishuRestoreFailure(err error) error {
	code := feishuapi.ErrorCodeInvalidParameter
	if taken, ok := errors.AsType[*TakenError](err); ok {
		switch taken.What {
		case ByMobile:
			code = feishuapi.ErrorCodeRestoreMobileTaken
		case ByEmail, ByCorpEmail:
			code = feishuapi.ErrorCodeRestoreEmailTaken
		default:
			code = feishuapi.ErrorCodeRestoreUserIDTaken
		}
	}
	return feishuError{code: code}
}

// UpdateUserID gives a person another user_id.
func (f *feishu) UpdateUserID(ctx context.Context, r feishuserver.UpdateUserIDRequestObject) (feishuserver.UpdateUserIDResponseObject, error) {
	c := callOf(ctx)
	err := f.sim.org.change(func(d *directory) error {
		p, left, err := f.viewOf(c, d).person(r.UserID)
		if err != nil {
			return err
		}
		own := f.person(p.Key)
		switch {
		case left:
			return feishuError{code: feishuapi.ErrorCodeUserResigned}
		case strings.TrimSpace(r.Body.NewUserID) == "":
			return feishuError{code: feishuapi.ErrorCodeEmailOrNewIDMissing}
		case !feishuUserID(r.Body.NewUserID):
			return feishuError{code: feishuapi.ErrorCodeInvalidEmployeeID}
		case d.findPerson(ByFeishuUserID, r.Body.NewUserID) != nil:
			return feishuError{code: feishuapi.ErrorCodeUserIDTaken}
		case own.renamed >= feishuMaxRenames:
			return feishuError{code: feishuapi.ErrorCodeUserIDChangeLimit}
		}
		err = d.updatePerson(p.Key, func(edited *Person) error {
			edited.FeishuUserID, edited.Changed = r.Body.NewUserID, c.now
			return nil
		})
		if err != nil {
			return feishuPersonFailure(err)
		}
		own.renamed++
		f.keep(p.Key, own)
		return nil
	})
	return feishuserver.UpdateUserID200JSONResponse{Data: &feishuserver.Nothing{}}, err
}
