package diagnosis

import (
	"strings"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/wire"
)

// Field is a field of a person, of a membership ("departments.…") or of a department ("department.…"), with where each
// vendor has it.
type Field struct {
	Name    string // as in JSON of package directory; "emails.work" is one kind of several values
	Sources map[string]Source
}

// Source is where a vendor has a field.
type Source struct {
	Call       string   // "list" if the rows of a department have it, or else "detail" or Department
	Properties []string // of the document, such as "Member.mobile"; any of them fills the field
	AnyOf      []string // permissions, any of which opens it; nil: none is needed beyond that of the call. See Fields
	Rule       ID       // what withholds it beside permissions; "": nothing. See Fields
	Note       string   // what else there is to know
	Rare       bool     // nothing follows from nobody having it
}

// The ways to get at a field.
const (
	list       = "list"
	detail     = "detail"
	Department = "department" // the record of the department has it, for a person
)

// Fields returns the fields of people and departments, with what the documents say of them.
func Fields() []Field {
	all := fields()
	for _, v := range Vendors() {
		access := Access(v.Name)
		for i := range all {
			if s, ok := all[i].Sources[v.Name]; ok {
				all[i].Sources[v.Name] = s.with(v.Name, access)
			}
		}
	}
	return all
}

// with puts in what a document says of the properties.
func (s Source) with(vendor string, access map[string]wire.FieldAccess) Source {
	var notes []string
	if s.Note != "" {
		notes = append(notes, s.Note)
	}
	for i, property := range s.Properties {
		a := access[property]
		if i > 0 {
			continue // what fills the same field is opened by the same
		}
		if vendor == weCom && len(a.Scopes) > 0 {
			// The company's own apps need none.
			notes = append(notes, "apps of providers (代开发): "+strings.Join(a.Scopes, ", "))
		} else if len(a.Scopes) > 0 {
			s.AnyOf = a.Scopes
		}
		for _, rule := range a.Rules {
			switch rule {
			case wire.FieldOwnAppBeforeJune2022:
				s.Rule = FieldDateRule
				notes = append(notes, "own apps made before 20 June 2022")
			case wire.FieldThirdPartyApp:
				notes = append(notes, "third-party apps only")
			case wire.FieldPrivateDeployment:
				notes = append(notes, "private deployments")
			case wire.FieldCompanyAllows:
				notes = append(notes, "if the company allows it")
			case wire.FieldCompanyMail:
				notes = append(notes, "companies with the vendor's mail")
			}
		}
	}
	s.Note = strings.Join(notes, "; ")
	return s
}

// Access is what a vendor's document says of fields that not every app gets, by property.
func Access(vendor string) map[string]wire.FieldAccess {
	var all []wire.FieldAccess
	switch vendor {
	case weCom:
		all = wecomapi.FieldAccess()
	case dingTalk:
		all = dingtalkapi.FieldAccess()
	case feishu:
		all = feishuapi.FieldAccess()
	case wps:
		all = wpsapi.FieldAccess()
	}
	access := make(map[string]wire.FieldAccess, len(all))
	for _, a := range all {
		access[a.Field] = a
	}
	return access
}

// Titles are what a vendor's console calls permissions, by their names.
func Titles(vendor string) map[string]string {
	var all []wire.Permission
	switch vendor {
	case weCom:
		all = wecomapi.Permissions()
	case dingTalk:
		all = dingtalkapi.Permissions()
	case feishu:
		all = feishuapi.Permissions()
	case wps:
		all = wpsapi.Permissions()
	}
	titles := make(map[string]string, len(all))
	for _, p := range all {
		titles[p.Name] = p.Title
	}
	return titles
}

func fields() []Field {
	from := func(properties ...string) Source { return Source{Call: list, Properties: properties} }
	rare := func(note string, properties ...string) Source {
		return Source{Call: list, Properties: properties, Rare: true, Note: note}
	}
	noted := func(s Source, note string) Source {
		s.Note = note
		return s
	}
	detailed := func(s Source) Source {
		s.Call = detail
		return s
	}
	return []Field{
		{"id", map[string]Source{weCom: from("Member.userid"), dingTalk: from("DepartmentUserV2.userid"),
			feishu: from("User.open_id"), wps: from("User.id")}},
		{"externalId", map[string]Source{wps: rare("", "User.ex_user_id")}},
		{"unionId", map[string]Source{weCom: rare("", "Member.open_userid"),
			dingTalk: from("DepartmentUserV2.unionid"), feishu: from("User.union_id")}},
		{"userName", map[string]Source{weCom: from("Member.userid"), dingTalk: from("DepartmentUserV2.userid"),
			feishu: {Call: list, Properties: []string{"User.user_id"},
				Note: "without it the open_id, see UserNameFrom"},
			wps: rare("otherwise ex_user_id, or else id, see UserNameFrom", "User.login_name")}},
		{"displayName", map[string]Source{weCom: from("Member.name"), dingTalk: from("DepartmentUserV2.name"),
			feishu: from("User.name"), wps: from("User.user_name")}},
		{"nickName", map[string]Source{weCom: rare("", "Member.alias", "Member.english_name"),
			dingTalk: rare("accounts that the company owns", "DepartmentUserV2.nickname"),
			feishu:   rare("", "User.nickname", "User.en_name")}},
		{"title", map[string]Source{weCom: from("Member.position"), dingTalk: from("DepartmentUserV2.title"),
			feishu: from("User.job_title"), wps: from("User.title")}},
		{"status", map[string]Source{weCom: from("Member.status"), dingTalk: noted(from("DepartmentUserV2.active"),
			"and disable_status, for accounts that the company owns"), feishu: from("User.status"),
			wps: from("User.status")}},
		{"gender", map[string]Source{weCom: from("Member.gender"),
			feishu: from("User.gender"),
			wps:    from("User.gender")}},
		{"photo", map[string]Source{weCom: from("Member.avatar"), dingTalk: from("DepartmentUserV2.avatar"),
			feishu: from("User.avatar"), wps: detailed(rare("", "User.avatar"))}},
		{"location", map[string]Source{weCom: from("Member.address"),
			dingTalk: from("DepartmentUserV2.work_place"),
			feishu:   from("User.work_station", "User.city"), wps: rare("", "User.work_place")}},
		{"employeeNumber", map[string]Source{dingTalk: from("DepartmentUserV2.job_number"),
			feishu: from("User.employee_no"),
			wps:    rare("", "User.employee_id")}},
		{"employeeType", map[string]Source{feishu: from("User.employee_type"),
			wps: rare("", "User.employment_type")}},
		{"hireDate", map[string]Source{dingTalk: rare("", "DepartmentUserV2.hired_date"),
			feishu: from("User.join_time")}},
		{"manager", map[string]Source{weCom: rare("", "Member.direct_leader"),
			dingTalk: detailed(rare("", "UserV2.manager_userid")), feishu: from("User.leader_user_id"),
			wps: detailed(rare("", "User.leader_id"))}},
		{"emails.work", map[string]Source{weCom: from("Member.biz_mail"),
			dingTalk: rare("", "DepartmentUserV2.org_email"),
			feishu:   rare("", "User.enterprise_email")}},
		{"emails.home", map[string]Source{weCom: from("Member.email"),
			dingTalk: from("DepartmentUserV2.email"),
			feishu:   from("User.email"), wps: from("User.email")}},
		{"phoneNumbers.mobile", map[string]Source{weCom: from("Member.mobile"),
			dingTalk: from("DepartmentUserV2.mobile"),
			feishu:   from("User.mobile"), wps: from("User.phone")}},
		{"phoneNumbers.work", map[string]Source{weCom: rare("", "Member.telephone"),
			dingTalk: rare("", "DepartmentUserV2.telephone"), wps: rare("", "User.telephone")}},
		{"departments", map[string]Source{weCom: from("Member.department"),
			dingTalk: from("DepartmentUserV2.dept_id_list"), feishu: from("User.department_ids"),
			wps: from("User.depts")}},
		{"departments.leader", map[string]Source{weCom: noted(from("Member.is_leader_in_dept"), "or department_leader"),
			dingTalk: from("DepartmentUserV2.leader"),
			feishu:   {Call: Department, Properties: []string{"Department.leaders"}, Rare: true},
			wps:      rare("or the department's leaders", "DeptMember.is_leader")}},
		{"departments.primary", map[string]Source{weCom: from("Member.main_department"),
			feishu: from("User.orders"), wps: from("User.def_dept_id")}},
		{"departments.order", map[string]Source{weCom: rare("", "Member.order"),
			dingTalk: rare("", "DepartmentUserV2.dept_order"), feishu: rare("", "User.orders"),
			wps: rare("", "DeptMember.order")}},
		{"attributes", map[string]Source{weCom: rare("", "Member.extattr"),
			dingTalk: rare("", "DepartmentUserV2.extension"),
			feishu: {Call: list, Properties: []string{"User.custom_attrs"},
				Note: "their names by listCustomAttrs"},
			wps: {Call: detail, Properties: []string{"UserCustomAttrs.custom_attrs"},
				AnyOf: []string{"kso.user_custom_attr.readwrite"}, Rare: true}}},
		{"department.displayName", map[string]Source{weCom: noted(from("Department.name"),
			"not for departments that are known by Config.ContactSecret only"), dingTalk: from("DepartmentV2.name"),
			feishu: from("Department.name"), wps: from("Dept.name")}},
		{"department.externalId", map[string]Source{dingTalk: rare("", "DepartmentV2.source_identifier"),
			feishu: rare("", "Department.department_id"), wps: rare("", "Dept.ex_dept_id")}},
		{"department.leaders", map[string]Source{
			weCom: rare("or from the members, passed to WalkOptions.Read and kept in snapshots",
				"Department.department_leader"),
			dingTalk: {Call: list, Rare: true, Note: "from the members, passed to WalkOptions.Read and kept in " +
				"snapshots"},
			feishu: rare("", "Department.leaders"),
			wps:    rare("", "Dept.leaders")}},
		{"department.order", map[string]Source{weCom: rare("", "Department.order"),
			feishu: rare("", "Department.order"),
			wps:    rare("", "Dept.order")}},
	}
}
