package wps

import (
	"context"
	"fmt"
	"slices"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// partner is a company that the made-up company works together with. It is not part of the organisation: nobody but WPS
// knows of it.
type partner struct {
	id, company, name string
	source            wpsserver.PartnerSource
	depts             []partnerDept // parents before their children
}

// partnerDept is a department of a partner with the people in it.
type partnerDept struct {
	id, parent, name, path string // parent is "0" at the top
	people                 []string
}

// partners are those there are. The first one has more people than fit on a page.
func partners() []partner {
	var buyers []string
	for i := range 12 {
		buyers = append(buyers, fmt.Sprintf("采购员%d", i+1))
	}
	return []partner{
		{id: "pa-1", company: "Cp77", name: "合作公司", source: wpsserver.PartnerSourceTenant, depts: []partnerDept{
			{id: "Pd10", parent: noParent, name: "采购部", path: "合作公司/采购部", people: buyers},
			{id: "Pd11", parent: noParent, name: "仓储部", path: "合作公司/仓储部", people: []string{"方晴"}},
			{id: "Pd12", parent: "Pd10", name: "采购一组", path: "合作公司/采购部/采购一组", people: buyers[:2]},
		}},
		{id: "pa-2", company: "Cp78", name: "物流公司", source: wpsserver.PartnerSourceDefault, depts: []partnerDept{
			{id: "Pd20", parent: noParent, name: "车队", path: "物流公司/车队", people: []string{"康远"}},
		}},
	}
}

func (p partner) write() wpsserver.Partner {
	return wpsserver.Partner{ID: new(p.id), CompanyID: new(p.company), CompanyName: new(p.name),
		CompanyLogo:   new("https://img.example.com/c/" + p.company + ".png"),
		CompanyStatus: new(wpsserver.CompanyStatusActive)}
}

// maxPartnerPage is the largest page: what an answer may hold at most.
const maxPartnerPage = 1024

// partnerPage cuts a page out of a list of a partner's, by the place in the list.
func partnerPage[T any](w *Vendor, c *desk.Call, list string, size *int64, token *string,
	all []T) ([]T, *string, error) {
	paging, err := w.pagingUpTo(maxPartnerPage, list, size, token, nil)
	if err != nil {
		return nil, nil, err
	}
	type placed struct {
		entry T
		place int
	}
	entries := make([]placed, 0, len(all))
	for i, entry := range all {
		entries = append(entries, placed{entry, i + 1})
	}
	var v view
	company.View(w.desk.Company, func(d *company.Directory) { v = w.viewOf(c, d) })
	page, next, _ := pageOf(w, v, paging, entries,
		func(e placed) position { return position{dept: company.DepartmentKey(e.place)} },
		func(placed) bool { return true })
	out := []T{}
	for _, e := range page {
		out = append(out, e.entry)
	}
	return out, next, nil
}

// ListPartners lists the partners.
func (w *Vendor) ListPartners(ctx context.Context,
	r wpsserver.ListPartnersRequestObject) (wpsserver.ListPartnersResponseObject, error) {
	sources := desk.ListOf(r.Params.Source)
	if !allValid(sources) {
		return nil, invalid("source may be tenant or default, with a comma between several")
	}
	var all []wpsserver.Partner
	for _, p := range partners() {
		if covers(sources, p.source) {
			all = append(all, p.write())
		}
	}
	page, next, err := partnerPage(w, desk.CallOf(ctx), listName("partners", sources), r.Params.PageSize,
		r.Params.PageToken, all)
	return wpsserver.ListPartners200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.PartnerPage{Partners: &page, NextPageToken: next}}, err
}

// GetPartnersByCompanyIDs finds partners. Who is none is missing.
func (w *Vendor) GetPartnersByCompanyIDs(_ context.Context,
	r wpsserver.GetPartnersByCompanyIDsRequestObject) (wpsserver.GetPartnersByCompanyIDsResponseObject, error) {
	if err := countOf("partner_company_ids", r.Body.PartnerCompanyIDs, 100); err != nil {
		return nil, err
	}
	items := []wpsserver.Partner{}
	for _, p := range partners() {
		if slices.Contains(r.Body.PartnerCompanyIDs, p.company) {
			items = append(items, p.write())
		}
	}
	return wpsserver.GetPartnersByCompanyIDs200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.PartnerList{Items: &items}}, nil
}

// partnerNamed finds a partner with a department, which is the top if dept is "0".
func partnerNamed(id, dept string) (partner, error) {
	all := partners()
	i := slices.IndexFunc(all, func(p partner) bool { return p.id == id })
	if i < 0 {
		return partner{}, noSuch("partner", id)
	}
	if dept != noParent && !slices.ContainsFunc(all[i].depts, func(d partnerDept) bool { return d.id == dept }) {
		return partner{}, noSuch("department", dept)
	}
	return all[i], nil
}

func (p partner) writeDept(d partnerDept) wpsserver.PartnerDept {
	return wpsserver.PartnerDept{CompanyID: new(p.company), DeptID: new(d.id), DeptName: new(d.name),
		DeptAbsPath: new(d.path)}
}

// ListPartnerChildDepts lists the departments right below one of a partner's.
func (w *Vendor) ListPartnerChildDepts(ctx context.Context,
	r wpsserver.ListPartnerChildDeptsRequestObject) (wpsserver.ListPartnerChildDeptsResponseObject, error) {
	p, err := partnerNamed(r.PartnerID, r.DeptID)
	if err != nil {
		return nil, err
	}
	var all []wpsserver.PartnerDept
	for _, d := range p.depts {
		if d.parent == r.DeptID {
			all = append(all, p.writeDept(d))
		}
	}
	page, next, err := partnerPage(w, desk.CallOf(ctx), listName("partner departments", p.id, r.DeptID),
		r.Params.PageSize, r.Params.PageToken, all)
	return wpsserver.ListPartnerChildDepts200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.PartnerDeptPage{Depts: &page, NextPageToken: next}}, err
}

// ListPartnerMembers lists the people of a partner's department. Nobody is at the top.
func (w *Vendor) ListPartnerMembers(ctx context.Context,
	r wpsserver.ListPartnerMembersRequestObject) (wpsserver.ListPartnerMembersResponseObject, error) {
	p, err := partnerNamed(r.PartnerID, r.DeptID)
	if err != nil {
		return nil, err
	}
	var all []wpsserver.PartnerUser
	for _, d := range p.depts {
		if d.id != r.DeptID {
			continue
		}
		for _, name := range d.people {
			id := "Pu" + company.DeriveText(w.desk.Seed, "wps partner "+p.id+name, 0, company.Base62Digits, 8)
			all = append(all, wpsserver.PartnerUser{CompanyID: new(p.company), UserID: new(id), UserName: new(name),
				UserAvatar: new("https://img.example.com/a/" + id + ".png"),
				UserDepts:  &[]wpsserver.PartnerDept{p.writeDept(d)}})
		}
	}
	page, next, err := partnerPage(w, desk.CallOf(ctx), listName("partner members", p.id, r.DeptID), r.Params.PageSize,
		r.Params.PageToken, all)
	return wpsserver.ListPartnerMembers200JSONResponse{Msg: w.said(""),
		Data: &wpsserver.PartnerUserPage{Users: &page, NextPageToken: next}}, err
}
