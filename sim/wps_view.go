package sim

import (
	"slices"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsView is what the caller of one call sees of the company.
type wpsView struct {
	part     *wps
	dir      *directory
	tops     []DepartmentKey
	scopes   []string
	external bool // ids in the request are those of the outer identity source
}

// viewOf returns what the caller of c sees.
func (w *wps) viewOf(c *call, d *directory) wpsView {
	g := w.grantOf(c)
	w.mu.Lock()
	defer w.mu.Unlock()
	return wpsView{
		part: w, dir: d, tops: w.tops, scopes: g.scopes,
		external: c.request.Header.Get("X-Kso-Id-Type") == string(wpsserver.KsoIDTypeExternal),
	}
}

// nothing tells whether the app has no data permission at all.
func (v wpsView) nothing() bool { return len(v.tops) == 0 }

// everything tells whether the app sees the whole company, people without a department and people who left included.
func (v wpsView) everything() bool { return slices.Contains(v.tops, RootDepartment) }

// department tells whether a department is within the data permission.
func (v wpsView) department(key DepartmentKey) bool {
	return slices.ContainsFunc(v.dir.path(key), func(above *Department) bool { return slices.Contains(v.tops, above.Key) })
}

// person tells whether a person is within the data permission.
func (v wpsView) person(p *Person) bool {
	if v.everything() {
		return true
	}
	return p.Left.IsZero() && slices.ContainsFunc(p.Memberships, func(m Membership) bool { return v.department(m.Department) })
}

// userNamed returns the person on the staff with an id of the kind that the call speaks, nil if there is none or the app does not see
// the person.
func (v wpsView) userNamed(id string) *Person {
	p := v.dir.findPerson(ByWPSUserID, id)
	if v.external {
		p = v.userNamedOutside(id)
	}
	if p == nil || !v.person(p) {
		return nil
	}
	return p
}

// userNamedOutside returns the person with the id of the outer identity source.
func (v wpsView) userNamedOutside(id string) *Person {
	for _, p := range []*Person{v.dir.findPerson(ByUserID, id), v.dir.findPerson(ByWPSUserID, id)} {
		if p != nil && wpsExUserID(p) == id {
			return p
		}
	}
	return nil
}

// deptNamed is the same for departments.
func (v wpsView) deptNamed(id string) *Department {
	dept := v.dir.findDepartment(ByWPSID, id)
	if v.external {
		dept = v.deptNamedOutside(id)
	}
	if dept == nil || !v.department(dept.Key) {
		return nil
	}
	return dept
}

// deptNamedOutside returns the department with the id of the outer identity source.
func (v wpsView) deptNamedOutside(id string) *Department {
	for _, dept := range v.dir.allDepartments() {
		if v.part.exDeptID(dept) == id {
			return dept
		}
	}
	return nil
}

// wpsStates is a set of states of users.
type wpsStates map[wpsserver.UserStatus]bool

// statesOf reads the filter that nearly all reads of users demand. The public cloud does not take dimission.
func (w *wps) statesOf(filter []wpsserver.UserStatusFilter) (wpsStates, error) {
	if len(filter) == 0 {
		return nil, wpsInvalid("status is required")
	}
	states := make(wpsStates)
	for _, status := range filter {
		if !status.Valid() || status == wpsserver.UserStatusFilterDimission && !w.private() {
			return nil, wpsInvalid("status may be active, notactive or disabled, and is repeated for several")
		}
		states[wpsserver.UserStatus(status)] = true
	}
	return states, nil
}

// people returns those in one of the states by key, whether the app sees them or not.
func (v wpsView) people(states wpsStates) []*Person {
	all := v.dir.allPeople()
	if states[wpsserver.UserStatusDimission] {
		all = append(all, v.dir.formerPeople()...)
		slices.SortFunc(all, func(a, b *Person) int { return int(a.Key - b.Key) })
	}
	return slices.DeleteFunc(all, func(p *Person) bool { return !states[wpsStatus(p)] })
}

// find returns the visible people in one of the states who match.
func (v wpsView) find(states wpsStates, match func(*Person) bool) []*Person {
	return slices.DeleteFunc(v.people(states), func(p *Person) bool { return !match(p) || !v.person(p) })
}
