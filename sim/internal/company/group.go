package company

import (
	"fmt"
	"slices"
	"time"
)

// GroupKey is the simulator's own number of a group. It is on no wire, starts at 1 and is never used again for another
// group.
type GroupKey int

// GroupKind tells what a group is for.
type GroupKind int

// The kinds of groups.
const (
	// Tag puts people and whole departments together: tags at WeCom, user groups at Feishu.
	Tag GroupKind = iota
	// Role is what people do beside their job, and holds people only: roles at DingTalk, functional roles at Feishu.
	Role
)

// MarshalText writes the kind as a word, for the truth as JSON.
func (k GroupKind) MarshalText() ([]byte, error) { return word(int(k), "tag", "role") }

// Group is a group of people that cuts across the departments. A Group handed out by an [Organisation] is a copy:
// changing it changes nothing else.
type Group struct {
	Key  GroupKey  `json:"key"`
	Kind GroupKind `json:"kind"`
	Name string    `json:"name"` // unique among the groups of one kind

	// People are the members, in the order in which they came in. Somebody who leaves the company leaves its groups.
	People []PersonKey `json:"people,omitempty"`
	// Departments are members with all who are in them and below them. A role has none.
	Departments []DepartmentKey `json:"departments,omitempty"`

	Created time.Time `json:"created,omitzero"`
}

// groupName is what a TakenError speaks of when two groups of one kind would have one name.
type groupName struct{}

func (groupName) String() string { return "group name" }

// Group returns the group with the key, nil if there is none.
func (d *Directory) Group(key GroupKey) *Group { return d.groups[key] }

// Groups returns the groups of a kind by key.
func (d *Directory) Groups(kind GroupKind) []*Group {
	var out []*Group
	for key := GroupKey(1); key <= d.lastGroup; key++ {
		if g := d.groups[key]; g != nil && g.Kind == kind {
			out = append(out, g)
		}
	}
	return out
}

// GroupsOf returns the groups of a kind that name the person or one of the departments above the person, by key.
func (d *Directory) GroupsOf(person PersonKey, kind GroupKind) []*Group {
	return slices.DeleteFunc(d.Groups(kind), func(g *Group) bool { return !d.InGroup(person, g) })
}

// InGroup tells whether a group names the person or a department above the person.
func (d *Directory) InGroup(person PersonKey, g *Group) bool {
	if slices.Contains(g.People, person) {
		return true
	}
	p := d.people[person]
	if p == nil {
		return false
	}
	for _, m := range p.Memberships {
		for _, dept := range d.Path(m.Department) {
			if slices.Contains(g.Departments, dept.Key) {
				return true
			}
		}
	}
	return false
}

// AddGroup adds a group; its Key is given here.
func (d *Directory) AddGroup(g Group) (*Group, error) {
	g = cloneGroup(&g)
	g.Key = d.lastGroup + 1
	if err := d.checkGroup(&g); err != nil {
		return nil, err
	}
	d.lastGroup = g.Key
	d.groups[g.Key] = &g
	return &g, nil
}

// UpdateGroup changes a group through edit, or leaves it as it was if edit or the check after it fails.
func (d *Directory) UpdateGroup(key GroupKey, edit func(*Group) error) error {
	old := d.groups[key]
	if old == nil {
		return fmt.Errorf("sim: group %d %w", key, ErrUnknown)
	}
	g := cloneGroup(old)
	if err := edit(&g); err != nil {
		return err
	}
	g.Key, g.Kind = key, old.Kind
	if err := d.checkGroup(&g); err != nil {
		return err
	}
	d.groups[key] = &g
	return nil
}

// RemoveGroup removes a group. Its members stay.
func (d *Directory) RemoveGroup(key GroupKey) error {
	if d.groups[key] == nil {
		return fmt.Errorf("sim: group %d %w", key, ErrUnknown)
	}
	delete(d.groups, key)
	return nil
}

// checkGroup checks a group for members who are not there or are there twice, and for its name.
func (d *Directory) checkGroup(g *Group) error {
	if g.Kind == Role && len(g.Departments) > 0 {
		return fmt.Errorf("sim: a role of departments %w", ErrInvalid)
	}
	for _, other := range d.Groups(g.Kind) {
		if other.Name == g.Name && other.Key != g.Key {
			return &TakenError{What: groupName{}, Value: g.Name}
		}
	}
	for i, key := range g.People {
		if d.people[key] == nil {
			return fmt.Errorf("sim: person %d %w", key, ErrUnknown)
		}
		if slices.Contains(g.People[:i], key) {
			return fmt.Errorf("sim: person %d in a group twice %w", key, ErrInvalid)
		}
	}
	for i, key := range g.Departments {
		if d.departments[key] == nil {
			return fmt.Errorf("sim: department %d %w", key, ErrUnknown)
		}
		if slices.Contains(g.Departments[:i], key) {
			return fmt.Errorf("sim: department %d in a group twice %w", key, ErrInvalid)
		}
	}
	return nil
}

// leaveGroups takes a person or a department out of every group. Zero is nobody.
func (d *Directory) leaveGroups(person PersonKey, department DepartmentKey) {
	for key, g := range d.groups {
		if !slices.Contains(g.People, person) && !slices.Contains(g.Departments, department) {
			continue
		}
		left := cloneGroup(g)
		left.People = slices.DeleteFunc(left.People, func(k PersonKey) bool { return k == person })
		left.Departments = slices.DeleteFunc(left.Departments, func(k DepartmentKey) bool { return k == department })
		d.groups[key] = &left
	}
}

func cloneGroup(g *Group) Group {
	out := *g
	out.People, out.Departments = slices.Clone(g.People), slices.Clone(g.Departments)
	return out
}

// Groups returns the groups of a kind in the order in which they came to be.
func (o *Organisation) Groups(kind GroupKind) []Group {
	var out []Group
	View(o, func(d *Directory) {
		for _, g := range d.Groups(kind) {
			out = append(out, cloneGroup(g))
		}
	})
	return out
}

// AddGroup adds a group. Its Key is filled in.
func (o *Organisation) AddGroup(g Group) (Group, error) {
	var out Group
	err := Change(o, func(d *Directory) error {
		if g.Created.IsZero() {
			g.Created = o.now()
		}
		added, err := d.AddGroup(g)
		if err == nil {
			out = cloneGroup(added)
		}
		return err
	})
	return out, err
}

// UpdateGroup changes a group through edit. If edit fails, or would make names clash or name members who are not there,
// nothing is changed.
func (o *Organisation) UpdateGroup(key GroupKey, edit func(*Group) error) error {
	return Change(o, func(d *Directory) error { return d.UpdateGroup(key, edit) })
}

// RemoveGroup removes a group. Its members stay.
func (o *Organisation) RemoveGroup(key GroupKey) error {
	return Change(o, func(d *Directory) error { return d.RemoveGroup(key) })
}
