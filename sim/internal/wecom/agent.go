package wecom

import (
	"context"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// LimitApps sets the visible range (可见范围) of the demo apps to these departments, all below them, and these people.
// Without any they see the whole corp again. It takes back what AllowTags has given.
func (c *Controls) LimitApps(departments []company.DepartmentKey, people ...company.PersonKey) {
	w := c.part
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limited = len(departments)+len(people) > 0
	w.visible = append([]company.DepartmentKey{}, departments...)
	w.singles = append([]company.PersonKey{}, people...)
	w.tagged = nil
}

// AllowTags gives the demo apps all who, and all departments that, are in these tags, beside what LimitApps has given
// them. Without LimitApps they see nobody else.
func (c *Controls) AllowTags(tags ...company.GroupKey) {
	w := c.part
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limited = true
	w.tagged = append(w.tagged, tags...)
}

// visibleRange lists what the apps were given, with people as a holder knows them.
func (w *Vendor) visibleRange(holder string) (users []string, departments, tags []int64) {
	users, departments, tags = []string{}, []int64{}, []int64{}
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(&desk.Call{Grant: desk.Grant{Holder: holder}}, d)
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
				users = append(users, v.id(p))
			}
		}
		for _, g := range v.tags {
			tags = append(tags, w.tagID(d, g.Key))
		}
	})
	return users, departments, tags
}

// GetAgent reads the app that the token is of.
func (w *Vendor) GetAgent(ctx context.Context,
	r wecomserver.GetAgentRequestObject) (wecomserver.GetAgentResponseObject, error) {
	c := desk.CallOf(ctx)
	own := Demo().AppAgentID
	switch c.Grant.Holder {
	case holderProvider:
		own = Demo().ProviderAppAgentID
	case holderThirdParty:
		own = Demo().SuiteAgentID
	}
	switch {
	case r.Params.AgentID <= 0:
		return nil, refusal{code: wecomapi.ErrorCodeInvalidAgentID}
	case r.Params.AgentID != own:
		return nil, refusal{code: wecomapi.ErrorCodeAgentNotAllowed}
	}
	ids, departments, tags := w.visibleRange(c.Grant.Holder)
	users := make([]wecomserver.AgentUser, len(ids))
	for i, id := range ids {
		users[i].UserID = new(id)
	}
	out := wecomserver.GetAgent200JSONResponse{
		AgentID: &own, Name: new("Demo"), SquareLogoURL: new(""), Description: new("The simulator's demo app"),
		AllowUserinfos: &wecomserver.AgentUsers{User: &users},
		AllowPartys:    &wecomserver.AgentDepartments{PartyID: &departments},
		AllowTags:      &wecomserver.AgentTags{TagID: &tags},
		Close:          new(int64(0)), RedirectDomain: new(""), ReportLocationFlag: new(int64(0)),
		Isreportenter: new(int64(0)), HomeURL: new(""),
	}
	if c.Grant.Holder == holderProvider {
		out.CustomizedPublishStatus = new(int64(2))
	}
	return out, nil
}
