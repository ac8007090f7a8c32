package company

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The ways in which a change of the organisation can be refused. Errors wrap one of them.
var (
	ErrUnknown  = errors.New("does not exist")
	ErrTaken    = errors.New("is taken")
	ErrNotEmpty = errors.New("is not empty")
	ErrInvalid  = errors.New("is not possible")
)

// TakenError says that another person or department has the value already. It wraps ErrTaken.
type TakenError struct {
	What  fmt.Stringer // a PersonID, a DepartmentID or siblingName
	Value string
}

// Error names the value.
func (e *TakenError) Error() string { return fmt.Sprintf("sim: %v %q is taken", e.What, e.Value) }

// Unwrap returns ErrTaken.
func (e *TakenError) Unwrap() error { return ErrTaken }

// siblingName is what a TakenError speaks of when two departments below one parent would have one name.
type siblingName struct{}

func (siblingName) String() string { return "department name" }

// Directory is the organisation without its lock: all of a vendor's code reads and changes it inside View and Change.
// The pointers it hands out must not be written to; the update methods keep the indexes in step.
type Directory struct {
	Seed uint64

	departments    map[DepartmentKey]*Department
	departmentIDs  [numDepartmentIDs]map[string]DepartmentKey
	childKeys      map[DepartmentKey][]DepartmentKey // ascending
	lastDepartment DepartmentKey
	formerDepts    map[DepartmentKey]*Department

	people     map[PersonKey]*Person
	personIDs  [numPersonIDs]map[string]PersonKey
	personKeys []PersonKey // ascending
	memberKeys map[DepartmentKey]map[PersonKey]bool
	lastPerson PersonKey

	former map[PersonKey]*Person

	groups    map[GroupKey]*Group
	lastGroup GroupKey

	events []Event
	now    func() time.Time // nil until the company is made
}

func newDirectory(seed uint64) *Directory {
	d := &Directory{
		Seed:        seed,
		departments: make(map[DepartmentKey]*Department),
		childKeys:   make(map[DepartmentKey][]DepartmentKey),
		formerDepts: make(map[DepartmentKey]*Department),
		people:      make(map[PersonKey]*Person),
		memberKeys:  make(map[DepartmentKey]map[PersonKey]bool),
		former:      make(map[PersonKey]*Person),
		groups:      make(map[GroupKey]*Group),
	}
	for i := range d.departmentIDs {
		d.departmentIDs[i] = make(map[string]DepartmentKey)
	}
	for i := range d.personIDs {
		d.personIDs[i] = make(map[string]PersonKey)
	}
	return d
}

// Department returns the department with the key, nil if there is none.
func (d *Directory) Department(key DepartmentKey) *Department { return d.departments[key] }

// FormerDepartment returns the department with the key as it was when it was removed, nil if none was.
func (d *Directory) FormerDepartment(key DepartmentKey) *Department { return d.formerDepts[key] }

// FindDepartment returns the department with the id, nil if there is none.
func (d *Directory) FindDepartment(kind DepartmentID, id string) *Department {
	return d.departments[d.departmentIDs[kind][id]]
}

// Children returns the departments directly below parent, by key.
func (d *Directory) Children(parent DepartmentKey) []*Department {
	out := make([]*Department, 0, len(d.childKeys[parent]))
	for _, key := range d.childKeys[parent] {
		out = append(out, d.departments[key])
	}
	return out
}

// Subtree returns the department and all departments below it, a parent before its children.
func (d *Directory) Subtree(top DepartmentKey) []*Department {
	dept := d.departments[top]
	if dept == nil {
		return nil
	}
	out := []*Department{dept}
	for _, key := range d.childKeys[top] {
		out = append(out, d.Subtree(key)...)
	}
	return out
}

// Path returns the department and its parents up to the root.
func (d *Directory) Path(key DepartmentKey) []*Department {
	var out []*Department
	for dept := d.departments[key]; dept != nil; dept = d.departments[dept.Parent] {
		out = append(out, dept)
	}
	return out
}

// AllDepartments returns every department by key, the root first.
func (d *Directory) AllDepartments() []*Department {
	out := make([]*Department, 0, len(d.departments))
	for _, dept := range d.departments {
		out = append(out, dept)
	}
	slices.SortFunc(out, func(a, b *Department) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// Person returns the person on the staff with the key, nil if there is none.
func (d *Directory) Person(key PersonKey) *Person { return d.people[key] }

// FindPerson returns the person on the staff with the id, nil if there is none.
func (d *Directory) FindPerson(kind PersonID, id string) *Person {
	return d.people[d.personIDs[kind][Fold(kind, id)]]
}

// AllPeople returns the staff by key.
func (d *Directory) AllPeople() []*Person {
	out := make([]*Person, 0, len(d.personKeys))
	for _, key := range d.personKeys {
		out = append(out, d.people[key])
	}
	return out
}

// Members returns the people who are directly in the department, those with the larger order first.
func (d *Directory) Members(key DepartmentKey) []*Person {
	out := make([]*Person, 0, len(d.memberKeys[key]))
	for person := range d.memberKeys[key] {
		out = append(out, d.people[person])
	}
	slices.SortFunc(out, func(a, b *Person) int {
		inA, _ := a.In(key)
		inB, _ := b.In(key)
		return cmp.Or(cmp.Compare(inB.Order, inA.Order), cmp.Compare(a.Key, b.Key))
	})
	return out
}

// MembersByKey returns the people who are directly in a department in the order in which they joined the company. Page
// tokens are places in that order, which no change of ranks upsets.
func (d *Directory) MembersByKey(key DepartmentKey) []*Person {
	people := make([]*Person, 0, len(d.memberKeys[key]))
	for _, person := range slices.Sorted(maps.Keys(d.memberKeys[key])) {
		people = append(people, d.people[person])
	}
	return people
}

// MemberCount is the number of people who are directly in the department.
func (d *Directory) MemberCount(key DepartmentKey) int { return len(d.memberKeys[key]) }

// ChildCount is the number of departments directly below the department.
func (d *Directory) ChildCount(key DepartmentKey) int { return len(d.childKeys[key]) }

// IsMember tells whether a person is directly in the department.
func (d *Directory) IsMember(person PersonKey, key DepartmentKey) bool {
	return d.memberKeys[key][person]
}

// Headcount counts the people in a department and below it, each once, and those of them whose main department is
// there.
func (d *Directory) Headcount(key DepartmentKey) (members, primary int64) {
	inside := make(map[DepartmentKey]bool)
	for _, dept := range d.Subtree(key) {
		inside[dept.Key] = true
	}
	counted := make(map[PersonKey]bool)
	for dept := range inside {
		for person := range d.memberKeys[dept] {
			if counted[person] {
				continue
			}
			counted[person] = true
			members++
			if inside[d.people[person].MainDepartment] {
				primary++
			}
		}
	}
	return members, primary
}

// Height is the number of levels that a department and those below it take.
func (d *Directory) Height(key DepartmentKey) int {
	tallest := 0
	for _, child := range d.childKeys[key] {
		tallest = max(tallest, d.Height(child))
	}
	return tallest + 1
}

// Leaders returns the people who lead the department, those with the larger order first.
func (d *Directory) Leaders(key DepartmentKey) []*Person {
	return slices.DeleteFunc(d.Members(key), func(p *Person) bool {
		in, _ := p.In(key)
		return !in.Leader
	})
}

// FormerPerson returns the person who was removed and not restored, nil if there is none with the key.
func (d *Directory) FormerPerson(key PersonKey) *Person { return d.former[key] }

// NextPersonKey is the key that the next person on the staff will have.
func (d *Directory) NextPersonKey() PersonKey { return d.lastPerson + 1 }

// FormerPeople returns the people who were removed and not restored, by key.
func (d *Directory) FormerPeople() []*Person {
	out := make([]*Person, 0, len(d.former))
	for _, p := range d.former {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *Person) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// AddDepartment adds a department; its Key is given here, and so are the ids that it lacks.
func (d *Directory) AddDepartment(dept Department) (*Department, error) {
	dept.Key = d.lastDepartment + 1
	if dept.Key != RootDepartment && d.departments[dept.Parent] == nil {
		return nil, fmt.Errorf("sim: parent department %d %w", dept.Parent, ErrUnknown)
	}
	d.assignDepartmentIDs(&dept)
	if err := d.checkDepartment(&dept); err != nil {
		return nil, err
	}
	d.lastDepartment = dept.Key
	d.linkDepartment(&dept)
	d.record(Added, 0, dept.Key)
	return &dept, nil
}

// UpdateDepartment changes a department through edit, or leaves it as it was if edit or the check after it fails.
func (d *Directory) UpdateDepartment(key DepartmentKey, edit func(*Department) error) error {
	old := d.departments[key]
	if old == nil {
		return fmt.Errorf("sim: department %d %w", key, ErrUnknown)
	}
	dept := *old
	if err := edit(&dept); err != nil {
		return err
	}
	dept.Key = key
	d.unlinkDepartment(old)
	if err := d.checkDepartment(&dept); err != nil {
		d.linkDepartment(old)
		return err
	}
	d.linkDepartment(&dept)
	d.record(Updated, 0, key)
	return nil
}

// RemoveDepartment removes a department that has neither members nor children. The root stays.
func (d *Directory) RemoveDepartment(key DepartmentKey) error {
	dept := d.departments[key]
	switch {
	case dept == nil:
		return fmt.Errorf("sim: department %d %w", key, ErrUnknown)
	case key == RootDepartment:
		return fmt.Errorf("sim: removing the root %w", ErrInvalid)
	case len(d.memberKeys[key]) > 0 || len(d.childKeys[key]) > 0:
		return fmt.Errorf("sim: department %d %w", key, ErrNotEmpty)
	}
	d.unlinkDepartment(dept)
	d.formerDepts[key] = dept
	delete(d.memberKeys, key)
	d.leaveGroups(0, key)
	d.record(Removed, 0, key)
	return nil
}

func (d *Directory) checkDepartment(dept *Department) error {
	if dept.Key == RootDepartment {
		if dept.Parent != 0 {
			return fmt.Errorf("sim: moving the root %w", ErrInvalid)
		}
		return nil
	}
	parent := d.departments[dept.Parent]
	if parent == nil {
		// The department itself is unlinked while it is checked, so it is not found as its own parent either.
		if dept.Parent == dept.Key {
			return fmt.Errorf("sim: a department below itself %w", ErrInvalid)
		}
		return fmt.Errorf("sim: parent department %d %w", dept.Parent, ErrUnknown)
	}
	for above := parent; above.Key != RootDepartment; above = d.departments[above.Parent] {
		if above.Parent == dept.Key {
			return fmt.Errorf("sim: a department below itself %w", ErrInvalid)
		}
	}
	for _, sibling := range d.Children(dept.Parent) {
		if sibling.Name == dept.Name {
			return &TakenError{What: siblingName{}, Value: dept.Name}
		}
	}
	for kind := range numDepartmentIDs {
		if id := DepartmentIDOf(dept, kind); d.departmentIDs[kind][id] != 0 {
			return &TakenError{What: kind, Value: id}
		}
	}
	return nil
}

func (d *Directory) linkDepartment(dept *Department) {
	d.departments[dept.Key] = dept
	for kind := range numDepartmentIDs {
		d.departmentIDs[kind][DepartmentIDOf(dept, kind)] = dept.Key
	}
	if dept.Key != RootDepartment {
		d.childKeys[dept.Parent] = insertKey(d.childKeys[dept.Parent], dept.Key)
	}
}

func (d *Directory) unlinkDepartment(dept *Department) {
	delete(d.departments, dept.Key)
	for kind := range numDepartmentIDs {
		delete(d.departmentIDs[kind], DepartmentIDOf(dept, kind))
	}
	d.childKeys[dept.Parent] = slices.DeleteFunc(d.childKeys[dept.Parent],
		func(k DepartmentKey) bool { return k == dept.Key })
}

// AddPerson adds a person; the Key is given here, and so are the ids that are lacking.
func (d *Directory) AddPerson(p Person) (*Person, error) {
	p = Clone(&p)
	p.Key = d.lastPerson + 1
	p.Left = time.Time{}
	d.AssignIDs(&p)
	if err := d.checkPerson(&p); err != nil {
		return nil, err
	}
	d.lastPerson = p.Key
	d.linkPerson(&p)
	d.record(Added, p.Key, 0)
	return &p, nil
}

// UpdatePerson changes a person through edit, or leaves everything as it was if edit or the check after it fails.
func (d *Directory) UpdatePerson(key PersonKey, edit func(*Person) error) error {
	old := d.people[key]
	if old == nil {
		return fmt.Errorf("sim: person %d %w", key, ErrUnknown)
	}
	p := Clone(old)
	if err := edit(&p); err != nil {
		return err
	}
	p.Key = key
	d.unlinkPerson(old)
	if err := d.checkPerson(&p); err != nil {
		d.linkPerson(old)
		return err
	}
	d.linkPerson(&p)
	d.record(Updated, key, 0)
	return nil
}

// RemovePerson takes a person off the staff. The record is kept among the former people.
func (d *Directory) RemovePerson(key PersonKey, at time.Time) error {
	p := d.people[key]
	if p == nil {
		return fmt.Errorf("sim: person %d %w", key, ErrUnknown)
	}
	d.unlinkPerson(p)
	gone := Clone(p)
	gone.Left = at
	d.former[key] = &gone
	d.leaveGroups(key, 0)
	d.record(Removed, key, 0)
	for _, other := range d.people {
		if other.Manager == key {
			other.Manager = 0
		}
	}
	return nil
}

// RestorePerson puts a former person back on the staff, into the departments given. Ids that were given to others in
// the meantime make it fail.
func (d *Directory) RestorePerson(key PersonKey, memberships []Membership, at time.Time) (*Person, error) {
	gone := d.former[key]
	if gone == nil {
		return nil, fmt.Errorf("sim: former person %d %w", key, ErrUnknown)
	}
	p := Clone(gone)
	p.Left, p.Changed = time.Time{}, at
	p.Memberships, p.MainDepartment = slices.Clone(memberships), 0
	if d.people[p.Manager] == nil {
		p.Manager = 0
	}
	if err := d.checkPerson(&p); err != nil {
		return nil, err
	}
	delete(d.former, key)
	d.linkPerson(&p)
	d.record(Added, key, 0)
	return &p, nil
}

// UpdateFormer changes the record of somebody who was removed. What it says is checked when the person is restored.
func (d *Directory) UpdateFormer(key PersonKey, edit func(*Person)) {
	if gone := d.former[key]; gone != nil {
		p := Clone(gone)
		edit(&p)
		d.former[key] = &p
	}
}

// checkPerson checks a person who is not in the company yet for clashes with those who are, and makes the main
// department one of the memberships.
func (d *Directory) checkPerson(p *Person) error {
	if p.UserID == "" {
		return fmt.Errorf("sim: a person without a user id %w", ErrInvalid)
	}
	if err := d.CheckTaken(p); err != nil {
		return err
	}
	for i, m := range p.Memberships {
		if d.departments[m.Department] == nil {
			return fmt.Errorf("sim: department %d %w", m.Department, ErrUnknown)
		}
		if slices.ContainsFunc(p.Memberships[:i],
			func(other Membership) bool { return other.Department == m.Department }) {
			return fmt.Errorf("sim: being in department %d twice %w", m.Department, ErrInvalid)
		}
	}
	if _, ok := p.In(p.MainDepartment); !ok {
		p.MainDepartment = 0
		if len(p.Memberships) > 0 {
			p.MainDepartment = p.Memberships[0].Department
		}
	}
	if p.Manager != 0 && d.people[p.Manager] == nil && p.Manager != p.Key {
		return fmt.Errorf("sim: manager %d %w", p.Manager, ErrUnknown)
	}
	return nil
}

// CheckTaken looks for somebody else with one of the person's ids.
func (d *Directory) CheckTaken(p *Person) error {
	for kind := range numPersonIDs {
		id := Fold(kind, IDOf(p, kind))
		if owner := d.personIDs[kind][id]; id != "" && owner != 0 && owner != p.Key {
			return &TakenError{What: kind, Value: IDOf(p, kind)}
		}
	}
	return nil
}

func (d *Directory) linkPerson(p *Person) {
	d.people[p.Key] = p
	d.personKeys = insertKey(d.personKeys, p.Key)
	for kind := range numPersonIDs {
		if id := IDOf(p, kind); id != "" {
			d.personIDs[kind][Fold(kind, id)] = p.Key
		}
	}
	for _, m := range p.Memberships {
		if d.memberKeys[m.Department] == nil {
			d.memberKeys[m.Department] = make(map[PersonKey]bool)
		}
		d.memberKeys[m.Department][p.Key] = true
	}
}

func (d *Directory) unlinkPerson(p *Person) {
	delete(d.people, p.Key)
	if i, ok := slices.BinarySearch(d.personKeys, p.Key); ok {
		d.personKeys = slices.Delete(d.personKeys, i, i+1)
	}
	for kind := range numPersonIDs {
		if id := IDOf(p, kind); id != "" {
			delete(d.personIDs[kind], Fold(kind, id))
		}
	}
	for _, m := range p.Memberships {
		delete(d.memberKeys[m.Department], p.Key)
	}
}

// insertKey puts key into ascending keys; the usual place is the end.
func insertKey[K cmp.Ordered](keys []K, key K) []K {
	i, found := slices.BinarySearch(keys, key)
	if found {
		return keys
	}
	return slices.Insert(keys, i, key)
}

// DepartmentNamed returns the child of parent with the name, nil if there is none.
func (d *Directory) DepartmentNamed(parent DepartmentKey, name string) *Department {
	for _, child := range d.Children(parent) {
		if strings.EqualFold(child.Name, name) {
			return child
		}
	}
	return nil
}
