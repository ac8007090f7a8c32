package wps

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// formerFields are the members of people who have left.
const formerFields = "avatar ctime email employment_status employment_type ex_user_id id leader_id login_name phone " +
	"role status title user_name"

// formerNamed returns the person with an id who has left, nil if there is none or the app does not see the person.
func (v view) formerNamed(id string) *company.Person {
	for _, p := range v.dir.FormerPeople() {
		name := p.WPSUserID
		if v.external {
			name = exUserID(p)
		}
		if name == id && v.person(p) {
			return p
		}
	}
	return nil
}

// BatchReadDimissionUsers reads people who have left. Who has not is missing.
func (w *Vendor) BatchReadDimissionUsers(ctx context.Context,
	r wpsserver.BatchReadDimissionUsersRequestObject) (wpsserver.BatchReadDimissionUsersResponseObject, error) {
	if err := countOf("user_ids", r.Body.UserIDs, 50); err != nil {
		return nil, err
	}
	items := []wpsserver.User{}
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		for _, id := range r.Body.UserIDs {
			if p := v.formerNamed(id); p != nil {
				items = append(items, v.user(p, formerFields, false))
			}
		}
	})
	return wpsserver.BatchReadDimissionUsers200JSONResponse{Msg: w.said(""), Data: &wpsserver.UserList{Items: &items}},
		nil
}

// countOf refuses a list that is empty or too long.
func countOf(name string, list []string, most int) error {
	if len(list) == 0 || len(list) > most {
		return invalid(fmt.Sprintf("%s may be 1 to %d", name, most))
	}
	return nil
}

// RecoverUser takes somebody back who has left: into the departments of then that are still there, or else into the
// root.
func (w *Vendor) RecoverUser(ctx context.Context,
	r wpsserver.RecoverUserRequestObject) (wpsserver.RecoverUserResponseObject, error) {
	c := desk.CallOf(ctx)
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		v := w.viewOf(c, d)
		p := v.formerNamed(r.UserID)
		switch {
		case p == nil && v.userNamed(r.UserID) != nil:
			return conflict(wpsserver.ErrorCodeUserStatusInvalid, "user "+r.UserID+" has not left")
		case p == nil:
			return noSuch("user", r.UserID)
		}
		places := slices.DeleteFunc(slices.Clone(p.Memberships),
			func(m company.Membership) bool { return d.Department(m.Department) == nil })
		if len(places) == 0 {
			places = []company.Membership{{Department: company.RootDepartment}}
		}
		_, err := d.RestorePerson(p.Key, places, c.Now)
		return err
	})
	return wpsserver.RecoverUser200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// BatchDeleteUsers takes people off the staff, all of them or none.
func (w *Vendor) BatchDeleteUsers(ctx context.Context,
	r wpsserver.BatchDeleteUsersRequestObject) (wpsserver.BatchDeleteUsersResponseObject, error) {
	if err := countOf("user_ids", r.Body.UserIDs, 100); err != nil {
		return nil, err
	}
	c := desk.CallOf(ctx)
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		v := w.viewOf(c, d)
		keys := make(map[company.PersonKey]bool)
		for _, id := range r.Body.UserIDs {
			p := v.userNamed(id)
			switch {
			case p == nil:
				return noSuch("user", id)
			case p.Founder:
				return denied("a super-admin cannot be deleted")
			}
			keys[p.Key] = true
		}
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if err := d.RemovePerson(key, c.Now); err != nil {
				return err
			}
		}
		return nil
	})
	return wpsserver.BatchDeleteUsers200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// BatchLogoutUsers ends people's sessions, all of them or none: codes, tokens and refresh tokens are dead.
func (w *Vendor) BatchLogoutUsers(ctx context.Context,
	r wpsserver.BatchLogoutUsersRequestObject) (wpsserver.BatchLogoutUsersResponseObject, error) {
	if err := countOf("user_ids", r.Body.UserIDs, 50); err != nil {
		return nil, err
	}
	keys := make(map[company.PersonKey]bool)
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		for _, id := range r.Body.UserIDs {
			p := v.userNamed(id)
			if p == nil {
				err = noSuch("user", id)
				return
			}
			keys[p.Key] = true
		}
	})
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for token, g := range w.grants {
		if g.kind == userToken && keys[g.person] {
			w.desk.Tokens.Revoke(Name, token)
		}
	}
	maps.DeleteFunc(w.codes, func(_ string, code authCode) bool { return keys[code.person] })
	maps.DeleteFunc(w.refreshes, func(_ string, refresh refreshGrant) bool { return keys[refresh.person] })
	return wpsserver.BatchLogoutUsers200JSONResponse{Msg: w.done(), Data: w.noData()}, nil
}
