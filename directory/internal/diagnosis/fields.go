package diagnosis

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
	AnyOf      []string // permissions, any of which opens it; nil: none is needed beyond that of the call
	Rule       ID       // what withholds it beside permissions; "": nothing
	Note       string   // what else there is to know
	Rare       bool     // nothing follows from nobody having it
}

// The ways to get at a field.
const (
	list       = "list"
	detail     = "detail"
	Department = "department" // the record of the department has it, for a person
)

// contactRead are the permissions that open most of Feishu's fields at once.
func contactRead(own ...string) []string {
	return append(own, "contact:contact:readonly", "contact:contact:readonly_as_app", "contact:contact:access_as_app")
}

// Fields returns the fields of people.
func Fields() []Field {
	hidden := func(properties ...string) Source {
		return Source{Call: list, Properties: properties, Rule: FieldDateRule,
			Note: "not for apps made since 20 June 2022"}
	}
	from := func(properties ...string) Source { return Source{Call: list, Properties: properties} }
	rare := func(note string, properties ...string) Source {
		return Source{Call: list, Properties: properties, Rare: true, Note: note}
	}
	with := func(permission string, properties ...string) Source {
		return Source{Call: list, Properties: properties, AnyOf: []string{permission}}
	}
	base, employee := contactRead("contact:user.base:readonly"), contactRead("contact:user.employee:readonly")
	department := contactRead("contact:user.department:readonly")
	opened := func(anyOf []string, properties ...string) Source {
		return Source{Call: list, Properties: properties, AnyOf: anyOf}
	}
	rarely := func(s Source, note string) Source {
		s.Rare, s.Note = true, note
		return s
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
		{"unionId", map[string]Source{weCom: rare("third-party apps only", "Member.open_userid"),
			dingTalk: from("DepartmentUserV2.unionid"), feishu: from("User.union_id")}},
		{"userName", map[string]Source{weCom: from("Member.userid"), dingTalk: from("DepartmentUserV2.userid"),
			feishu: {Call: list, Properties: []string{"User.user_id"},
				AnyOf: []string{"contact:user.employee_id:readonly"},
				Note:  "without it the open_id, see UserNameFrom"},
			wps: rare("private deployments; otherwise ex_user_id, or else id, see UserNameFrom", "User.login_name")}},
		{"displayName", map[string]Source{weCom: from("Member.name"), dingTalk: from("DepartmentUserV2.name"),
			feishu: opened(base, "User.name"), wps: from("User.user_name")}},
		{"nickName", map[string]Source{weCom: rare("", "Member.alias", "Member.english_name"),
			dingTalk: rare("accounts that the company owns", "DepartmentUserV2.nickname"),
			feishu:   rarely(opened(base, "User.nickname", "User.en_name"), "")}},
		{"title", map[string]Source{weCom: from("Member.position"), dingTalk: from("DepartmentUserV2.title"),
			feishu: opened(employee, "User.job_title"), wps: from("User.title")}},
		{"status", map[string]Source{weCom: from("Member.status"), dingTalk: noted(from("DepartmentUserV2.active"),
			"and disable_status, for accounts that the company owns"), feishu: opened(employee, "User.status"),
			wps: from("User.status")}},
		{"gender", map[string]Source{weCom: hidden("Member.gender"),
			feishu: opened(contactRead("contact:user.gender:readonly"), "User.gender"),
			wps:    with("kso.user_gender.read", "User.gender")}},
		{"photo", map[string]Source{weCom: hidden("Member.avatar"), dingTalk: from("DepartmentUserV2.avatar"),
			feishu: opened(base, "User.avatar"), wps: detailed(rare("", "User.avatar"))}},
		{"location", map[string]Source{weCom: hidden("Member.address"),
			dingTalk: with("fieldEmail", "DepartmentUserV2.work_place"),
			feishu:   opened(employee, "User.work_station", "User.city"), wps: rare("", "User.work_place")}},
		{"employeeNumber", map[string]Source{dingTalk: from("DepartmentUserV2.job_number"),
			feishu: opened(append(contactRead("contact:user.employee:readonly"), "contact:user.employee_number:read"),
				"User.employee_no"),
			wps: rare("", "User.employee_id")}},
		{"employeeType", map[string]Source{feishu: opened(employee, "User.employee_type"),
			wps: rare("", "User.employment_type")}},
		{"hireDate", map[string]Source{dingTalk: rare("", "DepartmentUserV2.hired_date"),
			feishu: opened(employee, "User.join_time")}},
		{"manager", map[string]Source{weCom: rare("", "Member.direct_leader"),
			dingTalk: detailed(rare("", "UserV2.manager_userid")), feishu: opened(department, "User.leader_user_id"),
			wps: detailed(rare("", "User.leader_id"))}},
		{"emails.work", map[string]Source{weCom: hidden("Member.biz_mail"),
			dingTalk: rare("", "DepartmentUserV2.org_email"),
			feishu:   rarely(opened(employee, "User.enterprise_email"), "companies with Feishu's mail")}},
		{"emails.home", map[string]Source{weCom: hidden("Member.email"),
			dingTalk: with("fieldEmail", "DepartmentUserV2.email"),
			feishu:   with("contact:user.email:readonly", "User.email"), wps: with("kso.user_email.read",
				"User.email")}},
		{"phoneNumbers.mobile", map[string]Source{weCom: hidden("Member.mobile"),
			dingTalk: with("fieldMobile", "DepartmentUserV2.mobile"),
			feishu:   with("contact:user.phone:readonly", "User.mobile"), wps: with("kso.user_phone.read",
				"User.phone")}},
		{"phoneNumbers.work", map[string]Source{weCom: rare("", "Member.telephone"),
			dingTalk: rare("", "DepartmentUserV2.telephone"), wps: rare("", "User.telephone")}},
		{"departments", map[string]Source{weCom: from("Member.department"),
			dingTalk: from("DepartmentUserV2.dept_id_list"), feishu: opened(department, "User.department_ids"),
			wps: from("User.depts")}},
		{"departments.leader", map[string]Source{weCom: noted(from("Member.is_leader_in_dept"), "or department_leader"),
			dingTalk: from("DepartmentUserV2.leader"),
			feishu: {Call: Department, Properties: []string{"Department.leaders"},
				AnyOf: []string{"contact:department.organize:readonly"}, Rare: true},
			wps: rare("or the department's leaders", "DeptMember.is_leader")}},
		{"departments.primary", map[string]Source{weCom: from("Member.main_department"),
			feishu: opened(department, "User.orders"), wps: from("User.def_dept_id")}},
		{"departments.order", map[string]Source{weCom: rare("", "Member.order"),
			dingTalk: rare("", "DepartmentUserV2.dept_order"), feishu: rarely(opened(department, "User.orders"), ""),
			wps: rare("", "DeptMember.order")}},
		{"attributes", map[string]Source{weCom: rare("", "Member.extattr"),
			dingTalk: rarely(with("fieldEmail", "DepartmentUserV2.extension"), ""),
			feishu: {Call: list, Properties: []string{"User.custom_attrs"}, AnyOf: employee,
				Note: "and the company has to allow it; their names by listCustomAttrs"},
			wps: {Call: detail, Properties: []string{"UserCustomAttrs.custom_attrs"},
				AnyOf: []string{"kso.user_custom_attr.readwrite"}, Rare: true}}},
		{"department.displayName", map[string]Source{weCom: noted(from("Department.name"),
			"not for departments that are known by Config.ContactSecret only"), dingTalk: from("DepartmentV2.name"),
			feishu: with("contact:department.base:readonly", "Department.name"), wps: from("Dept.name")}},
		{"department.externalId", map[string]Source{dingTalk: rare("", "DepartmentV2.source_identifier"),
			feishu: rare("", "Department.department_id"), wps: rare("", "Dept.ex_dept_id")}},
		{"department.leaders", map[string]Source{
			weCom: rare("or from the members, passed to WalkOptions.Read and kept in snapshots",
				"Department.department_leader"),
			dingTalk: {Call: list, Rare: true, Note: "from the members, passed to WalkOptions.Read and kept in " +
				"snapshots"},
			feishu: rarely(with("contact:department.organize:readonly", "Department.leaders"), ""),
			wps:    rare("", "Dept.leaders")}},
		{"department.order", map[string]Source{weCom: rare("", "Department.order"),
			feishu: rarely(with("contact:department.organize:readonly", "Department.order"), ""),
			wps:    rare("", "Dept.order")}},
	}
}
