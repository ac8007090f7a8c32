package wps

import (
	"context"
	"strconv"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// maxChanges is the largest page of changes: what an answer may hold at most.
const maxChanges = 1000

// changeAsked is what a list of changes is asked for.
type changeAsked struct {
	paging pageAsked
	since  int64
}

func (w *Vendor) changesAsked(of string, since int64, size *int64, token *string) (changeAsked, error) {
	if since < 0 {
		return changeAsked{}, invalid("last_change_time may not be negative")
	}
	paging, err := w.pagingUpTo(maxChanges, listName(of, since), size, token, nil)
	return changeAsked{paging, since}, err
}

// changesOf returns a page of the company's changes from a time on, that second included, oldest first.
func (v view) changesOf(asked changeAsked, visible func(company.Event) bool) (page []company.Event, next *string) {
	all := v.dir.ChangesSince(0)
	var events []company.Event
	for _, e := range all {
		if e.At.Unix() >= asked.since {
			events = append(events, e)
		}
	}
	page, next, _ = pageOf(v.part, v, asked.paging, events,
		func(e company.Event) position { return position{person: company.PersonKey(e.Sequence)} }, visible)
	return page, next
}

func changeType(kind company.ChangeKind) wpsserver.ChangeType {
	switch kind {
	case company.Added:
		return wpsserver.ChangeTypeCreate
	case company.Removed:
		return wpsserver.ChangeTypeDelete
	}
	return wpsserver.ChangeTypeUpdate
}

// ListUserChanges tells whose records changed. Who is visible now is what counts; of those who left only an app hears
// that sees the whole company.
func (w *Vendor) ListUserChanges(ctx context.Context,
	r wpsserver.ListUserChangesRequestObject) (wpsserver.ListUserChangesResponseObject, error) {
	asked, err := w.changesAsked("user changes", r.Params.LastChangeTime, r.Params.PageSize, r.Params.PageToken)
	if err != nil {
		return nil, err
	}
	items := []wpsserver.UserChange{}
	var data wpsserver.UserChangePage
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		page, next := v.changesOf(asked, func(e company.Event) bool {
			p := v.anybody(e.Person)
			return p != nil && v.person(p)
		})
		for _, e := range page {
			items = append(items, wpsserver.UserChange{
				ID: new(strconv.FormatInt(e.Sequence, 10)), UserID: new(v.anybody(e.Person).WPSUserID),
				ChangeType: new(changeType(e.Kind)), ChangeTime: new(e.At.Unix()),
			})
		}
		data = wpsserver.UserChangePage{Items: &items, NextPageToken: next}
	})
	return wpsserver.ListUserChanges200JSONResponse{Msg: w.said(""), Data: &data}, nil
}

// anybody returns a person on the staff or one who has left, nil for key 0.
func (v view) anybody(key company.PersonKey) *company.Person {
	if p := v.dir.Person(key); p != nil {
		return p
	}
	return v.dir.FormerPerson(key)
}

// ListDeptChanges tells which departments changed.
func (w *Vendor) ListDeptChanges(ctx context.Context,
	r wpsserver.ListDeptChangesRequestObject) (wpsserver.ListDeptChangesResponseObject, error) {
	asked, err := w.changesAsked("department changes", r.Params.LastChangeTime, r.Params.PageSize, r.Params.PageToken)
	if err != nil {
		return nil, err
	}
	items := []wpsserver.DeptChange{}
	var data wpsserver.DeptChangePage
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		id := func(e company.Event) string {
			if dept := d.Department(e.Department); dept != nil && v.department(e.Department) {
				return dept.WPSID
			}
			if gone := d.FormerDepartment(e.Department); gone != nil && v.everything() {
				return gone.WPSID
			}
			return ""
		}
		page, next := v.changesOf(asked, func(e company.Event) bool { return id(e) != "" })
		for _, e := range page {
			items = append(items, wpsserver.DeptChange{
				ID: new(strconv.FormatInt(e.Sequence, 10)), DeptID: new(id(e)), ChangeType: new(changeType(e.Kind)),
				ChangeTime: new(e.At.Unix()),
			})
		}
		data = wpsserver.DeptChangePage{Items: &items, NextPageToken: next}
	})
	return wpsserver.ListDeptChanges200JSONResponse{Msg: w.said(""), Data: &data}, nil
}
