package feishu

import (
	"time"

	"github.com/roster-go/roster/sim/internal/company"
)

// Config holds the options that only Feishu knows.
type Config struct {
	Only    []string // scopes of the demo apps; nil for all
	Without []string // scopes that the demo apps do not have
	Range   *Range   // contact range of the demo apps; nil for all members
	// who is hidden from the apps, and from all users but themselves; nil for nobody
	Hidden           func(company.Person) bool
	SingleDepartment bool          // nobody may be in several departments
	FixedLists       bool          // no cities and job titles can be added
	RecursionLimit   int           // departments that fetch_child may find; 0 for no limit
	MonthlyCalls     int           // 0 for a paid plan
	CleanUp          time.Duration // how long the clean-up after a deletion or restoration runs on
}

// Range is a contact range: departments with all below them, and single people by user id of the company.
type Range struct {
	Departments []company.DepartmentKey
	UserIDs     []string
}

// area is the contact range that the demo apps begin with.
func (c Config) area() area {
	if c.Range == nil {
		return area{hidden: c.Hidden}
	}
	return newArea(c.Range.Departments, c.Range.UserIDs, c.Hidden)
}
