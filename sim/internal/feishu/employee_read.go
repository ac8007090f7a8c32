package feishu

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// employeeField is a field of an employee: its path, the scopes of which one opens it, and what puts it in.
type employeeField struct {
	path   string
	scopes []string
	put    func(v view, out *feishuserver.Employee, p *company.Person, own person, w wanted)
}

// base and work name the scopes that open a field: that of its group, and its own.
func base(group, field string) []string {
	return []string{"directory:employee.base." + group + ":read", "directory:employee.base." + field + ":read"}
}

func work(group, field string) []string {
	return []string{"directory:employee.work." + group + ":read", "directory:employee.work." + field + ":read"}
}

// employeeFields returns the fields that an employee can have here.
func employeeFields() []employeeField {
	type put = func(v view, out *feishuserver.Employee, p *company.Person, own person, w wanted)
	self := func(set func(v view, out *feishuserver.EmployeeBaseInfo, p *company.Person, own person)) put {
		return func(v view, out *feishuserver.Employee, p *company.Person, own person, _ wanted) {
			set(v, out.BaseInfo, p, own)
		}
	}
	job := func(set func(v view, out *feishuserver.EmployeeWorkInfo, p *company.Person, own person)) put {
		return func(v view, out *feishuserver.Employee, p *company.Person, own person, _ wanted) {
			if out.WorkInfo == nil {
				out.WorkInfo = &feishuserver.EmployeeWorkInfo{}
			}
			set(v, out.WorkInfo, p, own)
		}
	}
	return []employeeField{
		{"base_info.name", base("base", "name.name"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.Name = &feishuserver.EmployeeName{Name: directoryText(p.Name, p.EnglishName),
					AnotherName: new(p.Nickname)}
			})},
		{"base_info.mobile", base("mobile", "mobile"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.Mobile = new(p.Mobile.E164())
			})},
		{"base_info.email", base("email", "email"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.Email = new(p.Email)
			})},
		{"base_info.enterprise_email", base("enterprise_email", "enterprise_email"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.EnterpriseEmail = new(p.CorpEmail)
			})},
		{"base_info.gender", base("gender", "gender"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, own person) {
				out.Gender = new(gender(p, own))
			})},
		{"base_info.departments", base("department", "department"), putDepartments},
		{"base_info.employee_order_in_departments", base("department", "dept_order"),
			self(func(v view, out *feishuserver.EmployeeBaseInfo, p *company.Person, own person) {
				out.EmployeeOrderInDepartments = v.employeeOrders(p, own)
			})},
		{"base_info.department_path_infos", base("department", "department_path"),
			self(func(v view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.DepartmentPathInfos = v.employeePaths(p)
			})},
		{"base_info.description", base("base", "description"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, _ *company.Person, own person) {
				out.Description = new(own.signature)
			})},
		{"base_info.avatar", base("base", "avatar"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				a := avatarOf(p)
				out.Avatar = &feishuserver.DirectoryPicture{Avatar72: a.Avatar72, Avatar240: a.Avatar240,
					Avatar640: a.Avatar640, AvatarOrigin: a.AvatarOrigin}
			})},
		{"base_info.active_status", base("status", "active_status"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.ActiveStatus = new(activeStatus(p))
			})},
		{"base_info.is_resigned", base("status", "is_resigned"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.IsResigned = new(!p.Left.IsZero())
			})},
		{"base_info.resign_time", base("resign_time", "resign_time"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.ResignTime = when(!p.Left.IsZero(), day(p.Left.In(chinaTime())))
			})},
		{"base_info.leader_id", base("leader", "leader_id"),
			self(func(v view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.LeaderID = new(v.personID(p.Manager))
			})},
		{"base_info.dotted_line_leader_ids", base("leader", "dotted_line_leaders"),
			self(func(v view, out *feishuserver.EmployeeBaseInfo, _ *company.Person, own person) {
				ids := []string{}
				for _, key := range own.dotted {
					if id := v.personID(key); id != "" {
						ids = append(ids, id)
					}
				}
				out.DottedLineLeaderIDs = &ids
			})},
		{"base_info.is_primary_admin", base("role", "is_primary_admin"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.IsPrimaryAdmin = new(p.Founder)
			})},
		{"base_info.is_admin", base("role", "is_admin"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, p *company.Person, _ person) {
				out.IsAdmin = new(p.Admin && !p.Founder)
			})},
		{"base_info.custom_field_values", base("custom_field", "custom_field"),
			self(func(v view, out *feishuserver.EmployeeBaseInfo, p *company.Person, own person) {
				out.CustomFieldValues = v.fieldValues(p, own)
			})},
		{"base_info.data_source", base("base", "data_source"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, _ *company.Person, _ person) {
				out.DataSource = new(feishuserver.DirectoryDataSourceAdminConsole)
			})},
		{"base_info.geo_name", base("base", "geo"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, _ *company.Person, own person) {
				out.GeoName = when(own.geo != "", own.geo)
			})},
		{"base_info.subscription_ids", base("base", "subscription_ids"),
			self(func(_ view, out *feishuserver.EmployeeBaseInfo, _ *company.Person, own person) {
				out.SubscriptionIDs = new(subscriptions(own))
			})},
		{"work_info.work_country_or_region", work("base_work", "work_country_or_region"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, p *company.Person, own person) {
				out.WorkCountryOrRegion = new(country(p, own))
			})},
		{"work_info.work_station", work("base_work", "work_station"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, p *company.Person, _ person) {
				out.WorkStation = directoryText(p.WorkPlace, "")
			})},
		{"work_info.work_place", work("base_work", "work_place"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, _ *company.Person, own person) {
				id := own.place
				if id == "" {
					id = "0"
				}
				out.WorkPlace = &feishuserver.EmployeePlace{PlaceID: &id}
			})},
		{"work_info.job_number", work("base_work", "job_number"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, p *company.Person, _ person) {
				out.JobNumber = new(p.EmployeeNumber)
			})},
		{"work_info.extension_number", work("base_work", "extension_number"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, _ *company.Person, own person) {
				out.ExtensionNumber = new(own.extension)
			})},
		{"work_info.join_date", work("employment", "join_date"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, p *company.Person, _ person) {
				out.JoinDate = new(day(p.Hired))
			})},
		{"work_info.employment_type", work("employment", "employment_type"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, p *company.Person, own person) {
				out.EmploymentType = new(contract(p, own))
			})},
		{"work_info.staff_status", work("employment", "staff_status"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, p *company.Person, own person) {
				out.StaffStatus = new(statusOfStaff(p, own))
			})},
		{"work_info.job_title", work("job_title", "job_title"), putJobTitle},
		{"work_info.job_level", work("job_level", "job_level"),
			job(func(v view, out *feishuserver.EmployeeWorkInfo, _ *company.Person, own person) {
				if i := v.f.levels.find(own.jobLevel); i >= 0 {
					level := v.f.levels.list[i]
					out.JobLevel = &feishuserver.EmployeeJobLevel{JobLevelID: &level.id,
						JobLevelName: directoryText(level.name, ""), IsEnabled: &level.active, IsDeleted: new(false),
						Order: new(strconv.FormatInt(level.order, 10))}
				}
			})},
		{"work_info.job_family", work("job_family", "job_family"),
			job(func(v view, out *feishuserver.EmployeeWorkInfo, _ *company.Person, own person) {
				if i := v.f.families.find(own.jobFamily); i >= 0 {
					family := v.f.families.list[i]
					out.JobFamily = &feishuserver.EmployeeJobFamily{JobFamilyID: &family.id,
						JobFamilyName: directoryText(family.name, ""), IsEnabled: &family.active,
						ParentJobFamilyID: &family.parent}
				}
			})},
		{"work_info.resign_date", work("employment", "resign_date"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, _ *company.Person, own person) {
				out.ResignDate = resignation(own, func(l leaving) string { return l.date })
			})},
		{"work_info.resign_reason", work("employment", "resign_reason"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, _ *company.Person, own person) {
				out.ResignReason = resignation(own, func(l leaving) feishuserver.ResignReason { return l.reason })
			})},
		{"work_info.resign_type", work("employment", "resign_type"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, _ *company.Person, own person) {
				out.ResignType = resignation(own, func(l leaving) feishuserver.ResignType { return l.kind })
			})},
		{"work_info.resign_remark", work("employment", "resign_remark"),
			job(func(_ view, out *feishuserver.EmployeeWorkInfo, _ *company.Person, own person) {
				out.ResignRemark = resignation(own, func(l leaving) string { return l.remark })
			})},
	}
}

// resignation is a part of what is known of somebody's leaving, nil if that is nothing.
func resignation[T comparable](own person, part func(leaving) T) *T {
	if own.leaving == nil {
		return nil
	}
	var none T
	value := part(*own.leaving)
	return when(value != none, value)
}

// activeStatus is what an account can do.
func activeStatus(p *company.Person) feishuserver.ActiveStatus {
	switch p.Status {
	case company.StatusDisabled:
		return feishuserver.ActiveStatusFrozen
	case company.StatusNotActivated:
		return feishuserver.ActiveStatusNotJoined
	}
	return feishuserver.ActiveStatusActivated
}

// putDepartments shows the departments of a person, the main one first: their ids, and what else is asked for.
func putDepartments(v view, out *feishuserver.Employee, p *company.Person, _ person, w wanted) {
	list := []feishuserver.DirectoryDepartment{}
	if p.Left.IsZero() {
		places := slices.Clone(p.Memberships)
		slices.SortStableFunc(places, func(a, b company.Membership) int {
			return btoi(b.Department == p.MainDepartment) - btoi(a.Department == p.MainDepartment)
		})
		for _, m := range places {
			dept := v.dir.Department(m.Department)
			if dept == nil {
				continue
			}
			shown, _ := v.directoryDepartment(dept, w, "base_info.departments.")
			list = append(list, shown)
		}
	}
	out.BaseInfo.Departments = &list
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// putJobTitle shows a job title: its id, and its name if that is asked for.
func putJobTitle(v view, out *feishuserver.Employee, p *company.Person, _ person, w wanted) {
	if out.WorkInfo == nil {
		out.WorkInfo = &feishuserver.EmployeeWorkInfo{}
	}
	title := feishuserver.EmployeeJobTitle{JobTitleID: new("0")}
	if p.Position != "" {
		title.JobTitleID = new(v.f.wordID(titles, p.Position))
		if w.has("work_info.job_title.job_title_name") {
			title.JobTitleName = directoryText(p.Position, "")
		}
		title.IsEnabled = when(w.has("work_info.job_title.is_enable"), true)
	}
	out.WorkInfo.JobTitle = &title
}

// employeeOrders are the places in departments, the main one first.
func (v view) employeeOrders(p *company.Person, own person) *[]feishuserver.EmployeeOrder {
	out := []feishuserver.EmployeeOrder{}
	if !p.Left.IsZero() {
		return &out
	}
	ranks := ranksOf(p, own)
	for _, m := range p.Memberships {
		order := feishuserver.EmployeeOrder{
			DepartmentID:                new(v.departmentID(m.Department)),
			OrderWeightInDepartment:     new(strconv.FormatInt(m.Order, 10)),
			OrderWeightAmongDepartments: new(strconv.FormatInt(ranks[m.Department], 10)),
		}
		if m.Department == p.MainDepartment {
			out = slices.Insert(out, 0, order)
		} else {
			out = append(out, order)
		}
	}
	return &out
}

// employeePaths are the ways to the departments of a person, from the root.
func (v view) employeePaths(p *company.Person) *[][]feishuserver.DirectoryPathEntry {
	out := [][]feishuserver.DirectoryPathEntry{}
	for _, m := range p.Memberships {
		if p.Left.IsZero() {
			out = append(out, v.wayTo(m.Department, true))
		}
	}
	return &out
}

// fieldValues shows the tenant's own fields of a person.
func (v view) fieldValues(p *company.Person, own person) *[]feishuserver.DirectoryFieldValue {
	out := []feishuserver.DirectoryFieldValue{}
	for _, attr := range *v.attributes(p, own) {
		value := feishuserver.DirectoryFieldValue{FieldKey: attr.ID}
		switch in := attr.Value; *attr.Type {
		case feishuserver.CustomAttrTypeText:
			value.FieldType, value.TextValue = new(feishuserver.DirectoryFieldTypeText), directoryText(*in.Text, "")
		case feishuserver.CustomAttrTypeHref:
			value.FieldType = new(feishuserver.DirectoryFieldTypeLink)
			value.URLValue = &feishuserver.DirectoryLink{LinkText: directoryText(*in.Text, ""), URL: in.URL,
				PCURL: in.PCURL}
		case feishuserver.CustomAttrTypeEnumeration, feishuserver.CustomAttrTypePictureEnum:
			kind := "1"
			if *attr.Type == feishuserver.CustomAttrTypePictureEnum {
				kind = "2"
			}
			value.FieldType = new(feishuserver.DirectoryFieldTypeChoice)
			value.EnumValue = &feishuserver.DirectoryChoice{EnumIDs: &[]string{*in.OptionID}, EnumType: &kind}
		case feishuserver.CustomAttrTypeGenericUser:
			ids := []string{}
			if named := v.dir.FindPerson(company.ByFeishuUserID, *in.GenericUser.ID); named != nil {
				ids = append(ids, company.IDOf(named, v.byUser))
			}
			value.FieldType = new(feishuserver.DirectoryFieldTypePerson)
			value.UserValues = &[]feishuserver.DirectoryPeople{{IDs: &ids, UserType: new("1")}}
		}
		out = append(out, value)
	}
	return &out
}

// knownEmployeeFields are the words that required_fields takes.
func knownEmployeeFields() []string {
	known := []string{"base_info.*", "base_info.employee_id", "base_info.background_image",
		"base_info.enterprise_email_alias", "base_info.enterprise_email_aliases", "work_info.*", "work_info.positions"}
	for _, field := range employeeFields() {
		known = append(known, field.path)
	}
	return known
}

// meaningless is the id that an employee has if nobody asked for it.
const meaningless = "0"

// employee shows a person: the fields that were asked for, as far as the caller may read them.
func (v view) employee(p *company.Person, w wanted) (feishuserver.Employee, []feishuserver.AbnormalRecord) {
	own := v.f.person(p.Key)
	out := feishuserver.Employee{BaseInfo: &feishuserver.EmployeeBaseInfo{EmployeeID: new(meaningless)}}
	if w.has("base_info.employee_id") {
		out.BaseInfo.EmployeeID = new(company.IDOf(p, v.byUser))
	}
	lacks := make(missing)
	for _, field := range employeeFields() {
		switch {
		case !w.has(field.path):
		case !v.may(field.scopes...):
			lacks[field.path] = noPermission
		default:
			field.put(v, &out, p, own, w)
		}
	}
	for _, field := range w.unknown() {
		lacks[field] = noSuchField
	}
	return out, lacks.abnormal(company.IDOf(p, v.byUser))
}

// employees shows people; those outside the range are only named as withheld.
func (v view) employees(people []*company.Person, w wanted) ([]feishuserver.Employee, []feishuserver.AbnormalRecord) {
	out, abnormal := []feishuserver.Employee{}, []feishuserver.AbnormalRecord{}
	for _, p := range people {
		if !v.seesPerson(p) {
			abnormal = append(abnormal, withheld(company.IDOf(p, v.byUser)))
			continue
		}
		shown, lacks := v.employee(p, w)
		out, abnormal = append(out, shown), append(abnormal, lacks...)
	}
	return out, abnormal
}

// The fields that employees can be filtered by.
const (
	byMobile     = "base_info.mobile"
	byEmail      = "base_info.email"
	byJobNumber  = "work_info.job_number"
	byDepartment = "base_info.departments.department_id"
	byStatus     = "work_info.staff_status"
)

// FilterEmployees lists the people who meet conditions. Those who have left are found by what is their own, and by no
// status.
func (f *Vendor) FilterEmployees(ctx context.Context,
	r feishuserver.FilterEmployeesRequestObject) (feishuserver.FilterEmployeesResponseObject, error) {
	c := desk.CallOf(ctx)
	conds, err := conditions(r.Body.Filter, map[string]bool{byMobile: false, byEmail: false, byJobNumber: false,
		byDepartment: false, byStatus: true}, byMobile, byEmail, byJobNumber, byDepartment)
	if err != nil {
		return nil, err
	}
	names := func(field string) bool {
		return slices.ContainsFunc(conds, func(c condition) bool { return c.field == field })
	}
	if names(byDepartment) != names(byStatus) {
		return nil, refusal{code: feishuapi.ErrorCodeDirectoryFilterInvalid}
	}
	if slices.ContainsFunc(conds, func(c condition) bool {
		return c.field == byStatus &&
			(c.number < 1 || c.number > 5 || c.number == int64(feishuserver.StaffStatusResigned))
	}) {
		return nil, refusal{code: feishuapi.ErrorCodeDirectoryValueInvalid}
	}
	w, err := wantedFields(r.Body.RequiredFields, knownEmployeeFields())
	if err != nil {
		return nil, err
	}
	p, err := f.directoryPage(c, fmt.Sprint("employees ", conds), r.Body.PageRequest)
	if err != nil {
		return nil, err
	}
	var out feishuserver.EmployeePage
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		if err = v.mayManage(); err != nil {
			return
		}
		var people []*company.Person
		if people, err = v.meet(conds, names(byStatus) || len(conds) == 0); err != nil {
			return
		}
		page, token, more := cut(f, people, p, func(p *company.Person) int { return int(p.Key) })
		shown, abnormal := v.employees(page, w)
		out = feishuserver.EmployeePage{Employees: &shown, Abnormals: &abnormal,
			PageResponse: pageResponse(token, more)}
	})
	return feishuserver.FilterEmployees200JSONResponse{Data: &out}, err
}

// meet returns the people who meet all conditions, by key.
func (v view) meet(conds []condition, staffOnly bool) ([]*company.Person, error) {
	people := v.dir.AllPeople()
	if !staffOnly {
		people = append(people, v.dir.FormerPeople()...)
		slices.SortFunc(people, func(a, b *company.Person) int { return int(a.Key) - int(b.Key) })
	}
	for _, cond := range conds {
		var is func(*company.Person) bool
		switch cond.field {
		case byMobile:
			numbers := make([]string, 0, len(cond.texts))
			for _, text := range cond.texts {
				if m, ok := company.ParseMobile(text); ok {
					numbers = append(numbers, m.E164())
				}
			}
			is = func(p *company.Person) bool {
				return p.Mobile.Number != "" && slices.Contains(numbers, p.Mobile.E164())
			}
		case byEmail:
			is = func(p *company.Person) bool {
				return p.Email != "" && slices.ContainsFunc(cond.texts, func(s string) bool {
					return strings.EqualFold(s, p.Email)
				})
			}
		case byJobNumber:
			is = func(p *company.Person) bool {
				return p.EmployeeNumber != "" && slices.Contains(cond.texts, p.EmployeeNumber)
			}
		case byStatus:
			is = func(p *company.Person) bool { return int64(statusOfStaff(p, v.f.person(p.Key))) == cond.number }
		case byDepartment:
			var keys []company.DepartmentKey
			for _, id := range cond.texts {
				dept, err := v.department(id, feishuapi.ErrorCodeDirectoryRecordForbidden)
				if err != nil {
					return nil, directoryFailure(err)
				}
				keys = append(keys, dept.Key)
			}
			is = func(p *company.Person) bool {
				return slices.ContainsFunc(p.Memberships,
					func(m company.Membership) bool { return slices.Contains(keys, m.Department) })
			}
		}
		people = slices.DeleteFunc(people, func(p *company.Person) bool { return !is(p) })
	}
	return people, nil
}

// MgetEmployees reads people by id, those who have left among them.
func (f *Vendor) MgetEmployees(ctx context.Context,
	r feishuserver.MgetEmployeesRequestObject) (feishuserver.MgetEmployeesResponseObject, error) {
	ids := r.Body.EmployeeIDs
	if len(ids) == 0 || len(ids) > 100 {
		return nil, refusal{code: feishuapi.ErrorCodeDirectoryParameterInvalid}
	}
	w, err := wantedFields(r.Body.RequiredFields, knownEmployeeFields())
	if err != nil {
		return nil, err
	}
	shown, abnormal := []feishuserver.Employee{}, []feishuserver.AbnormalRecord{}
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(desk.CallOf(ctx), d)
		if err = v.mayManage(); err != nil {
			return
		}
		for i, id := range ids {
			if slices.Contains(ids[:i], id) {
				continue
			}
			p, _ := v.findPerson(id)
			if p == nil {
				lacks := make(missing)
				for _, field := range w.fields {
					lacks[field] = noSuchUser
				}
				abnormal = append(abnormal, lacks.abnormal(id)...)
				continue
			}
			one, lacks := v.employees([]*company.Person{p}, w)
			shown, abnormal = append(shown, one...), append(abnormal, lacks...)
		}
	})
	return feishuserver.MgetEmployees200JSONResponse{
		Data: &feishuserver.EmployeeItems{Employees: &shown, Abnormals: &abnormal}}, err
}

// SearchEmployees finds people on the staff by words.
func (f *Vendor) SearchEmployees(ctx context.Context,
	r feishuserver.SearchEmployeesRequestObject) (feishuserver.SearchEmployeesResponseObject, error) {
	c, query := desk.CallOf(ctx), strings.TrimSpace(r.Body.Query)
	if query == "" {
		return nil, refusal{code: feishuapi.ErrorCodeDirectoryParameterInvalid}
	}
	w, err := wantedFields(r.Body.RequiredFields, knownEmployeeFields())
	if err != nil {
		return nil, err
	}
	p, err := f.directoryPage(c, "employees named "+query, r.Body.PageRequest)
	if err != nil {
		return nil, err
	}
	var out feishuserver.EmployeePage
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		if err = v.mayManage(); err != nil {
			return
		}
		found := slices.DeleteFunc(d.AllPeople(), func(p *company.Person) bool {
			mobile, ok := company.ParseMobile(query)
			return !v.seesPerson(p) || !(named(p, query) ||
				strings.Contains(strings.ToLower(p.Email), strings.ToLower(query)) ||
				p.FeishuUserID == query || ok && p.Mobile == mobile)
		})
		page, token, more := cut(f, found, p, func(p *company.Person) int { return int(p.Key) })
		shown, abnormal := v.employees(page, w)
		out = feishuserver.EmployeePage{Employees: &shown, Abnormals: &abnormal,
			PageResponse: pageResponse(token, more)}
	})
	return feishuserver.SearchEmployees200JSONResponse{Data: &out}, err
}
