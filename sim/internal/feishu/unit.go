package feishu

import (
	"context"
	"regexp"
	"slices"
	"strconv"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// The vendor's limits on units.
const (
	maxUnits           = 1000
	maxUnitDepartments = 1000
)

// unit is a mark for departments across the tree. It is replaced as a whole, never changed.
type unit struct {
	number         int
	id, name, kind string
}

// units are all units, guarded by the lock of the company.
type units struct {
	list []unit
	last int
}

// demoUnits are those that the tenant begins with.
func demoUnits() *units {
	return &units{last: 2, list: []unit{
		{number: 1, id: "demo-unit-1", name: "消费者事业部", kind: "事业部"},
		{number: 2, id: "demo-unit-2", name: "海外公司", kind: "子公司"},
	}}
}

func (s *units) find(id string) int {
	return slices.IndexFunc(s.list, func(u unit) bool { return u.id == id })
}

// unit finds a unit.
func (f *Vendor) unit(id string) (int, error) {
	i := f.units.find(id)
	if i < 0 {
		return 0, refusal{code: feishuapi.ErrorCodeUnitNotFound}
	}
	return i, nil
}

// checkUnit refuses a unit that cannot be.
func (f *Vendor) checkUnit(u unit) error {
	switch {
	case u.name == "" || runes(u.name) > 100:
		return refusal{code: feishuapi.ErrorCodeInvalidUnitName}
	case u.kind == "" || runes(u.kind) > 100:
		return refusal{code: feishuapi.ErrorCodeInvalidUnitType}
	case slices.ContainsFunc(f.units.list,
		func(o unit) bool { return o.id != u.id && o.name == u.name && o.kind == u.kind }):
		return refusal{code: feishuapi.ErrorCodeUnitNameTaken}
	}
	return nil
}

// CreateUnit makes a unit.
func (f *Vendor) CreateUnit(_ context.Context,
	r feishuserver.CreateUnitRequestObject) (feishuserver.CreateUnitResponseObject, error) {
	b := r.Body
	u := unit{name: b.Name, kind: b.UnitType}
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		u.number = f.units.last + 1
		u.id = "BU" + strconv.Itoa(u.number)
		if !desk.IsBlank(b.UnitID) {
			u.id = *b.UnitID
			if ok, err := regexp.MatchString(`^[A-Za-z0-9]{1,64}$`, u.id); err != nil || !ok {
				return refusal{code: feishuapi.ErrorCodeUnitNotFound}
			}
		}
		if f.units.find(u.id) >= 0 {
			return refusal{code: feishuapi.ErrorCodeUnitIDTaken}
		}
		if len(f.units.list) >= maxUnits {
			return refusal{code: feishuapi.ErrorCodeUnitLimitReached}
		}
		if err := f.checkUnit(u); err != nil {
			return err
		}
		f.units.last = u.number
		f.units.list = append(f.units.list, u)
		return nil
	})
	return feishuserver.CreateUnit200JSONResponse{Data: &feishuserver.NewUnitID{UnitID: &u.id}}, err
}

// PatchUnit renames a unit.
func (f *Vendor) PatchUnit(_ context.Context,
	r feishuserver.PatchUnitRequestObject) (feishuserver.PatchUnitResponseObject, error) {
	err := company.Change(f.desk.Company, func(*company.Directory) error {
		i, err := f.unit(r.UnitID)
		if err != nil {
			return err
		}
		u := f.units.list[i]
		u.name = r.Body.Name
		if err := f.checkUnit(u); err != nil {
			return err
		}
		f.units.list[i] = u
		return nil
	})
	return feishuserver.PatchUnit200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// DeleteUnit deletes a unit. Its departments are in none then.
func (f *Vendor) DeleteUnit(_ context.Context,
	r feishuserver.DeleteUnitRequestObject) (feishuserver.DeleteUnitResponseObject, error) {
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		i, err := f.unit(r.UnitID)
		if err != nil {
			return err
		}
		f.units.list = slices.Delete(f.units.list, i, i+1)
		for _, dept := range d.AllDepartments() {
			f.leaveUnit(dept.Key, r.UnitID)
		}
		return nil
	})
	return feishuserver.DeleteUnit200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// leaveUnit takes a department out of a unit.
func (f *Vendor) leaveUnit(key company.DepartmentKey, id string) {
	own := f.own(key)
	if slices.Contains(own.units, id) {
		own.units = slices.DeleteFunc(slices.Clone(own.units), func(u string) bool { return u == id })
		f.keepDepartment(key, own)
	}
}

func showUnit(u unit) feishuserver.Unit {
	return feishuserver.Unit{UnitID: &u.id, Name: &u.name, UnitType: &u.kind}
}

// GetUnit reads a unit.
func (f *Vendor) GetUnit(_ context.Context,
	r feishuserver.GetUnitRequestObject) (feishuserver.GetUnitResponseObject, error) {
	var out feishuserver.Unit
	var err error
	company.View(f.desk.Company, func(*company.Directory) {
		var i int
		if i, err = f.unit(r.UnitID); err == nil {
			out = showUnit(f.units.list[i])
		}
	})
	return feishuserver.GetUnit200JSONResponse{Data: &feishuserver.OneUnit{Unit: &out}}, err
}

// ListUnits lists the units.
func (f *Vendor) ListUnits(_ context.Context,
	r feishuserver.ListUnitsRequestObject) (feishuserver.ListUnitsResponseObject, error) {
	p, err := f.page(pageRule{of: "units", usual: 50, largest: 100, size: r.Params.PageSize, token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	items := []feishuserver.Unit{}
	var token string
	var more bool
	company.View(f.desk.Company, func(*company.Directory) {
		var page []unit
		page, token, more = cut(f, f.units.list, p, func(u unit) int { return u.number })
		for _, u := range page {
			items = append(items, showUnit(u))
		}
	})
	return feishuserver.ListUnits200JSONResponse{Data: &feishuserver.UnitPage{
		HasMore: &more, PageToken: pageToken(p, token, more, true), UnitList: &items,
	}}, nil
}

// ListUnitDepartments lists the departments of a unit that are in the range.
func (f *Vendor) ListUnitDepartments(ctx context.Context,
	r feishuserver.ListUnitDepartmentsRequestObject) (feishuserver.ListUnitDepartmentsResponseObject, error) {
	id := r.Params.UnitID
	p, err := f.page(pageRule{of: "departments of unit " + id, usual: 50, largest: 100, size: r.Params.PageSize,
		token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	items := []feishuserver.UnitDepartment{}
	var token string
	var more bool
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(desk.CallOf(ctx), d)
		if _, err = f.unit(id); err != nil {
			return
		}
		departments := slices.DeleteFunc(d.AllDepartments(), func(dept *company.Department) bool {
			return !slices.Contains(f.own(dept.Key).units, id) || !v.seesDepartment(dept.Key)
		})
		var page []*company.Department
		page, token, more = cut(f, departments, p, func(dept *company.Department) int { return int(dept.Key) })
		for _, dept := range page {
			items = append(items, feishuserver.UnitDepartment{
				UnitID: &id, DepartmentID: new(company.DepartmentIDOf(dept, v.byDepartment)),
			})
		}
	})
	return feishuserver.ListUnitDepartments200JSONResponse{Data: &feishuserver.UnitDepartmentPage{
		DepartmentList: &items, HasMore: &more, PageToken: pageToken(p, token, more, true),
	}}, err
}

// unitDepartment finds the unit and the department of a request.
func (f *Vendor) unitDepartment(c *desk.Call, d *company.Directory, unit, id string,
	kind *feishuserver.DepartmentIDType) (*company.Department, error) {
	if _, err := f.unit(unit); err != nil {
		return nil, err
	}
	v := f.viewOf(c, d)
	if kind != nil && *kind == feishuserver.DepartmentIDTypeDepartmentID {
		v.byDepartment = company.ByFeishuID
	}
	dept := d.FindDepartment(v.byDepartment, id)
	switch {
	case dept == nil || id == "":
		return nil, refusal{code: feishuapi.ErrorCodeUnitDepartmentInvalid}
	case !v.seesDepartment(dept.Key):
		return nil, refusal{code: feishuapi.ErrorCodeDepartmentOutOfRange}
	}
	return dept, nil
}

// BindUnitDepartment puts a department into a unit.
func (f *Vendor) BindUnitDepartment(ctx context.Context,
	r feishuserver.BindUnitDepartmentRequestObject) (feishuserver.BindUnitDepartmentResponseObject, error) {
	b := r.Body
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		dept, err := f.unitDepartment(desk.CallOf(ctx), d, b.UnitID, b.DepartmentID, b.DepartmentIDType)
		if err != nil {
			return err
		}
		own := f.own(dept.Key)
		if len(own.units) > 0 {
			if slices.Contains(own.units, b.UnitID) {
				return nil
			}
			return refusal{code: feishuapi.ErrorCodeDepartmentInOtherUnit}
		}
		inside := 0
		for _, other := range d.AllDepartments() {
			if slices.Contains(f.own(other.Key).units, b.UnitID) {
				inside++
			}
		}
		if inside >= maxUnitDepartments {
			return refusal{code: feishuapi.ErrorCodeUnitFull}
		}
		own.units = []string{b.UnitID}
		f.keepDepartment(dept.Key, own)
		return nil
	})
	return feishuserver.BindUnitDepartment200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// UnbindUnitDepartment takes a department out of a unit. One that is not in it stays out.
func (f *Vendor) UnbindUnitDepartment(ctx context.Context,
	r feishuserver.UnbindUnitDepartmentRequestObject) (feishuserver.UnbindUnitDepartmentResponseObject, error) {
	b := r.Body
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		dept, err := f.unitDepartment(desk.CallOf(ctx), d, b.UnitID, b.DepartmentID, b.DepartmentIDType)
		if err == nil {
			f.leaveUnit(dept.Key, b.UnitID)
		}
		return err
	})
	return feishuserver.UnbindUnitDepartment200JSONResponse{Data: &feishuserver.Nothing{}}, err
}
