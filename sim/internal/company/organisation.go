package company

import (
	"fmt"
	"sync"
	"time"
)

// Organisation is the made-up company behind a simulator: its departments, its staff and who is where. It is the truth
// that a walk through any vendor's interface must arrive at. All methods may be used while requests are being answered;
// what they return is a copy.
type Organisation struct {
	mu  sync.RWMutex
	dir *Directory
	now func() time.Time
}

// View runs f on the organisation while nobody changes it. f must neither change what it sees nor keep it.
func View(o *Organisation, f func(*Directory)) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	f(o.dir)
}

// Change runs f on the organisation while nobody else looks at it.
func Change(o *Organisation, f func(*Directory) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return f(o.dir)
}

// Departments returns every department, the root first, in the order in which they came to be.
func (o *Organisation) Departments() []Department {
	var out []Department
	View(o, func(d *Directory) { out = copies(d.AllDepartments()) })
	return out
}

// Department returns the department with the key.
func (o *Organisation) Department(key DepartmentKey) (Department, bool) {
	var out Department
	var ok bool
	View(o, func(d *Directory) { out, ok = valueOf(d.Department(key)) })
	return out, ok
}

// FindDepartment returns the department with the vendor's id. Numeric ids are given in decimal.
func (o *Organisation) FindDepartment(kind DepartmentID, id string) (Department, bool) {
	if kind < 0 || kind >= numDepartmentIDs {
		return Department{}, false
	}
	var out Department
	var ok bool
	View(o, func(d *Directory) { out, ok = valueOf(d.FindDepartment(kind, id)) })
	return out, ok
}

// Children returns the departments directly below the department.
func (o *Organisation) Children(key DepartmentKey) []Department {
	var out []Department
	View(o, func(d *Directory) { out = copies(d.Children(key)) })
	return out
}

// Subtree returns the department and all departments below it, a parent before its children.
func (o *Organisation) Subtree(key DepartmentKey) []Department {
	var out []Department
	View(o, func(d *Directory) { out = copies(d.Subtree(key)) })
	return out
}

// People returns the staff, with all memberships, in the order in which they joined.
func (o *Organisation) People() []Person {
	var out []Person
	View(o, func(d *Directory) { out = clones(d.AllPeople()) })
	return out
}

// Person returns the person on the staff with the key.
func (o *Organisation) Person(key PersonKey) (Person, bool) {
	var out Person
	var ok bool
	View(o, func(d *Directory) {
		if p := d.Person(key); p != nil {
			out, ok = Clone(p), true
		}
	})
	return out, ok
}

// FindPerson returns the person on the staff with the id.
func (o *Organisation) FindPerson(kind PersonID, id string) (Person, bool) {
	if kind < 0 || kind >= numPersonIDs {
		return Person{}, false
	}
	var out Person
	var ok bool
	View(o, func(d *Directory) {
		if p := d.FindPerson(kind, id); p != nil {
			out, ok = Clone(p), true
		}
	})
	return out, ok
}

// Members returns the people who are directly in the department, those with the larger order first.
func (o *Organisation) Members(key DepartmentKey) []Person {
	var out []Person
	View(o, func(d *Directory) { out = clones(d.Members(key)) })
	return out
}

// Leaders returns the people who lead the department, those with the larger order first.
func (o *Organisation) Leaders(key DepartmentKey) []Person {
	var out []Person
	View(o, func(d *Directory) { out = clones(d.Leaders(key)) })
	return out
}

// FormerPeople returns those who were removed from the staff.
func (o *Organisation) FormerPeople() []Person {
	var out []Person
	View(o, func(d *Directory) { out = clones(d.FormerPeople()) })
	return out
}

// AddDepartment adds a department below dept.Parent. Key and missing ids are filled in.
func (o *Organisation) AddDepartment(dept Department) (Department, error) {
	var out Department
	err := Change(o, func(d *Directory) error {
		if dept.Created.IsZero() {
			dept.Created = o.now()
		}
		added, err := d.AddDepartment(dept)
		if err == nil {
			out = *added
		}
		return err
	})
	return out, err
}

// UpdateDepartment changes a department through edit. If edit fails, or would make ids or sibling names clash or a
// circle in the tree, nothing is changed.
func (o *Organisation) UpdateDepartment(key DepartmentKey, edit func(*Department) error) error {
	return Change(o, func(d *Directory) error { return d.UpdateDepartment(key, edit) })
}

// RemoveDepartment removes a department that has neither members nor children.
func (o *Organisation) RemoveDepartment(key DepartmentKey) error {
	return Change(o, func(d *Directory) error { return d.RemoveDepartment(key) })
}

// AddPerson puts a person on the staff. Key and missing vendor ids are filled in; UserID must be given.
func (o *Organisation) AddPerson(p Person) (Person, error) {
	var out Person
	err := Change(o, func(d *Directory) error {
		if p.Created.IsZero() {
			p.Created = o.now()
		}
		p.Changed = p.Created
		added, err := d.AddPerson(p)
		if err == nil {
			out = Clone(added)
		}
		return err
	})
	return out, err
}

// UpdatePerson changes a person through edit. If edit fails, or would make ids clash or name unknown departments,
// nothing is changed.
func (o *Organisation) UpdatePerson(key PersonKey, edit func(*Person) error) error {
	return Change(o, func(d *Directory) error {
		return d.UpdatePerson(key, func(p *Person) error {
			p.Changed = o.now()
			return edit(p)
		})
	})
}

// RemovePerson takes a person off the staff; see FormerPeople.
func (o *Organisation) RemovePerson(key PersonKey) error {
	return Change(o, func(d *Directory) error { return d.RemovePerson(key, o.now()) })
}

// RestorePerson puts a former person back on the staff, directly into the department.
func (o *Organisation) RestorePerson(key PersonKey, into DepartmentKey) (Person, error) {
	var out Person
	err := Change(o, func(d *Directory) error {
		p, err := d.RestorePerson(key, []Membership{{Department: into, DingTalkOrder: d.DingTalkOrder(key, into)}},
			o.now())
		if err == nil {
			out = Clone(p)
		}
		return err
	})
	return out, err
}

// MovePerson takes a person out of one department and into another.
func (o *Organisation) MovePerson(key PersonKey, from, to DepartmentKey) error {
	return Change(o, func(d *Directory) error { return d.MovePerson(key, from, to, o.now()) })
}

// MovePerson takes a person out of one department and into another, at a time of the caller's.
func (d *Directory) MovePerson(key PersonKey, from, to DepartmentKey, at time.Time) error {
	return d.UpdatePerson(key, func(p *Person) error {
		if _, ok := p.In(from); !ok {
			return fmt.Errorf("sim: person %d in department %d %w", key, from, ErrUnknown)
		}
		for i := range p.Memberships {
			if p.Memberships[i].Department == from {
				p.Memberships[i] = Membership{Department: to, DingTalkOrder: d.DingTalkOrder(key, to)}
			}
		}
		if p.MainDepartment == from {
			p.MainDepartment = to
		}
		p.Changed = at
		return nil
	})
}

func copies[T any](in []*T) []T {
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = *v
	}
	return out
}

func valueOf[T any](v *T) (T, bool) {
	if v == nil {
		var zero T
		return zero, false
	}
	return *v, true
}

func clones(in []*Person) []Person {
	out := make([]Person, len(in))
	for i, p := range in {
		out[i] = Clone(p)
	}
	return out
}
