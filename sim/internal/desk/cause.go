package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/wire"
)

// CauseKind is something that keeps an app from the directory, or from part of it. The text is what a command line
// would call it.
type CauseKind string

// The kinds of causes.
const (
	CausePermissionMissing      CauseKind = "permission-missing"
	CauseFieldPermissionMissing CauseKind = "field-permission-missing"
	CauseRangeEmpty             CauseKind = "range-empty"
	CauseRangePartial           CauseKind = "range-partial"
	CauseSecretOfAnotherKind    CauseKind = "secret-of-another-kind"
	CauseAddressRefused         CauseKind = "address-refused"
	CauseAppUnpublished         CauseKind = "app-unpublished"
	CauseAppDisabled            CauseKind = "app-disabled"
	CauseSignatureRefused       CauseKind = "signature-refused"
	CauseBaseURLWrong           CauseKind = "base-url-wrong"
	CauseClockOff               CauseKind = "clock-off"
	CauseEditionLacks           CauseKind = "edition-lacks-interface"
)

// CauseKinds lists all kinds of causes.
func CauseKinds() []CauseKind {
	return []CauseKind{CausePermissionMissing, CauseFieldPermissionMissing, CauseRangeEmpty, CauseRangePartial,
		CauseSecretOfAnotherKind, CauseAddressRefused, CauseAppUnpublished, CauseAppDisabled, CauseSignatureRefused,
		CauseBaseURLWrong, CauseClockOff, CauseEditionLacks}
}

// CommonCauses are the kinds that every vendor has.
func CommonCauses() []CauseKind {
	return []CauseKind{CausePermissionMissing, CauseFieldPermissionMissing, CauseRangeEmpty, CauseRangePartial,
		CauseSecretOfAnotherKind, CauseAddressRefused, CauseAppDisabled, CauseBaseURLWrong, CauseClockOff}
}

// Cause is one such thing at one vendor.
type Cause struct {
	Kind CauseKind

	Names       []string // permissions, operations or fields; see the kinds
	Departments []company.DepartmentKey
	People      []string // user ids
	By          time.Duration
	Window      time.Duration
	Status      int
}

// causeList holds the causes that are provoked, by vendor, in the order in which they came.
type causeList struct {
	mu   sync.RWMutex
	list map[string][]*Cause
}

// Provoke puts a cause into the world of a vendor until end is called. It fails if the vendor does not have the kind,
// or the cause lacks what its kind needs.
func (d *Desk) Provoke(vendor string, c Cause) (end func(), err error) {
	if err := d.checkCause(vendor, c); err != nil {
		return nil, err
	}
	l := &d.causes
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.list == nil {
		l.list = make(map[string][]*Cause)
	}
	l.list[vendor] = append(l.list[vendor], &c)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.list[vendor] = slices.DeleteFunc(slices.Clone(l.list[vendor]), func(o *Cause) bool { return o == &c })
	}, nil
}

// checkCause refuses what would provoke nothing.
func (d *Desk) checkCause(vendor string, c Cause) error {
	v := d.parts[vendor]
	if v == nil {
		return fmt.Errorf("vendor %q: there are %s", vendor, strings.Join(d.Vendors(), ", "))
	}
	if kinds := v.Causes(); !slices.Contains(kinds, c.Kind) {
		return fmt.Errorf("kind %q: %s has %q", c.Kind, vendor, kinds)
	}
	named := c.Kind == CausePermissionMissing || c.Kind == CauseFieldPermissionMissing
	switch {
	case named && len(c.Names) == 0:
		return fmt.Errorf("%s: say the names of what is missing", c.Kind)
	case slices.Contains(c.Names, ""):
		return fmt.Errorf("%s: a name is empty", c.Kind)
	case c.Kind == CauseRangePartial && len(c.Departments)+len(c.People) == 0:
		return fmt.Errorf("%s: say which departments or people are left", c.Kind)
	case c.Kind == CauseClockOff && c.By == 0:
		return fmt.Errorf("%s: say by how much", c.Kind)
	case c.Status != 0 && c.Status != http.StatusOK && c.Status != http.StatusNotFound:
		return fmt.Errorf("status %d: want 200 or 404", c.Status)
	}
	for _, id := range c.People {
		if _, ok := d.Company.FindPerson(company.ByUserID, id); !ok {
			return fmt.Errorf("nobody has the staff id %q", id)
		}
	}
	return d.checkNames(v, c)
}

// checkNames refuses a permission that nothing needs: a test with a misspelt one would pass for nothing. Names of
// fields are not checked: a field may be one that only some people have.
func (d *Desk) checkNames(v Vendor, c Cause) error {
	if c.Kind != CausePermissionMissing && c.Kind != CauseEditionLacks {
		return nil
	}
	known := v.Permissions()
	for _, op := range v.Operations() {
		known = append(append(known, op.ID), op.Scopes...)
	}
	for _, name := range c.Names {
		if !containsFold(known, name) {
			return fmt.Errorf("%s: %s has neither an operation nor a permission %q", c.Kind, v.Name(), name)
		}
	}
	return nil
}

// CauseOf returns the cause of a kind that a vendor suffers from: the newest, if there are several.
func (d *Desk) CauseOf(vendor string, kind CauseKind) (Cause, bool) {
	d.causes.mu.RLock()
	defer d.causes.mu.RUnlock()
	for _, c := range slices.Backward(d.causes.list[vendor]) {
		if c.Kind == kind {
			return *c, true
		}
	}
	return Cause{}, false
}

// Suffers tells whether a vendor suffers from a kind of cause.
func (d *Desk) Suffers(vendor string, kind CauseKind) bool {
	_, ok := d.CauseOf(vendor, kind)
	return ok
}

// Lacks tells whether one of a vendor's causes of these kinds names a permission, an operation or a field.
func (d *Desk) Lacks(vendor, name string, kinds ...CauseKind) bool {
	return containsFold(d.names(vendor, kinds...), name)
}

// Concerns tells whether a vendor's cause of a kind is about an operation: one without names is about all of them.
func (d *Desk) Concerns(vendor string, kind CauseKind, operation string) bool {
	c, ok := d.CauseOf(vendor, kind)
	return ok && (len(c.Names) == 0 || d.Lacks(vendor, operation, kind))
}

// names are what the causes of some kinds name.
func (d *Desk) names(vendor string, kinds ...CauseKind) []string {
	d.causes.mu.RLock()
	defer d.causes.mu.RUnlock()
	var names []string
	for _, c := range d.causes.list[vendor] {
		if slices.Contains(kinds, c.Kind) {
			names = append(names, c.Names...)
		}
	}
	return names
}

// RangeOf returns the range that a cause leaves to a vendor's apps. An empty one is a range, too.
func (d *Desk) RangeOf(vendor string) (r Range, ok bool) {
	if d.Suffers(vendor, CauseRangeEmpty) {
		return Range{}, true
	}
	c, ok := d.CauseOf(vendor, CauseRangePartial)
	return Range{Departments: c.Departments, UserIDs: c.People}, ok
}

// Range is what an app may see: departments with all below them, and single people by user id.
type Range struct {
	Departments []company.DepartmentKey
	UserIDs     []string
}

// Whole tells whether the range has the whole company.
func (r Range) Whole() bool { return slices.Contains(r.Departments, company.RootDepartment) }

// People are the single people of the range who are still on the staff.
func (r Range) People(d *company.Directory) []company.PersonKey {
	var keys []company.PersonKey
	for _, id := range r.UserIDs {
		if p := d.FindPerson(company.ByUserID, id); p != nil {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

// Clock is the time that a vendor's servers have.
func (d *Desk) Clock(vendor string) time.Time {
	c, _ := d.CauseOf(vendor, CauseClockOff)
	return d.Now().Add(c.By)
}

// wrongBaseURL answers in the place of a vendor at whose address there is another product, and tells whether it did:
// with a page of HTML, or as the vendor answers paths that it does not have, with a page if that is not known.
func (d *Desk) wrongBaseURL(v Vendor, w http.ResponseWriter, r *http.Request) bool {
	c, ok := d.CauseOf(v.Name(), CauseBaseURLWrong)
	if !ok {
		return false
	}
	_, owns := v.(PathOwner)
	switch {
	case c.Status == http.StatusNotFound && owns:
		v.Refuse(w, r, UnknownPathError{})
	case c.Status == http.StatusNotFound:
		writeHTML(w, http.StatusNotFound)
	default:
		writeHTML(w, http.StatusOK)
	}
	return true
}

// withhold takes the fields for which a permission is missing out of an answer. The vendors leave nearly all of them
// out altogether: they are neither null nor empty then. What tells the outcome stays.
func (d *Desk) withhold(c *Call, a *Answer) {
	v := c.vendor
	names, words := d.names(v.Name(), CauseFieldPermissionMissing, CausePermissionMissing), v.Words()
	if exempt, ok := v.(Exempter); words.Opens != nil && (!ok || !exempt.Exempt(c)) {
		opens := OpenedBy(words.Opens, c.Operation.ID)
		for _, name := range slices.Clone(names) {
			names = append(names, opens[name]...)
		}
	}
	if len(names) == 0 {
		return
	}
	doc, ok := ParseDocument(a.Body.Bytes())
	if !ok {
		return
	}
	doc.find(func(object map[string]any, name string) bool {
		if !slices.Contains(names, name) || slices.Contains(words.Envelope, name) {
			return false
		}
		if left, ok := words.Hidden[name]; ok {
			object[name] = left
		} else {
			delete(object, name)
		}
		return false
	})
	a.Replace(doc.Bytes())
}

// OpenedBy returns the members that each permission opens in the answer of an operation: what a document says of its
// own schema, or else of the schemas that operations share.
func OpenedBy(fields []wire.FieldAccess, operation string) map[string][]string {
	own, shared := make(map[string][]string), make(map[string][]string)
	for _, f := range fields {
		schema, member, _ := strings.Cut(f.Field, ".")
		for _, scope := range f.Scopes {
			switch {
			case strings.EqualFold(schema, operation+"Answer"):
				own[scope] = append(own[scope], member)
			case !strings.HasSuffix(schema, "Answer"):
				shared[scope] = append(shared[scope], member)
			}
		}
	}
	if len(own) > 0 {
		return own
	}
	return shared
}

// PermissionsFor are the permissions that open fields, sorted.
func PermissionsFor(fields []wire.FieldAccess) []string {
	var all []string
	for _, f := range fields {
		all = append(all, f.Scopes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func containsFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}
