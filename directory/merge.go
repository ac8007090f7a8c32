package directory

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
)

// row is what a list or a call tells about a person.
type row struct {
	user  User
	whole bool // the row names all departments
	own   bool // leader and order are told for the department only whose list it is
	gone  bool // the person does not exist any more

	detailed bool   // details were asked for
	from     string // the department whose list it is; "" for a list of everybody
}

// before tells which of two rows of a person is believed where they contradict each other, as rows of two departments
// may (a title of the department's own): the same one whichever came first.
func (r row) before(other row) bool {
	if r.detailed != other.detailed {
		return r.detailed
	}
	return r.from < other.from
}

// The ways beyond Directory's in which a vendor's directory can be read.
type (
	// rower lists members with what Walk has to know about the rows.
	rower interface {
		rows(ctx context.Context, departmentID string) iter.Seq2[row, error]
	}
	// everybody lists the whole company at once.
	everybody interface {
		everybody(ctx context.Context) iter.Seq2[row, error]
	}
	// detailer asks for what lists lack.
	detailer interface {
		detail(ctx context.Context, listed row) (row, error)
		// beyond names the texts that only details have.
		beyond() []string
	}
	// attributer asks for the company's own fields of many people at once. Nobody's are in the answer where they cannot
	// be read.
	attributer interface {
		attributes(ctx context.Context, ids []string) (map[string]ownFields, error)
	}
	// rawMerger puts together the vendor's own values of two rows.
	rawMerger interface {
		mergeRaw(a, b any) any
	}
)

func users(rows iter.Seq2[row, error]) iter.Seq2[User, error] {
	return convert(rows, func(r row) User { return r.user })
}

// rowsOf lists the members of a department. A directory that does not say how complete its rows are is taken at its
// word.
func rowsOf(ctx context.Context, d Directory, departmentID string) iter.Seq2[row, error] {
	if r, ok := d.(rower); ok {
		return r.rows(ctx, departmentID)
	}
	return convert(d.Members(ctx, departmentID), func(u User) row { return row{user: u, whole: u.Departments != nil} })
}

// place returns the membership in a department, which is added if it is not there.
func (u *User) place(departmentID string) *Membership {
	for i := range u.Departments {
		if u.Departments[i].DepartmentID == departmentID {
			return &u.Departments[i]
		}
	}
	u.Departments = append(u.Departments, Membership{DepartmentID: departmentID})
	return &u.Departments[len(u.Departments)-1]
}

// ownFields are the company's own fields of a person.
type ownFields struct {
	values  map[string]string
	standIn bool // some hold ids in place of names
}

// into gives them to somebody who has none.
func (f ownFields) into(u *User) {
	if u.Attributes != nil {
		return
	}
	if u.Attributes = f.values; f.standIn {
		u.standIn(fieldAttributes)
	}
}

// standIn notes that a field holds ids in place of names.
func (u *User) standIn(field string) {
	if !slices.Contains(u.StandIns, field) {
		u.StandIns = append(slices.Clip(u.StandIns), field)
		slices.Sort(u.StandIns)
	}
}

// merged returns a with what it lacks from b. Nothing that a says is changed.
func merged(a, b User) User {
	for _, text := range []struct{ to, from *string }{
		{&a.ExternalID, &b.ExternalID}, {&a.UnionID, &b.UnionID}, {&a.DisplayName, &b.DisplayName},
		{&a.NickName, &b.NickName},
		{&a.Title, &b.Title}, {&a.ProfileURL, &b.ProfileURL}, {&a.PhotoURL, &b.PhotoURL}, {&a.Location, &b.Location},
		{&a.EmployeeNo, &b.EmployeeNo}, {&a.EmployeeType, &b.EmployeeType}, {&a.HireDate, &b.HireDate},
		{&a.ManagerID, &b.ManagerID},
	} {
		*text.to = cmp.Or(*text.to, *text.from)
	}
	a.Unknown = stillUnknown(a, b)
	if a.UserName == "" {
		a.UserName, a.UserNameFrom = b.UserName, b.UserNameFrom
	}
	a.Status, a.Gender = cmp.Or(a.Status, b.Status), cmp.Or(a.Gender, b.Gender)
	if a.Emails == nil {
		a.Emails = b.Emails
	}
	if a.PhoneNumbers == nil {
		a.PhoneNumbers = b.PhoneNumbers
	}
	if a.Attributes == nil {
		a.Attributes = b.Attributes
	}
	for _, name := range b.StandIns {
		a.standIn(name)
	}
	if a.Raw == nil {
		a.Raw = b.Raw
	}
	if b.Departments == nil {
		return a
	}
	a.Departments = append([]Membership{}, a.Departments...)
	for _, m := range b.Departments {
		to := a.place(m.DepartmentID)
		to.Leader, to.Primary, to.Order = cmp.Or(
			to.Leader,
			m.Leader,
		), cmp.Or(
			to.Primary,
			m.Primary,
		), cmp.Or(
			to.Order,
			m.Order,
		)
	}
	return a
}

// stillUnknown is what is not known of a person whose texts are a's already and whose lists are a's, or else b's.
func stillUnknown(a, b User) []string {
	if len(a.Unknown)+len(b.Unknown) == 0 {
		return nil
	}
	var unknown []string
	for _, name := range slices.Concat(a.Unknown, b.Unknown) {
		list, _, _ := strings.Cut(name, ".")
		from := a.Unknown
		switch {
		case list == fieldEmails && a.Emails == nil, list == fieldPhones && a.PhoneNumbers == nil:
			from = b.Unknown
		case list != name:
		case *a.beyond(name) != "":
			continue
		default:
			from = append(slices.Clip(from), b.Unknown...)
		}
		if slices.Contains(from, name) && !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
	}
	return unknown
}

// beyond is one of the texts that only details have at some vendors.
func (u *User) beyond(name string) *string {
	if name == fieldPhoto {
		return &u.PhotoURL
	}
	return &u.ManagerID
}

// finished is a person of whom all has been read: memberships in an order that does not depend on what came first,
// and one main department at most.
func finished(u User, leads func(departmentID, userID string) *bool) User {
	primary := slices.ContainsFunc(u.Departments, func(m Membership) bool { return m.Primary != nil && *m.Primary })
	for i := range u.Departments {
		m := &u.Departments[i]
		if m.Leader == nil {
			m.Leader = leads(m.DepartmentID, u.ID)
		}
		if m.Primary == nil && primary {
			m.Primary = new(false)
		}
	}
	slices.SortStableFunc(u.Departments, func(a, b Membership) int {
		return cmp.Compare(a.DepartmentID, b.DepartmentID)
	})
	u.Unknown = slices.Clone(u.Unknown)
	slices.Sort(u.Unknown)
	return u
}
