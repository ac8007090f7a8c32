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
	value func(*T) any
	set   func(to, from *T, k knowledge) (changed bool) // what from does not say of the field is kept
}

// knowledge is what two snapshots can tell of the fields, by their names in the header.
type knowledge struct {
	old, now func(name string) bool
	learn    bool // what only the new one knows is taken as well
}

// textField is a field whose value is a text.
func textField[T any, S ~string](name string, at func(*T) *S) field[T] {
	return field[T]{
		name: name, text: true,
		known: func(r *T) bool { return *at(r) != "" },
		value: func(r *T) any { return string(*at(r)) },
		set: func(to, from *T, _ knowledge) bool {
			changed := *at(to) != *at(from)
			*at(to) = *at(from)
			return changed
		},
	}
}

// listField is a field whose value is a list of texts.
func listField[T any](name string, at func(*T) *[]string) field[T] {
	return field[T]{
		name:  name,
		known: func(r *T) bool { return *at(r) != nil },
		value: func(r *T) any { return *at(r) },
		set: func(to, from *T, _ knowledge) bool {
			changed := *at(to) == nil || !slices.Equal(*at(to), *at(from))
			*at(to) = *at(from)
			return changed
		},
	}
}

// pathField is the path of a department. The name that stands in for that of Feishu's root is no other name.
func pathField() field[Department] {
	at := func(d *Department) *[]string { return &d.Path }
	f := listField(fieldPath, at)
	standsIn := func(path []string) bool { return len(path) > 0 && path[0] == feishuRootName }
	f.set = func(to, from *Department, k knowledge) bool {
		next := *from
		if len(to.Path) > 0 && len(from.Path) > 0 && (standsIn(from.Path) || standsIn(to.Path) && !k.learn) {
			next.Path = append([]string{to.Path[0]}, from.Path[1:]...)
		}
		changed := to.Path == nil || !slices.Equal(to.Path, next.Path)
		to.Path = next.Path
		return changed
	}
	return f
}

// contactField is a field of mail addresses or telephone numbers, each kind of which is known or not.
func contactField(name string, at func(*User) *[]Value) field[User] {
	return field[User]{
		name:  name,
		known: func(u *User) bool { return *at(u) != nil },
		value: func(u *User) any { return *at(u) },
		set: func(to, from *User, k knowledge) bool {
			had := *at(to)
			// A kind that one of the two cannot tell stays as it was.
			stays := func(v Value) bool {
				kind := name + "." + v.Type
				if !k.now(kind) || slices.Contains(from.Unknown, kind) {
					return true
				}
				return !k.learn && (!k.old(kind) || slices.Contains(to.Unknown, kind))
			}
			// What is in two fields is told once, of the first: it is not gone from the second because of that.
			told := func(v Value) bool {
				return slices.ContainsFunc(*at(from), func(now Value) bool {
					return now.Value == v.Value && rankOf(now.Type) < rankOf(v.Type) && stays(now)
				})
			}
			has := []Value{}
			for _, v := range had {
				if stays(v) || told(v) {
					has = append(has, v)
				}
			}
			partly := len(has) > 0
			for _, v := range *at(from) {
				if stays(v) {
					partly = true
				} else {
					has = append(has, v)
				}
			}
			if partly {
				slices.SortStableFunc(has, func(a, b Value) int { return cmp.Compare(rankOf(a.Type), rankOf(b.Type)) })
				has = once(has)
				for i := range has {
					has[i].Primary = i == 0
				}
			}
			if slices.Equal(had, has) && had != nil {
				return false
			}
			*at(to) = has
			return true
		},
	}
}

// once leaves out what came before.
func once(all []Value) []Value {
	kept := all[:0]
	for _, v := range all {
		if !slices.ContainsFunc(kept, func(before Value) bool { return before.Value == v.Value }) {
			kept = append(kept, v)
		}
	}
	return kept
}

// rankOf is the place of a kind in a list of mail addresses or telephone numbers.
func rankOf(kind string) int {
	return slices.Index([]string{kindMobile, kindWork, kindHome}, kind)
}

func userFields() []field[User] {
	status := textField(fieldStatus, func(u *User) *Status { return &u.Status })
	status.text = false // no status is not a status
	return []field[User]{
		textField(fieldExternalID, func(u *User) *string { return &u.ExternalID }),
		textField("unionId", func(u *User) *string { return &u.UnionID }),
		textField(fieldUserName, func(u *User) *string { return &u.UserName }),
		textField(fieldUserNameFrom, func(u *User) *string { return &u.UserNameFrom }),
		textField(fieldName, func(u *User) *string { return &u.DisplayName }),
		textField("nickName", func(u *User) *string { return &u.NickName }),
		textField("title", func(u *User) *string { return &u.Title }),
		status,
		textField("gender", func(u *User) *Gender { return &u.Gender }),
		textField("profileUrl", func(u *User) *string { return &u.ProfileURL }),
		textField(fieldPhoto, func(u *User) *string { return &u.PhotoURL }),
		textField("location", func(u *User) *string { return &u.Location }),
		textField("employeeNumber", func(u *User) *string { return &u.EmployeeNo }),
		textField(fieldEmployeeType, func(u *User) *string { return &u.EmployeeType }),
		textField("hireDate", func(u *User) *string { return &u.HireDate }),
		textField(fieldManager, func(u *User) *string { return &u.ManagerID }),
		contactField(fieldEmails, func(u *User) *[]Value { return &u.Emails }),
		contactField(fieldPhones, func(u *User) *[]Value { return &u.PhoneNumbers }),
		{
			name:  fieldDepartments,
			known: func(u *User) bool { return u.Departments != nil },
			value: func(u *User) any { return u.Departments },
			set: func(to, from *User, k knowledge) bool {
				has := nextMemberships(to.Departments, from.Departments, k.learn)
				if to.Departments != nil && sameMemberships(sortedMemberships(to.Departments), has) {
					return false
				}
				to.Departments = has
				return true
			},
		},
		{
			name:  fieldAttributes,
			known: func(u *User) bool { return u.Attributes != nil },
			value: func(u *User) any { return u.Attributes },
			set: func(to, from *User, _ knowledge) bool {
				changed := to.Attributes == nil || !maps.Equal(to.Attributes, from.Attributes)
				to.Attributes = from.Attributes
				return changed
			},
		},
	}
}

func departmentFields() []field[Department] {
	return []field[Department]{
		textField(fieldParent, func(d *Department) *string { return &d.ParentID }),
		textField(fieldName, func(d *Department) *string { return &d.Name }),
		pathField(),
		textField(fieldExternalID, func(d *Department) *string { return &d.ExternalID }),
		listField("leaders", func(d *Department) *[]string { return &d.LeaderIDs }),
		textField("order", func(d *Department) *string { return &d.Order }),
	}
}

func groupFields() []field[Group] {
	return []field[Group]{
		textField(fieldName, func(g *Group) *string { return &g.Name }),
		listField("users", func(g *Group) *[]string { return &g.Users }),
		listField(fieldDepartments, func(g *Group) *[]string { return &g.Departments }),
	}
}

const (
	fieldDepartments = "departments"
	fieldParent      = "parentId"
	fieldName        = "displayName"
	fieldPath        = "path"
	fieldExternalID  = "externalId"
	fieldStatus      = "status"
	fieldManager     = "manager"
	fieldPhoto       = "photo"
	fieldEmails      = "emails"
	fieldPhones      = "phoneNumbers"
	fieldAttributes  = "attributes"

	fieldEmployeeType = "employeeType"
	fieldUserName     = "userName"
	fieldUserNameFrom = "userNameFrom"

	departmentPrefix = "department." // of a department's fields in a header

	// Kinds of mail addresses and telephone numbers, as SCIM calls them.
	kindWork   = "work"
	kindHome   = "home"
	kindMobile = "mobile"
)

// sight is which fields were seen for at least one record.
type sight map[string]bool

func (s sight) user(u *User, fields []field[User]) {
	for _, f := range fields {
		if f.known(u) {
			s[f.name] = true
		}
	}
	for _, kind := range u.told {
		s[kind] = true
	}
	for _, v := range u.Emails {
		s[fieldEmails+"."+v.Type] = true
	}
	for _, v := range u.PhoneNumbers {
		s[fieldPhones+"."+v.Type] = true
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

// nextMemberships are the places that now says. Of a place that was there before, a mark or an order that only one of
// the two tells is as it was, or with learn what the one that tells says.
func nextMemberships(was, now []Membership, learn bool) []Membership {
	all := append([]Membership{}, now...)
	for i := range all {
		m := &all[i]
		at := slices.IndexFunc(was, func(old Membership) bool { return old.DepartmentID == m.DepartmentID })
		if at < 0 {
			continue
		}
		old := was[at]
		m.Leader, m.Primary = next(old.Leader, m.Leader, learn), next(old.Primary, m.Primary, learn)
		m.Order = next(old.Order, m.Order, learn)
	}
	return append([]Membership{}, sortedMemberships(all)...)
}

// next is what something becomes of which the zero value is not known.
func next[V comparable](was, now V, learn bool) V {
	var unknown V
	if now == unknown || was == unknown && !learn {
		return was
	}
	return now
}

func sameMemberships(a, b []Membership) bool {
	mark := func(a, b *bool) bool { return a == b || a != nil && b != nil && *a == *b }
	return slices.EqualFunc(a, b, func(a, b Membership) bool {
		return a.DepartmentID == b.DepartmentID && a.Order == b.Order && mark(a.Leader, b.Leader) &&
			mark(a.Primary, b.Primary)
	})
}
