package wecom

import (
	"context"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// LimitApps sets the visible range (可见范围) of the demo apps to these departments, all below them, and these people.
// Without any they see the whole corp again.
func (c *Controls) LimitApps(departments []company.DepartmentKey, people ...company.PersonKey) {
	w := c.part
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limited = len(departments)+len(people) > 0
	w.visible = append([]company.DepartmentKey{}, departments...)
	w.singles = append([]company.PersonKey{}, people...)
}

// GetAgent reads the app that the token is of.
func (w *Vendor) GetAgent(ctx context.Context,
	r wecomserver.GetAgentRequestObject) (wecomserver.GetAgentResponseObject, error) {
	c := desk.CallOf(ctx)
	own := Demo().AppAgentID
	if c.Grant.Holder == holderProvider {
		own = Demo().ProviderAppAgentID
	}
	switch {
	case r.Params.AgentID <= 0:
		return nil, refusal{code: wecomapi.ErrorCodeInvalidAgentID}
	case r.Params.AgentID != own:
		return nil, refusal{code: wecomapi.ErrorCodeAgentNotAllowed}
	}
	users, departments, tags := []wecomserver.AgentUser{}, []int64{}, []int64{}
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(c, d)
		if v.whole {
			departments = append(departments, d.Department(company.RootDepartment).WeComID)
		}
		for _, key := range v.tops {
			if dept := d.Department(key); dept != nil {
				departments = append(departments, dept.WeComID)
			}
		}
		for _, key := range v.people {
			if p := d.Person(key); p != nil {
				users = append(users, wecomserver.AgentUser{UserID: new(p.UserID)})
			}
		}
	})
	out := wecomserver.GetAgent200JSONResponse{
		AgentID: &own, Name: new("Demo"), SquareLogoURL: new(""), Description: new("The simulator's demo app"),
		AllowUserinfos: &wecomserver.AgentUsers{User: &users},
		AllowPartys:    &wecomserver.AgentDepartments{PartyID: &departments},
		AllowTags:      &wecomserver.AgentTags{Tagid: &tags},
		Close:          new(int64(0)), RedirectDomain: new(""), ReportLocationFlag: new(int64(0)),
		Isreportenter: new(int64(0)), HomeURL: new(""),
	}
	if c.Grant.Holder == holderProvider {
		out.CustomizedPublishStatus = new(int64(2))
	}
	return out, nil
}
