package directory

import (
	"cmp"
	"maps"
	"slices"
)

// field is one of a record's fields, by its name in JSON.
type field[T any] struct {
	name  string
	text  bool // empty where a row lacks it, if the app may read it; anything else is then unknown
	known func(*T) bool
	equal func(a, b *T) bool
	value func(*T) any
	set   func(to, from *T) // what from does not say of the field is kept
}

// textField is a field whose value is a text.
func textField[T any, S ~string](name string, at func(*T) *S) field[T] {
	return field[T]{
		name: name, text: true,
		known: func(r *T) bool { return *at(r) != "" },
		equal: func(a, b *T) bool { return *at(a) == *at(b) },
		value: func(r *T) any { return string(*at(r)) },
		set:   func(to, from *T) { *at(to) = *at(from) },
	}
}

func listField[T, E any](name string, at func(*T) *[]E, equal func(a, b []E) bool) field[T] {
	return field[T]{
		name:  name,
		known: func(r *T) bool { return *at(r) != nil },
		equal: func(a, b *T) bool { return equal(*at(a), *at(b)) },
		value: func(r *T) any { return *at(r) },
		set:   func(to, from *T) { *at(to) = *at(from) },
	}
}

func userFields() []field[User] {
	status := textField("status", func(u *User) *Status { return &u.Status })
	status.text = false // no status is not a status
	return []field[User]{
		textField("externalId", func(u *User) *string { return &u.ExternalID }),
		textField("unionId", func(u *User) *string { return &u.UnionID }),
		textField("userName", func(u *User) *string { return &u.UserName }),
		textField("userNameFrom", func(u *User) *string { return &u.UserNameFrom }),
		textField("displayName", func(u *User) *string { return &u.DisplayName }),
		textField("nickName", func(u *User) *string { return &u.NickName }),
		textField("title", func(u *User) *string { return &u.Title }),
		status,
		textField("gender", func(u *User) *Gender { return &u.Gender }),
		textField("profileUrl", func(u *User) *string { return &u.ProfileURL }),
		textField("photo", func(u *User) *string { return &u.PhotoURL }),
		textField("location", func(u *User) *string { return &u.Location }),
		textField("employeeNumber", func(u *User) *string { return &u.EmployeeNo }),
		textField("employeeType", func(u *User) *string { return &u.EmployeeType }),
		textField("hireDate", func(u *User) *string { return &u.HireDate }),
		textField("manager", func(u *User) *string { return &u.ManagerID }),
		listField("emails", func(u *User) *[]Value { return &u.Emails }, slices.Equal),
		listField("phoneNumbers", func(u *User) *[]Value { return &u.PhoneNumbers }, slices.Equal),
		{
			name:  fieldDepartments,
			known: func(u *User) bool { return u.Departments != nil },
			equal: func(a, b *User) bool {
				return sameMemberships(sortedMemberships(a.Departments), knownMemberships(a.Departments, b.Departments))
			},
			value: func(u *User) any { return u.Departments },
			set:   func(to, from *User) { to.Departments = knownMemberships(to.Departments, from.Departments) },
		},
		{
			name:  "attributes",
			known: func(u *User) bool { return u.Attributes != nil },
			equal: func(a, b *User) bool { return maps.Equal(a.Attributes, b.Attributes) },
			value: func(u *User) any { return u.Attributes },
			set:   func(to, from *User) { to.Attributes = from.Attributes },
		},
	}
}

func departmentFields() []field[Department] {
	return []field[Department]{
		textField(fieldParent, func(d *Department) *string { return &d.ParentID }),
		textField("displayName", func(d *Department) *string { return &d.Name }),
		listField("path", func(d *Department) *[]string { return &d.Path }, slices.Equal),
		textField("externalId", func(d *Department) *string { return &d.ExternalID }),
		listField("leaders", func(d *Department) *[]string { return &d.LeaderIDs }, slices.Equal),
		textField("order", func(d *Department) *string { return &d.Order }),
	}
}

const (
	fieldDepartments = "departments"
	fieldParent      = "parentId"
	fieldStatus      = "status"

	departmentPrefix = "department." // of a department's fields in a header
)

// sight is which fields were seen for at least one record.
type sight map[string]bool

func (s sight) user(u *User, fields []field[User]) {
	for _, f := range fields {
		if f.known(u) {
			s[f.name] = true
		}
	}
	for _, m := range u.Departments {
		if m.Leader != nil {
			s[fieldDepartments+".leader"] = true
		}
		if m.Primary != nil {
			s[fieldDepartments+".primary"] = true
		}
		if m.Order != "" {
			s[fieldDepartments+".order"] = true
		}
	}
}

func (s sight) department(d *Department, fields []field[Department]) {
	for _, f := range fields {
		if f.known(d) {
			s[departmentPrefix+f.name] = true
		}
	}
}

func (s sight) sorted() []string {
	return append([]string{}, slices.Sorted(maps.Keys(s))...)
}

func sortedMemberships(all []Membership) []Membership {
	return slices.SortedStableFunc(
		slices.Values(all),
		func(a, b Membership) int { return cmp.Compare(a.DepartmentID, b.DepartmentID) },
	)
}

// knownMemberships are the places that now says, with marks and orders that only was says.
func knownMemberships(was, now []Membership) []Membership {
	all := append([]Membership{}, now...)
	for i := range all {
		m := &all[i]
		for _, old := range was {
			if old.DepartmentID == m.DepartmentID {
				m.Leader, m.Primary, m.Order = cmp.Or(
					m.Leader,
					old.Leader,
				), cmp.Or(
					m.Primary,
					old.Primary,
				), cmp.Or(
					m.Order,
					old.Order,
				)
			}
		}
	}
	return append([]Membership{}, sortedMemberships(all)...)
}

func sameMemberships(a, b []Membership) bool {
	mark := func(a, b *bool) bool { return a == b || a != nil && b != nil && *a == *b }
	return slices.EqualFunc(a, b, func(a, b Membership) bool {
		return a.DepartmentID == b.DepartmentID && a.Order == b.Order && mark(a.Leader, b.Leader) &&
			mark(a.Primary, b.Primary)
	})
}
