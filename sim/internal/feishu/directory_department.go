package feishu

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// directoryField is a field of a department: its path, the scopes of which one opens it, and what puts it in.
type directoryField struct {
	path   string
	scopes []string
	put    func(v view, out *feishuserver.DirectoryDepartment, dept *company.Department, own department)
}

// directoryFields returns the fields that a department can have here.
func directoryFields() []directoryField {
	scopes := func(group, field string) []string {
		return []string{"directory:department." + group + ":read", "directory:department." + field + ":read"}
	}
	return []directoryField{
		{"name", scopes("base", "name"),
			func(_ view, out *feishuserver.DirectoryDepartment, dept *company.Department, _ department) {
				out.Name = directoryText(dept.Name, dept.EnglishName)
			}},
		{"parent_department_id", scopes("organization", "parent_id"),
			func(v view, out *feishuserver.DirectoryDepartment, dept *company.Department, _ department) {
				id := v.departmentID(dept.Parent)
				if id == "" {
					id = "0"
				}
				out.ParentDepartmentID = &id
			}},
		{"leaders", scopes("leader", "leader"),
			func(v view, out *feishuserver.DirectoryDepartment, dept *company.Department, own department) {
				list := []feishuserver.DirectoryLeader{}
				for _, l := range v.leaders(dept, own) {
					kind := feishuserver.LeaderTypePrimary
					if l.deputy {
						kind = feishuserver.LeaderTypeDeputy
					}
					list = append(list, feishuserver.DirectoryLeader{LeaderType: &kind,
						LeaderID: new(v.personID(l.person))})
				}
				out.Leaders = &list
			}},
		{"has_child", scopes("organization", "has_child"),
			func(v view, out *feishuserver.DirectoryDepartment, dept *company.Department, _ department) {
				out.HasChild = new(v.dir.ChildCount(dept.Key) > 0)
			}},
		{"department_count", scopes("organization", "count"),
			func(v view, out *feishuserver.DirectoryDepartment, dept *company.Department, own department) {
				out.DepartmentCount = v.counts(dept, own)
			}},
		{"order_weight", scopes("organization", "order_weight"),
			func(_ view, out *feishuserver.DirectoryDepartment, dept *company.Department, own department) {
				out.OrderWeight = new(strconv.FormatInt(orderOf(dept, own), 10))
			}},
		{"enabled_status", scopes("status", "status"),
			func(_ view, out *feishuserver.DirectoryDepartment, _ *company.Department, own department) {
				out.EnabledStatus = new(!own.disabled)
			}},
		{"department_path_infos", scopes("department_path", "department_path"),
			func(v view, out *feishuserver.DirectoryDepartment, dept *company.Department, _ department) {
				out.DepartmentPathInfos = new(v.wayTo(dept.Key, false))
			}},
		{"custom_field_values", scopes("custom_field", "custom_field"),
			func(_ view, out *feishuserver.DirectoryDepartment, _ *company.Department, _ department) {
				out.CustomFieldValues = &[]feishuserver.DirectoryFieldValue{} // departments have none here
			}},
		{"data_source", scopes("base", "data_source"),
			func(_ view, out *feishuserver.DirectoryDepartment, _ *company.Department, _ department) {
				out.DataSource = new(feishuserver.DirectoryDataSourceAdminConsole)
			}},
	}
}

// counts are the numbers of people and departments, as texts.
func (v view) counts(dept *company.Department, own department) *feishuserver.DirectoryDepartmentCount {
	text := func(n int) *string { return new(strconv.Itoa(n)) }
	members, _ := v.dir.Headcount(dept.Key)
	leading := 0
	for _, l := range v.leaders(dept, own) {
		if v.dir.IsMember(l.person, dept.Key) {
			leading++
		}
	}
	return &feishuserver.DirectoryDepartmentCount{
		RecursiveMembersCount: text(int(members)), DirectMembersCount: text(v.dir.MemberCount(dept.Key)),
		RecursiveMembersCountExcludeLeaders: text(int(members) - leading),
		RecursiveDepartmentsCount:           text(len(v.dir.Subtree(dept.Key)) - 1),
		DirectDepartmentsCount:              text(v.dir.ChildCount(dept.Key)),
	}
}

// wayTo is the way to a department from the top, with the root or without it.
func (v view) wayTo(key company.DepartmentKey, withRoot bool) []feishuserver.DirectoryPathEntry {
	out := []feishuserver.DirectoryPathEntry{}
	way := v.dir.Path(key)
	slices.Reverse(way)
	for _, dept := range way {
		if dept.Key == company.RootDepartment && !withRoot {
			continue
		}
		out = append(out, feishuserver.DirectoryPathEntry{
			DepartmentID:   new(company.DepartmentIDOf(dept, v.byDepartment)),
			DepartmentName: directoryText(dept.Name, dept.EnglishName),
		})
	}
	return out
}

// directoryDepartment shows a department: its id, and the fields below a prefix that were asked for.
func (v view) directoryDepartment(dept *company.Department, w wanted,
	prefix string) (feishuserver.DirectoryDepartment, []feishuserver.AbnormalRecord) {
	id := company.DepartmentIDOf(dept, v.byDepartment)
	out := feishuserver.DirectoryDepartment{DepartmentID: &id}
	lacks := make(missing)
	own := v.f.own(dept.Key)
	for _, field := range directoryFields() {
		switch {
		case !w.has(prefix + field.path):
		case !v.may(field.scopes...):
			lacks[field.path] = noPermission
		default:
			field.put(v, &out, dept, own)
		}
	}
	if prefix == "" {
		for _, field := range w.unknown() {
			lacks[field] = noSuchField
		}
	}
	return out, lacks.abnormal(id)
}

// knownDepartmentFields are the words that required_fields takes for departments.
func knownDepartmentFields() []string {
	known := []string{"*", "department_id"}
	for _, field := range directoryFields() {
		known = append(known, field.path)
	}
	return known
}

// directoryPageOf makes a page of departments, those outside the range only named as withheld.
func (v view) directoryPageOf(list []*company.Department, w wanted, p pageAsked) feishuserver.DirectoryDepartmentPage {
	page, token, more := cut(v.f, list, p, func(dept *company.Department) int { return int(dept.Key) })
	shown, abnormal := []feishuserver.DirectoryDepartment{}, []feishuserver.AbnormalRecord{}
	for _, dept := range page {
		if !v.seesDepartment(dept.Key) {
			abnormal = append(abnormal, withheld(company.DepartmentIDOf(dept, v.byDepartment)))
			continue
		}
		one, lacks := v.directoryDepartment(dept, w, "")
		shown, abnormal = append(shown, one), append(abnormal, lacks...)
	}
	return feishuserver.DirectoryDepartmentPage{Departments: &shown, Abnormals: &abnormal,
		PageResponse: pageResponse(token, more)}
}

// FilterDirectoryDepartments lists the departments directly below another.
func (f *Vendor) FilterDirectoryDepartments(ctx context.Context, r feishuserver.FilterDirectoryDepartmentsRequestObject,
) (feishuserver.FilterDirectoryDepartmentsResponseObject, error) {
	c := desk.CallOf(ctx)
	conds, err := conditions(r.Body.Filter, map[string]bool{"parent_department_id": false})
	if err != nil {
		return nil, err
	}
	if len(conds) != 1 {
		return nil, refusal{code: feishuapi.ErrorCodeDirectoryFilterInvalid}
	}
	parent := conds[0].texts[0]
	w, err := wantedFields(r.Body.RequiredFields, knownDepartmentFields())
	if err != nil {
		return nil, err
	}
	p, err := f.directoryPage(c, "departments below "+parent, r.Body.PageRequest)
	if err != nil {
		return nil, err
	}
	var out feishuserver.DirectoryDepartmentPage
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		if err = v.mayManage(); err != nil {
			return
		}
		var dept *company.Department
		if dept, err = v.department(parent, feishuapi.ErrorCodeDirectoryRecordForbidden); err != nil {
			err = departmentWords(err)
			return
		}
		out = v.directoryPageOf(d.Children(dept.Key), w, p)
	})
	return feishuserver.FilterDirectoryDepartments200JSONResponse{Data: &out}, err
}

// MgetDirectoryDepartments reads departments by id.
func (f *Vendor) MgetDirectoryDepartments(ctx context.Context, r feishuserver.MgetDirectoryDepartmentsRequestObject,
) (feishuserver.MgetDirectoryDepartmentsResponseObject, error) {
	ids := r.Body.DepartmentIDs
	if len(ids) == 0 || len(ids) > 100 {
		return nil, refusal{code: feishuapi.ErrorCodeDirectoryParameterInvalid}
	}
	w, err := wantedFields(r.Body.RequiredFields, knownDepartmentFields())
	if err != nil {
		return nil, err
	}
	shown, abnormal := []feishuserver.DirectoryDepartment{}, []feishuserver.AbnormalRecord{}
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(desk.CallOf(ctx), d)
		if err = v.mayManage(); err != nil {
			return
		}
		for i, id := range ids {
			dept := d.FindDepartment(v.byDepartment, id)
			switch {
			case slices.Contains(ids[:i], id):
			case dept == nil || !v.seesDepartment(dept.Key):
				abnormal = append(abnormal, withheld(id))
			default:
				one, lacks := v.directoryDepartment(dept, w, "")
				shown, abnormal = append(shown, one), append(abnormal, lacks...)
			}
		}
	})
	return feishuserver.MgetDirectoryDepartments200JSONResponse{
		Data: &feishuserver.DirectoryDepartmentItems{Departments: &shown, Abnormals: &abnormal}}, err
}

// foundDepartments is where a search with a tenant token ends.
const foundDepartments = 100

// SearchDirectoryDepartments finds departments by name.
func (f *Vendor) SearchDirectoryDepartments(ctx context.Context, r feishuserver.SearchDirectoryDepartmentsRequestObject,
) (feishuserver.SearchDirectoryDepartmentsResponseObject, error) {
	c, query := desk.CallOf(ctx), strings.ToLower(strings.TrimSpace(r.Body.Query))
	if query == "" || runes(query) > 100 {
		return nil, refusal{code: feishuapi.ErrorCodeDirectoryParameterInvalid}
	}
	w, err := wantedFields(r.Body.RequiredFields, knownDepartmentFields())
	if err != nil {
		return nil, err
	}
	p, err := f.directoryPage(c, "departments named "+query, r.Body.PageRequest)
	if err != nil {
		return nil, err
	}
	var out feishuserver.DirectoryDepartmentPage
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		if err = v.mayManage(); err != nil {
			return
		}
		found := slices.DeleteFunc(d.AllDepartments(), func(dept *company.Department) bool {
			return dept.Key == company.RootDepartment || !v.seesDepartment(dept.Key) ||
				!strings.Contains(strings.ToLower(dept.Name), query)
		})
		if v.user == 0 {
			found = found[:min(len(found), foundDepartments)]
		}
		out = v.directoryPageOf(found, w, p)
	})
	return feishuserver.SearchDirectoryDepartments200JSONResponse{Data: &out}, err
}

// leadersOf are the leaders of a request in the words of contact v3.
func leadersOf(in *[]feishuserver.DirectoryLeaderInput) *[]feishuserver.DepartmentLeaderInput {
	if in == nil {
		return nil
	}
	out := []feishuserver.DepartmentLeaderInput{}
	for _, l := range *in {
		out = append(out, feishuserver.DepartmentLeaderInput(l))
	}
	return &out
}

// namesOf are the translations of a request in the words of contact v3.
func namesOf(in *feishuserver.DirectoryTextInput) (name *string, names *feishuserver.NameTranslationsInput) {
	if in == nil {
		return nil, nil
	}
	if en := english(in.I18NValue); en != nil {
		names = &feishuserver.NameTranslationsInput{EnUS: en}
	}
	return &in.DefaultValue, names
}

// CreateDirectoryDepartment adds a department.
func (f *Vendor) CreateDirectoryDepartment(ctx context.Context, r feishuserver.CreateDirectoryDepartmentRequestObject,
) (feishuserver.CreateDirectoryDepartmentResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body.Department
	name, names := namesOf(b.Name)
	change := departmentChange{name: orZero(name), parent: orZero(b.ParentDepartmentID), order: b.OrderWeight,
		id: b.CustomDepartmentID, names: names, leaders: leadersOf(b.Leaders)}
	if desk.IsBlank(change.id) {
		change.id = nil
	}
	var id string
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		if err := v.mayManage(); err != nil {
			return err
		}
		if parent := d.FindDepartment(v.byDepartment, *change.parent); parent != nil && f.own(parent.Key).disabled {
			return refusal{code: feishuapi.ErrorCodeDepartmentParentDisabled}
		}
		key, err := f.createDepartment(d, c, change)
		if err != nil {
			return departmentWords(err)
		}
		own := f.own(key)
		own.disabled = b.EnabledStatus != nil && !*b.EnabledStatus
		f.keepDepartment(key, own)
		id = v.departmentID(key)
		return nil
	})
	return feishuserver.CreateDirectoryDepartment200JSONResponse{
		Data: &feishuserver.NewDepartmentID{DepartmentID: &id}}, err
}

// PatchDirectoryDepartment changes a department.
func (f *Vendor) PatchDirectoryDepartment(ctx context.Context, r feishuserver.PatchDirectoryDepartmentRequestObject,
) (feishuserver.PatchDirectoryDepartmentResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body.Department
	name, names := namesOf(b.Name)
	change := departmentChange{name: name, parent: b.ParentDepartmentID, order: b.OrderWeight, names: names,
		leaders: leadersOf(b.Leaders)}
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		if err := v.mayManage(); err != nil {
			return err
		}
		dept, err := v.ownDepartment(r.DepartmentID, feishuapi.ErrorCodeDepartmentOutOfRange)
		if err != nil {
			return departmentWords(err)
		}
		if err := v.mayEnable(dept, b.EnabledStatus); err != nil {
			return err
		}
		if !desk.IsBlank(b.CustomDepartmentID) && !departmentID(*b.CustomDepartmentID) {
			return refusal{code: feishuapi.ErrorCodeDirectoryDepartmentIDInvalid}
		}
		if err := v.change(dept, change, b.CustomDepartmentID); err != nil {
			return departmentWords(err)
		}
		if b.EnabledStatus != nil {
			own := f.own(dept.Key)
			own.disabled = !*b.EnabledStatus
			f.keepDepartment(dept.Key, own)
		}
		return nil
	})
	return feishuserver.PatchDirectoryDepartment200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// mayEnable refuses to take a department with people or departments in it out of use, and to take one into use below
// one that is not.
func (v view) mayEnable(dept *company.Department, enabled *bool) error {
	switch {
	case enabled == nil:
		return nil
	case *enabled && v.f.own(dept.Parent).disabled:
		return refusal{code: feishuapi.ErrorCodeEnableDepartmentParentDisabled}
	case !*enabled && v.dir.MemberCount(dept.Key) > 0:
		return refusal{code: feishuapi.ErrorCodeDisableDepartmentHasMembers}
	case !*enabled && v.dir.ChildCount(dept.Key) > 0:
		return refusal{code: feishuapi.ErrorCodeDisableDepartmentHasChildren}
	}
	return nil
}

// DeleteDirectoryDepartment deletes an empty department.
func (f *Vendor) DeleteDirectoryDepartment(ctx context.Context, r feishuserver.DeleteDirectoryDepartmentRequestObject,
) (feishuserver.DeleteDirectoryDepartmentResponseObject, error) {
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(desk.CallOf(ctx), d)
		if err := v.mayManage(); err != nil {
			return err
		}
		return departmentWords(v.deleteDepartment(r.DepartmentID))
	})
	return feishuserver.DeleteDirectoryDepartment200JSONResponse{Data: &feishuserver.Nothing{}}, err
}
