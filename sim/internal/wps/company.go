package wps

import (
	"context"

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
		company.View(w.desk.Company, func(d *company.Directory) {
			for _, key := range w.viewOf(desk.CallOf(ctx), d).tops {
				if dept := d.Department(key); dept != nil {
					ids = append(ids, dept.WPSID)
				}
			}
		})
		items = append(items, wpsserver.PermissionScope{
			Scope: new(wpsserver.PermissionScopeNameOrg), PermissionType: new(wpsserver.PermissionTypeVisit),
			DeptIDs: &ids, UserIDs: new([]string{}), GroupIDs: new([]string{}),
		})
	}
	return wpsserver.GetContactsPermissionScope200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.PermissionScopeList{Items: &items}}, nil
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
