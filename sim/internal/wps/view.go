package wps

import (
	"slices"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// view is what the caller of one call sees of the company.
type view struct {
	part     *Vendor
	dir      *company.Directory
	tops     []company.DepartmentKey
	singles  []company.PersonKey // given one by one
	scopes   []string
	external bool // ids in the request are those of the outer identity source
}

// viewOf returns what the caller of c sees.
func (w *Vendor) viewOf(c *desk.Call, d *company.Directory) view {
	g := w.grantOf(c)
	w.mu.Lock()
	defer w.mu.Unlock()
	v := view{
		part: w, dir: d, tops: w.tops, singles: w.singles, scopes: w.granted(g.scopes),
		external: c.Request.Header.Get("X-Kso-Id-Type") == string(wpsserver.KsoIDTypeExternal),
	}
	if r, ok := w.desk.RangeOf(Name); ok {
		v.tops, v.singles = r.Departments, r.People(d)
	}
	return v
}

// nothing tells whether the app has no data permission at all.
func (v view) nothing() bool { return len(v.tops)+len(v.singles) == 0 }

// everything tells whether the app sees the whole company, people without a department and people who left included.
func (v view) everything() bool { return slices.Contains(v.tops, company.RootDepartment) }

// department tells whether a department is within the data permission.
func (v view) department(key company.DepartmentKey) bool {
	return slices.ContainsFunc(v.dir.Path(key),
		func(above *company.Department) bool { return slices.Contains(v.tops, above.Key) })
}

// person tells whether a person is within the data permission.
func (v view) person(p *company.Person) bool {
	if v.everything() {
		return true
	}
	return p.Left.IsZero() && (slices.Contains(v.singles, p.Key) || slices.ContainsFunc(p.Memberships,
		func(m company.Membership) bool { return v.department(m.Department) }))
}

// userNamed returns the person on the staff with an id of the kind that the call speaks, nil if there is none or the
// app does not see the person.
func (v view) userNamed(id string) *company.Person {
	p := v.dir.FindPerson(company.ByWPSUserID, id)
	if v.external {
		p = v.userNamedOutside(id)
	}
	if p == nil || !v.person(p) {
		return nil
	}
	return p
}

// userNamedOutside returns the person with the id of the outer identity source.
func (v view) userNamedOutside(id string) *company.Person {
	for _, p := range []*company.Person{v.dir.FindPerson(company.ByUserID, id),
		v.dir.FindPerson(company.ByWPSUserID, id)} {
		if p != nil && exUserID(p) == id {
			return p
		}
	}
	return nil
}

// deptNamed is the same for departments.
func (v view) deptNamed(id string) *company.Department {
	dept := v.dir.FindDepartment(company.ByWPSID, id)
	if v.external {
		dept = v.deptNamedOutside(id)
	}
	if dept == nil || !v.department(dept.Key) {
		return nil
	}
	return dept
}

// deptNamedOutside returns the department with the id of the outer identity source.
func (v view) deptNamedOutside(id string) *company.Department {
	for _, dept := range v.dir.AllDepartments() {
		if v.part.exDeptID(dept) == id {
			return dept
		}
	}
	return nil
}

// stateSet is a set of states of users.
type stateSet map[wpsserver.UserStatus]bool

// statesOf reads the filter that nearly all reads of users demand. The public cloud does not take dimission.
func (w *Vendor) statesOf(filter []wpsserver.UserStatusFilter) (stateSet, error) {
	if len(filter) == 0 {
		return nil, invalid("status is required")
	}
	states := make(stateSet)
	for _, status := range filter {
		if !status.Valid() || status == wpsserver.UserStatusFilterDimission && !w.private() {
			return nil, invalid("status may be active, notactive or disabled, and is repeated for several")
		}
		states[wpsserver.UserStatus(status)] = true
	}
	return states, nil
}

// people returns those in one of the states by key, whether the app sees them or not.
func (v view) people(states stateSet) []*company.Person {
	all := v.dir.AllPeople()
	if states[wpsserver.UserStatusDimission] {
		all = append(all, v.dir.FormerPeople()...)
		slices.SortFunc(all, func(a, b *company.Person) int { return int(a.Key - b.Key) })
	}
	return slices.DeleteFunc(all, func(p *company.Person) bool { return !states[status(p)] })
}

// find returns the visible people in one of the states who match.
func (v view) find(states stateSet, match func(*company.Person) bool) []*company.Person {
	return slices.DeleteFunc(v.people(states), func(p *company.Person) bool { return !match(p) || !v.person(p) })
}
