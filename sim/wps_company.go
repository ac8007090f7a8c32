package sim

import (
	"context"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// What the older platform called things, for convertIds.
const (
	wpsOldCompany = "4412"
	wpsOldUsers   = 8000 // and the person's key
	wpsOldDepts   = 70   // and the department's key
)

// GetCurrentCompany reads the company.
func (w *wps) GetCurrentCompany(context.Context, wpsserver.GetCurrentCompanyRequestObject) (wpsserver.GetCurrentCompanyResponseObject, error) {
	var data wpsserver.Company
	w.sim.org.view(func(d *directory) {
		root := d.department(RootDepartment)
		data = wpsserver.Company{
			ID: new(wpsCredentials().CompanyID), Name: new(root.Name), Logo: new(""), Status: new(wpsserver.CompanyStatusActive), Ctime: new(root.Created.Unix()),
		}
	})
	return wpsserver.GetCurrentCompany200JSONResponse{Msg: w.said(""), Data: &data}, nil
}

// GetContactsPermissionScope tells the data permission of the app. Only the scope org is served.
func (w *wps) GetContactsPermissionScope(ctx context.Context, r wpsserver.GetContactsPermissionScopeRequestObject) (wpsserver.GetContactsPermissionScopeResponseObject, error) {
	items := []wpsserver.PermissionScope{}
	asked := make(map[wpsserver.ContactScope]bool)
	for _, scope := range r.Params.Scopes {
		if !scope.Valid() {
			return nil, wpsInvalid("scopes may be org or partner, and is repeated for several")
		}
		asked[scope] = true
	}
	if asked[wpsserver.ContactScopeOrg] {
		ids := []string{}
		w.sim.org.view(func(d *directory) {
			for _, key := range w.viewOf(callOf(ctx), d).tops {
				if dept := d.department(key); dept != nil {
					ids = append(ids, dept.WPSID)
				}
			}
		})
		items = append(items, wpsserver.PermissionScope{Scope: new(string(wpsserver.ContactScopeOrg)), DeptIDs: &ids})
	}
	return wpsserver.GetContactsPermissionScope200JSONResponse{Msg: w.said(""), Data: &wpsserver.PermissionScopeList{Items: &items}}, nil
}

// ConvertIDs translates ids of the older platform. Those that it never had are missing. There is no msg.
func (w *wps) ConvertIDs(_ context.Context, r wpsserver.ConvertIDsRequestObject) (wpsserver.ConvertIDsResponseObject, error) {
	b := r.Body
	switch n := len(b.IDs); {
	case !b.IDType.Valid():
		return nil, wpsInvalid("id_type is not known")
	case n == 0 || n > 20:
		return nil, wpsInvalid("ids may be 1 to 20")
	case b.IDType == wpsserver.ConvertIDTypeCompanyUID && isBlank(b.CompanyID):
		return nil, wpsInvalid("company_id is required for company_uid")
	case b.IDType == wpsserver.ConvertIDTypeCompanyUID && *b.CompanyID != wpsOldCompany:
		return nil, wpsNoSuch("company", *b.CompanyID)
	}
	known := make(wpsserver.IDMap)
	w.sim.org.view(func(d *directory) {
		console := w.sim.WPS()
		switch b.IDType {
		case wpsserver.ConvertIDTypeCompanyID:
			known[wpsOldCompany] = wpsCredentials().CompanyID
		case wpsserver.ConvertIDTypeCompanyUID:
			for _, p := range d.allPeople() {
				known[console.OldUserID(p.Key)] = p.WPSUserID
			}
		case wpsserver.ConvertIDTypeDeptID:
			for _, dept := range d.allDepartments() {
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
