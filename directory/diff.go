package directory

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
)

// ChangeKind is what happened to a person or a department.
type ChangeKind string

// What can happen. Of several things that happened to one person, the last in this list that did is the kind;
// Change.Fields has all that changed.
const (
	Learned  ChangeKind = "learned" // is known now and was not before, see DiffOptions.Learned
	Changed  ChangeKind = "changed"
	Moved    ChangeKind = "moved"    // a person is in other departments, a department has another parent
	CameBack ChangeKind = "cameBack" // was disabled or had left, and may use the account again
	Left     ChangeKind = "left"     // is not there any more, or is there as somebody who has left
	Added    ChangeKind = "added"
)

// Change is the difference that one record makes. Exactly one pair of Old and New is used, and of it Old is nil for
// who was added, New for who is not there any more.
type Change struct {
	Kind   ChangeKind    `json:"kind"`
	Of     string        `json:"of"` // "user", "department" or "group"
	ID     string        `json:"id"`
	Fields []FieldChange `json:"fields,omitempty"` // for a record that is there before and after

	OldUser       *User       `json:"oldUser,omitempty"`
	NewUser       *User       `json:"newUser,omitempty"` // with what only the old snapshot knows
	OldDepartment *Department `json:"oldDepartment,omitempty"`
	NewDepartment *Department `json:"newDepartment,omitempty"`
	OldGroup      *Group      `json:"oldGroup,omitempty"`
	NewGroup      *Group      `json:"newGroup,omitempty"`
}

// FieldChange is one field, by its name in JSON, before and after.
type FieldChange struct {
	Field string `json:"field"`
	Old   any    `json:"old"`
	New   any    `json:"new"`
}

// DiffOptions switches the guards of Diff.
type DiffOptions struct {
	// MaxLeavers is the share of people who may be gone. Zero: a tenth. 1: everybody.
	MaxLeavers float64

	// Learned also yields what only the new snapshot knows of somebody who is in both, such as a status since the app
	// was given the permission for it. Nobody can say whether it changed, so that by itself it is the kind Learned. A
	// sync that keeps what it did as its next old snapshot wants it.
	Learned bool

	// AllowOther compares snapshots of different vendors, companies or scopes as well.
	AllowOther bool
}

const defaultMaxLeavers = 0.1

// ErrRefused is two snapshots that Diff does not compare, since acting on the difference would hurt.
var ErrRefused = errors.New("the snapshots are not compared")

func refused(format string, args ...any) error {
	return fmt.Errorf("directory: %w: %s", ErrRefused, fmt.Sprintf(format, args...))
}

// Diff yields what changed from one snapshot to the next: departments, groups if both have them, then people, by id.
// What one of the two does not know is no difference. It refuses, with ErrRefused, to compare another company or more
// of it or less, and to tell of too many leavers at once.
func Diff(old, now *Snapshot, o DiffOptions) (iter.Seq[Change], error) {
	if !o.AllowOther {
		if err := sameCompany(old, now); err != nil {
			return nil, err
		}
	}
	if err := fewLeavers(old, now, cmp.Or(o.MaxLeavers, defaultMaxLeavers)); err != nil {
		return nil, err
	}
	k := knowledge{old: old.Header.knows(), now: now.Header.knows(), learn: o.Learned}
	return func(yield func(Change) bool) {
		ofDepartment := departmentFields()
		for a, b := range pairs(old.Departments, now.Departments, func(d *Department) string { return d.ID }) {
			if c, ok := departmentChange(a, b, ofDepartment, k.ofDepartments()); ok && !yield(c) {
				return
			}
		}
		if old.Header.Groups && now.Header.Groups { // otherwise nobody knows
			ofGroup := groupFields()
			for a, b := range pairs(old.Groups, now.Groups, groupKey) {
				if c, ok := groupChange(a, b, ofGroup, o.Learned); ok && !yield(c) {
					return
				}
			}
		}
		ofUser := userFields()
		for a, b := range pairs(old.Users, now.Users, func(u *User) string { return u.ID }) {
			if c, ok := userChange(a, b, ofUser, k); ok && !yield(c) {
				return
			}
		}
	}, nil
}

// knows tells whether a snapshot has a field, by its name in the header. Of mail addresses and telephone numbers a
// header that names no kind has all of them: nobody has any.
func (h Header) knows() func(name string) bool {
	all := make(map[string]bool, len(h.Fields))
	kinds := make(map[string]bool)
	for _, name := range h.Fields {
		all[name] = true
		if list, _, ok := strings.Cut(name, "."); ok {
			kinds[list] = true
		}
	}
	return func(name string) bool {
		if all[name] {
			return true
		}
		list, _, ok := strings.Cut(name, ".")
		return ok && (list == fieldEmails || list == fieldPhones) && all[list] && !kinds[list]
	}
}

// ofDepartments is what two snapshots can tell of departments.
func (k knowledge) ofDepartments() knowledge {
	of := func(knows func(string) bool) func(string) bool {
		return func(name string) bool { return knows(departmentPrefix + name) }
	}
	return knowledge{old: of(k.old), now: of(k.now), learn: k.learn}
}

func sameCompany(before, after *Snapshot) error {
	old, now := before.Header, after.Header
	switch {
	case old.Vendor != now.Vendor:
		return refused("one is of %s, the other of %s", old.Vendor, now.Vendor)
	case old.Company != now.Company:
		return refused("one is of company %q, the other of %q", old.Company, now.Company)
	case !reflect.DeepEqual(old.Scope.normal(), now.Scope.normal()):
		return refused("they hold different parts of the company: %s, and then %s", old.Scope, now.Scope)
	case len(now.Scope.Status) > 0 && before.tellsStates() != after.tellsStates():
		return refused("they hold people%s, and one of the two knows nobody's state", now.Scope.inStates())
	}
	return nil
}

// tellsStates tells whether a choice by state has chosen: whose state is not known is never left out.
func (s *Snapshot) tellsStates() bool { return len(s.Users) == 0 || s.Header.knows()(fieldStatus) }

// normal is a range in which equal ranges are equal.
func (r Range) normal() Range {
	r.Scope = r.Scope.sorted()
	for _, list := range []*[]string{&r.Roots, &r.Exclude, &r.Skipped} {
		*list = sortedCopy(*list)
	}
	r.Status = sortedCopy(r.Status)
	return r
}

// String is for people.
func (r Range) String() string {
	text := "unknown scope"
	switch {
	case len(r.Roots) > 0:
		text = fmt.Sprint("departments ", r.Roots)
	case r.Whole:
		text = "the whole company"
	case r.Known:
		text = fmt.Sprintf("departments %v and people %v", r.Departments, r.Users)
	}
	if len(r.Exclude) > 0 {
		text += fmt.Sprint(" without ", r.Exclude)
	}
	text += r.inStates()
	if len(r.Skipped) > 0 {
		text += fmt.Sprint(", forbidden ", r.Skipped)
	}
	return text
}

func (r Range) inStates() string {
	if len(r.Status) == 0 {
		return ""
	}
	return fmt.Sprint(" in the states ", r.Status)
}

func fewLeavers(old, now *Snapshot, share float64) error {
	staff, leavers := 0, 0
	for a, b := range pairs(old.Users, now.Users, func(u *User) string { return u.ID }) {
		if a == nil || a.Status == StatusLeft {
			continue
		}
		staff++
		if b == nil || b.Status == StatusLeft {
			leavers++
		}
	}
	if !(float64(leavers) <= share*float64(staff)) { // a share that is no number lets nobody go
		return refused("%d of %d people would have left, and more than %g %% is no normal day", leavers, staff,
			share*100)
	}
	return nil
}

// pairs yields records by id, before and after; one of the two is nil where the record is not there.
func pairs[T any](old, now []T, id func(*T) string) iter.Seq2[*T, *T] {
	return func(yield func(a, b *T) bool) {
		before, after := byID(old, id), byID(now, id)
		for len(before)+len(after) > 0 {
			var order int
			switch {
			case len(before) == 0:
				order = 1
			case len(after) == 0:
				order = -1
			default:
				order = cmp.Compare(id(before[0]), id(after[0]))
			}
			var a, b *T
			if order <= 0 {
				a, before = before[0], before[1:]
			}
			if order >= 0 {
				b, after = after[0], after[1:]
			}
			if !yield(a, b) {
				return
			}
		}
	}
}

func byID[T any](all []T, id func(*T) string) []*T {
	sorted := make([]*T, len(all))
	for i := range all {
		sorted[i] = &all[i]
	}
	slices.SortStableFunc(sorted, func(a, b *T) int { return cmp.Compare(id(a), id(b)) })
	return sorted
}

// notes are what a record says of its own fields.
type notes[T any] struct {
	unknown  func(*T) *[]string
	standIns func(*T) *[]string // nil: of no field there is an id in place of a name
	// anID tells of a field whose stand-in the record names in another way; header is what its snapshot has.
	anID func(r *T, field string, header func(string) bool) bool
}

// aName tells whether a field holds no id in place of a name.
func (n notes[T]) aName(r *T, field string, header func(string) bool) bool {
	if n.anID != nil && n.anID(r, field, header) {
		return false
	}
	return n.standIns == nil || !slices.Contains(*n.standIns(r), field)
}

// overlay returns a with what b says, and what that changes. learned: nothing of it is known to be different.
func overlay[T any](a, b *T, fields []field[T], k knowledge, n notes[T],
) (result *T, changes []FieldChange, learned bool) {
	unknown := n.unknown
	copied := *a
	result, learned = &copied, true
	tells := func(f field[T], r *T, header func(string) bool) bool {
		return header(f.name) && (f.text || f.known(r)) && !slices.Contains(*unknown(r), f.name)
	}
	for _, f := range fields {
		before, after := tells(f, a, k.old), tells(f, b, k.now)
		if before && after {
			switch was, is := n.aName(a, f.name, k.old), n.aName(b, f.name, k.now); {
			case was && !is: // an id says nothing of a name
				continue
			case is && !was: // and the other way about
				before = false
			}
		}
		if !after || !before && !k.learn {
			continue
		}
		if k.learn && len(*unknown(result)) > 0 {
			*unknown(result) = slices.DeleteFunc(slices.Clone(*unknown(result)), func(name string) bool {
				list, _, _ := strings.Cut(name, ".")
				return list == f.name && k.now(name) && !slices.Contains(*unknown(b), name)
			})
		}
		if len(*unknown(result)) == 0 {
			*unknown(result) = nil
		}
		if !f.set(result, b, k) {
			continue
		}
		if n.standIns != nil {
			*n.standIns(result) = handOver(*n.standIns(result), *n.standIns(b), f.name)
		}
		change := FieldChange{Field: f.name, New: f.value(result)}
		if before {
			change.Old, learned = f.value(a), false
		}
		changes = append(changes, change)
	}
	return result, changes, learned
}

// handOver returns the notes to for a field that is taken from a record with the notes from.
func handOver(to, from []string, field string) []string {
	has := slices.Contains(from, field)
	if has == slices.Contains(to, field) {
		return to
	}
	if has {
		return slices.Sorted(slices.Values(append(slices.Clone(to), field)))
	}
	if to = slices.DeleteFunc(slices.Clone(to), func(name string) bool { return name == field }); len(to) == 0 {
		return nil
	}
	return to
}

func departmentChange(a, b *Department, fields []field[Department], k knowledge) (Change, bool) {
	switch {
	case a == nil:
		return Change{Kind: Added, Of: kindDepartment, ID: b.ID, NewDepartment: b}, true
	case b == nil:
		return Change{Kind: Left, Of: kindDepartment, ID: a.ID, OldDepartment: a}, true
	}
	result, changes, learned := overlay(a, b, fields, k,
		notes[Department]{unknown: func(d *Department) *[]string { return &d.Unknown }})
	c := Change{Kind: Changed, Of: kindDepartment, ID: a.ID, Fields: changes, OldDepartment: a, NewDepartment: result}
	switch {
	case learned:
		c.Kind = Learned
	case a.ParentID != result.ParentID:
		c.Kind = Moved
	}
	return c, len(changes) > 0
}

// userNameIsID tells whether an id stands in for what somebody is known by. At Feishu everybody has a user_id. At WPS
// nobody need have an ex_user_id, and where some have one the app may read it.
func userNameIsID(u *User, field string, header func(string) bool) bool {
	if field != fieldUserName && field != fieldUserNameFrom {
		return false
	}
	return u.UserNameFrom == UserNameFromOpenID || u.UserNameFrom == UserNameFromID && !header(fieldExternalID)
}

func userChange(a, b *User, fields []field[User], k knowledge) (Change, bool) {
	switch {
	case a == nil:
		return Change{Kind: Added, Of: kindUser, ID: b.ID, NewUser: b}, true
	case b == nil:
		return Change{Kind: Left, Of: kindUser, ID: a.ID, OldUser: a}, true
	}
	result, changes, learned := overlay(a, b, fields, k, notes[User]{
		unknown:  func(u *User) *[]string { return &u.Unknown },
		standIns: func(u *User) *[]string { return &u.StandIns },
		anID:     userNameIsID,
	})
	c := Change{Kind: Changed, Of: kindUser, ID: a.ID, Fields: changes, OldUser: a, NewUser: result}
	switch {
	case a.Status != StatusLeft && result.Status == StatusLeft:
		c.Kind = Left
	case learned:
		c.Kind = Learned
	case (a.Status == StatusLeft || a.Status == StatusDisabled) && result.Status.usable():
		c.Kind = CameBack
	case a.Departments != nil && !slices.Equal(departmentIDs(a), departmentIDs(result)):
		c.Kind = Moved
	}
	return c, len(changes) > 0
}

func groupChange(a, b *Group, fields []field[Group], learn bool) (Change, bool) {
	switch {
	case a == nil:
		return Change{Kind: Added, Of: kindGroup, ID: b.ID, NewGroup: b}, true
	case b == nil:
		return Change{Kind: Left, Of: kindGroup, ID: a.ID, OldGroup: a}, true
	}
	always := func(string) bool { return true }
	var none []string
	result, changes, learned := overlay(a, b, fields, knowledge{old: always, now: always, learn: learn},
		notes[Group]{unknown: func(*Group) *[]string { return &none }})
	c := Change{Kind: Changed, Of: kindGroup, ID: a.ID, Fields: changes, OldGroup: a, NewGroup: result}
	if learned {
		c.Kind = Learned
	}
	return c, len(changes) > 0
}

func departmentIDs(u *User) []string {
	var ids []string
	for _, m := range u.Departments {
		ids = append(ids, m.DepartmentID)
	}
	slices.Sort(ids)
	return ids
}

// Apply returns a snapshot with changes made to it. With those from it to another snapshot the result is the other,
// but for what only one of the two knows of a record, which is as it was. The header's fields are extended by what is
// seen.
func Apply(s *Snapshot, changes iter.Seq[Change]) *Snapshot {
	departments, groups, people := make(map[string]Department), make(map[string]Group), make(map[string]User)
	for _, d := range s.Departments {
		departments[d.ID] = d
	}
	for _, g := range s.Groups {
		groups[groupKey(&g)] = g
	}
	for _, u := range s.Users {
		people[u.ID] = u
	}
	for c := range changes {
		switch {
		case c.NewGroup != nil:
			groups[groupKey(c.NewGroup)] = *c.NewGroup
		case c.Of == kindGroup:
			delete(groups, groupKey(c.OldGroup))
		case c.NewUser != nil:
			people[c.ID] = *c.NewUser
		case c.NewDepartment != nil:
			departments[c.ID] = *c.NewDepartment
		case c.Of == kindUser:
			delete(people, c.ID)
		default:
			delete(departments, c.ID)
		}
	}
	result := &Snapshot{Header: s.Header}
	seen := sight{}
	for _, name := range s.Header.Fields {
		seen[name] = true
	}
	ofUser, ofDepartment := userFields(), departmentFields()
	for _, d := range departments {
		seen.department(&d, ofDepartment)
		result.Departments = append(result.Departments, d)
	}
	for _, g := range groups {
		result.Groups = append(result.Groups, g)
	}
	for _, u := range people {
		seen.user(&u, ofUser)
		result.Users = append(result.Users, u)
	}
	slices.SortFunc(result.Departments, func(a, b Department) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(result.Groups, func(a, b Group) int { return cmp.Compare(groupKey(&a), groupKey(&b)) })
	slices.SortFunc(result.Users, func(a, b User) int { return cmp.Compare(a.ID, b.ID) })
	result.Header.Fields = seen.sorted()
	return result
}
