package wps

import (
	"context"
	"slices"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// What the older platform called things, for convertIds.
const (
	oldCompany = "4412"
	oldUsers   = 8000 // and the person's key
	oldDepts   = 70   // and the department's key
)

// GetCurrentCompany reads the company.
func (w *Vendor) GetCurrentCompany(context.Context,
	wpsserver.GetCurrentCompanyRequestObject) (wpsserver.GetCurrentCompanyResponseObject, error) {
	var data wpsserver.Company
	company.View(w.desk.Company, func(d *company.Directory) {
		root := d.Department(company.RootDepartment)
		data = wpsserver.Company{
			ID: new(Demo().CompanyID), Name: new(root.Name), Logo: new(""), Status: new(wpsserver.CompanyStatusActive),
			Ctime: new(root.Created.Unix()),
		}
	})
	return wpsserver.GetCurrentCompany200JSONResponse{Msg: w.said(""), Data: &data}, nil
}

// GetContactsPermissionScope tells the data permission of the app. Only the scope org is served.
func (w *Vendor) GetContactsPermissionScope(ctx context.Context,
	r wpsserver.GetContactsPermissionScopeRequestObject) (wpsserver.GetContactsPermissionScopeResponseObject, error) {
	items := []wpsserver.PermissionScope{}
	asked := make(map[wpsserver.ContactScope]bool)
	for _, scope := range r.Params.Scopes {
		if !scope.Valid() {
			return nil, invalid("scopes may be org or partner, and is repeated for several")
		}
		asked[scope] = true
	}
	if asked[wpsserver.ContactScopeOrg] {
		ids := []string{}
		people := []string{}
		for _, e := range w.covered(desk.CallOf(ctx)) {
			if e.kind == entityUser {
				people = append(people, e.id)
			} else {
				ids = append(ids, e.id)
			}
		}
		items = append(items, wpsserver.PermissionScope{
			Scope: new(wpsserver.PermissionScopeNameOrg), PermissionType: new(wpsserver.PermissionTypeVisit),
			DeptIDs: &ids, UserIDs: &people, GroupIDs: new([]string{}),
		})
	}
	return wpsserver.GetContactsPermissionScope200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.PermissionScopeList{Items: &items}}, nil
}

// The kinds of entities of a data permission.
const (
	entityDept = wpsserver.PermissionEntityTypeDept
	entityUser = wpsserver.PermissionEntityTypeUser
)

// entity is something that the data permission names.
type entity struct {
	id   string
	kind wpsserver.PermissionEntityType
	at   position
}

// covered is what the data permission names, in the order of pages.
func (w *Vendor) covered(c *desk.Call) []entity {
	var all []entity
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(c, d)
		for _, key := range v.tops {
			if dept := d.Department(key); dept != nil {
				all = append(all, entity{dept.WPSID, entityDept, position{dept: key}})
			}
		}
		for _, key := range v.singles {
			if p := d.Person(key); p != nil {
				all = append(all, entity{p.WPSUserID, entityUser, position{person: key}})
			}
		}
	})
	slices.SortFunc(all, func(a, b entity) int { return a.at.compare(b.at) })
	return all
}

// ListContactsPermissionScopeEntities tells the data permission of the app, page by page.
func (w *Vendor) ListContactsPermissionScopeEntities(ctx context.Context,
	r wpsserver.ListContactsPermissionScopeEntitiesRequestObject,
) (wpsserver.ListContactsPermissionScopeEntitiesResponseObject, error) {
	for _, scope := range r.Params.Scopes {
		if !scope.Valid() {
			return nil, invalid("scopes may be org or partner, and is repeated for several")
		}
	}
	size := r.Params.PageSize
	if size < 1 || size > 100 {
		return nil, invalid("page_size may be 1 to 100")
	}
	paging, err := w.pagingOf("permission entities", nil, r.Params.PageToken, nil)
	if err != nil {
		return nil, err
	}
	paging.size = int(size)
	c := desk.CallOf(ctx)
	var covered []entity
	if slices.Contains(r.Params.Scopes, wpsserver.ContactScopeOrg) {
		covered = w.covered(c)
	}
	var v view
	company.View(w.desk.Company, func(d *company.Directory) { v = w.viewOf(c, d) })
	page, next, _ := pageOf(w, v, paging, covered, func(e entity) position { return e.at },
		func(entity) bool { return true })
	items := []wpsserver.PermissionEntity{}
	for _, e := range page {
		items = append(items, wpsserver.PermissionEntity{
			Entity:         &wpsserver.PermissionEntityRef{ID: new(e.id), Type: new(e.kind)},
			PermissionType: new(wpsserver.PermissionTypeVisit),
		})
	}
	return wpsserver.ListContactsPermissionScopeEntities200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.PermissionEntityList{Items: &items, NextPageToken: next}}, nil
}

// ConvertIDs translates ids of the older platform. Those that it never had are missing. There is no msg.
func (w *Vendor) ConvertIDs(_ context.Context,
	r wpsserver.ConvertIDsRequestObject) (wpsserver.ConvertIDsResponseObject, error) {
	b := r.Body
	switch n := len(b.IDs); {
	case !b.IDType.Valid():
		return nil, invalid("id_type is not known")
	case n == 0 || n > 20:
		return nil, invalid("ids may be 1 to 20")
	case b.IDType == wpsserver.ConvertIDTypeCompanyUID && desk.IsBlank(b.CompanyID):
		return nil, invalid("company_id is required for company_uid")
	case b.IDType == wpsserver.ConvertIDTypeCompanyUID && *b.CompanyID != oldCompany:
		return nil, noSuch("company", *b.CompanyID)
	}
	known := make(wpsserver.IDMap)
	company.View(w.desk.Company, func(d *company.Directory) {
		console := w.Controls()
		switch b.IDType {
		case wpsserver.ConvertIDTypeCompanyID:
			known[oldCompany] = Demo().CompanyID
		case wpsserver.ConvertIDTypeCompanyUID:
			for _, p := range d.AllPeople() {
				known[console.OldUserID(p.Key)] = p.WPSUserID
			}
		case wpsserver.ConvertIDTypeDeptID:
			for _, dept := range d.AllDepartments() {
				known[console.OldDepartmentID(dept.Key)] = dept.WPSID
			}
		}
	})
	data := make(wpsserver.IDMap)
	for _, id := range b.IDs {
		if converted, ok := known[id]; ok {
			data[id] = converted
		}
	}
	return wpsserver.ConvertIDs200JSONResponse{Data: &data}, nil
}
