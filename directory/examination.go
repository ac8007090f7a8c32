package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/directory/internal/diagnosis"
	"github.com/roster-go/roster/wire"
)

// examination is a diagnosis under way.
type examination struct {
	ctx     context.Context // of one Diagnose, which this is
	d       Directory
	options DiagnoseOptions
	out     Diagnosis

	vendorURL  string // where the vendor itself is
	operations []*wire.Operation
	explain    func(e *clients.Error) explanation
	attributes func(x *examination, ids []string) // looks at the company's own fields; nil: rows have them

	looked map[string]bool // parts
	shut   string          // the code of the finding after which nothing more can be seen
	outage error

	scope       Scope
	scopeSeen   bool
	departments []Department // listed, the first to be sampled
	allListed   bool
	people      sample

	mu       sync.Mutex // of what answers tell
	requests int
	good     map[string]bool // operations that were answered with HTTP 200
	clocks   []time.Duration // how far the vendor's is ahead
	left     int             // calls, by the vendor's answer; -1: it does not tell
	leftOf   int
}

// explanation is what a refusal comes from.
type explanation struct {
	id     diagnosis.ID // "": not known
	values map[string]string

	permissions []string
	address     string
}

func newExamination(ctx context.Context, d Directory, o DiagnoseOptions) *examination {
	x := &examination{d: d, options: o, looked: make(map[string]bool), good: make(map[string]bool), left: -1,
		out: Diagnosis{Vendor: d.Vendor(), Findings: []Finding{}, Unseen: []Unseen{}, Healthy: []string{},
			Fields: []FieldCount{}}}
	x.ctx = clients.WithAnswers(ctx, x.heard)
	x.people.init()
	return x
}

// heard takes notice of an answer's headers.
func (x *examination) heard(a clients.Answer) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.requests++
	if a.Status == http.StatusOK {
		x.good[a.Operation] = true
	}
	if date, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		// The date is of a moment between the two, cut to a second: what can be said for certain.
		ahead := max(date.Sub(a.Received), 0)
		if behind := date.Add(time.Second).Sub(a.Sent); behind < 0 {
			ahead = behind
		}
		x.clocks = append(x.clocks, ahead)
	}
	for _, prefix := range []string{"X-Ratelimit-", "X-Rate-Limit-", "X-Ogw-Ratelimit-"} {
		left, err := strconv.Atoi(a.Header.Get(prefix + "Remaining"))
		of, err2 := strconv.Atoi(a.Header.Get(prefix + "Limit"))
		if err == nil && err2 == nil && of > 0 && left >= 0 && (x.left < 0 || left*x.leftOf < x.left*of) {
			x.left, x.leftOf = left, of
		}
	}
}

// begin notes what the client was made with, and looks at the store for tokens.
func (x *examination) begin(setup clients.Setup, vendorURLs ...string) {
	x.out.BaseURL = setup.BaseURL
	x.vendorURL = vendorURLs[0]
	for _, url := range vendorURLs {
		if setup.BaseURL == url {
			x.vendorURL = url
		}
	}
	if setup.TokenStore == nil {
		return
	}
	x.looked[partStore] = true
	if err := tryStore(x.ctx, setup.TokenStore); err != nil && x.ctx.Err() == nil {
		x.find(diagnosis.TokenStore, map[string]string{"why": reason(err)}, Finding{})
	}
}

// storePatience is how long a store may take.
const storePatience = 5 * time.Second

// tryStore reads what nobody keeps, and takes a lock that nobody else wants.
func tryStore(ctx context.Context, store token.Store) error {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	key := token.Key("diagnosis")
	if _, err := store.Get(ctx, key); err != nil {
		return err
	}
	unlock, ok, err := store.TryLock(ctx, key) // that somebody else has it is fine
	if ok {
		unlock()
	}
	return err
}

// reason is an error in few words, without what addresses and texts of others may hold.
func reason(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "it does not answer in time"
	case strings.Contains(err.Error(), "did not answer in time"):
		return "it does not answer in time"
	case strings.Contains(err.Error(), "refused"):
		return "connection refused"
	case strings.Contains(err.Error(), "NOAUTH"), strings.Contains(err.Error(), "WRONGPASS"):
		return "the password is refused"
	case strings.Contains(err.Error(), "READONLY"):
		return "it may only be read"
	default:
		return "it fails when it is read or locked"
	}
}

// look looks at one thing, which is called what in texts, and tells whether it could be seen.
func (x *examination) look(part, what string, see func(ctx context.Context) error) bool {
	switch {
	case x.ctx.Err() != nil || x.outage != nil:
		return false
	case x.shut != "":
		x.unseen(what, "the finding above has to be mended first", x.shut)
		return false
	case x.spent() >= x.options.MaxCalls:
		x.unseen(what, "the number of requests was used up (MaxCalls)")
		return false
	}
	err := see(x.ctx)
	if x.ctx.Err() != nil {
		return false
	}
	if err == nil {
		x.looked[part] = true
		x.looked[partCredentials], x.looked[partAddress], x.looked[partBaseURL] = true, true, true
		return true
	}
	x.refused(part, what, err)
	return false
}

// quietly looks at what a walk does not need: being refused it is no finding.
func (x *examination) quietly(see func(ctx context.Context) error) {
	if x.ctx.Err() == nil && x.outage == nil && x.shut == "" && x.spent() < x.options.MaxCalls {
		_ = see(x.ctx) // the number stays unknown
	}
}

// answered tells whether a call of an operation came back with HTTP 200.
func (x *examination) answered(operation string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.good[operation]
}

func (x *examination) spent() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.requests
}

// refused explains why something could not be seen.
func (x *examination) refused(part, what string, err error) {
	var e *clients.Error
	if !errors.As(err, &e) {
		x.outage = err
		return
	}
	ex := x.why(e)
	if ex.id == "" {
		x.outage = err
		return
	}
	values := map[string]string{"code": cmp.Or(e.Code, "none"), "operation": e.Operation, "what": what,
		"kind": strings.ReplaceAll(string(e.Kind), "_", " "), "request": cmp.Or(e.RequestID, "of the call"),
		"permissions": x.oneOf(ex.permissions), "permission": x.permission(ex.permissions),
		"address": cmp.Or(ex.address, "this machine's, which it does not name")}
	for name, value := range ex.values {
		values[name] = value
	}
	code := x.find(ex.id, values, Finding{VendorCode: e.Code, Permissions: ex.permissions, Address: ex.address,
		Operations: []string{e.Operation}})
	x.looked[part] = true
	if diagnosis.Shuts(ex.id) {
		x.shut = code
	}
	x.unseen(what, "it was refused", code)
}

// why explains a refusal, first in the vendor's way and then by its kind. An empty id is an outage.
func (x *examination) why(e *clients.Error) explanation {
	base := explanation{id: diagnosis.BaseURLWrong, address: x.out.BaseURL}
	switch {
	case errors.Is(e, token.ErrStore):
		return explanation{id: diagnosis.TokenStore, values: map[string]string{"why": "a token could not be kept in " +
			"it"}}
	case e.Code == "" && e.Detail == nil && x.out.BaseURL != x.vendorURL && !x.looked[partBaseURL] &&
		e.HTTPStatus < 500 &&
		(errors.Is(e, clients.ErrUnavailable) || errors.Is(e, clients.ErrBadResponse) ||
			e.HTTPStatus == http.StatusNotFound):
		base.values = map[string]string{"why": "nothing answers"}
		if e.HTTPStatus != 0 {
			base.values["why"] = fmt.Sprintf("HTTP %d, and not in the vendor's words", e.HTTPStatus)
		}
		return base
	}
	ex := x.explain(e)
	switch {
	case ex.id == diagnosis.BaseURLWrong:
		base.values = map[string]string{"why": "code " + e.Code + ", there is no such path"}
		return base
	case ex.id != "":
	case errors.Is(e, clients.ErrRateLimited):
		ex.id = diagnosis.QuotaUsedUp
	case errors.Is(e, clients.ErrUnavailable) || errors.Is(e, clients.ErrCanceled):
		return explanation{}
	case errors.Is(e, clients.ErrPermission):
		if ex.permissions == nil {
			ex.permissions = x.scopesOf(e.Operation)
		}
		ex.id = diagnosis.PermissionMissing
		if ex.permissions == nil {
			ex.id = diagnosis.Unexplained
		}
	default:
		ex.id = diagnosis.Unexplained
	}
	if ex.values == nil {
		ex.values = make(map[string]string)
	}
	if ex.id == diagnosis.QuotaUsedUp {
		ex.values["wait"] = ""
		if e.RetryAfter > 0 {
			ex.values["wait"] = fmt.Sprintf("; it asks to wait %s", e.RetryAfter)
		}
	}
	return ex
}

// addressIn is the first internet address in a text, "" if there is none.
func addressIn(text string) string {
	for _, word := range strings.FieldsFunc(text,
		func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF.:", r) }) {
		word = strings.Trim(word, ".:")
		if strings.Count(word, ".")+strings.Count(word, ":") < 2 {
			continue
		}
		if address, err := netip.ParseAddr(word); err == nil {
			return address.String()
		}
	}
	return ""
}

// scopesOf are the permissions that the document names for an operation.
func (x *examination) scopesOf(id string) []string {
	for _, op := range x.operations {
		if op.ID == id {
			return op.Scopes
		}
	}
	return nil
}

// find adds a finding, or what is new of it to one that is the same in the end, and returns its code.
func (x *examination) find(id diagnosis.ID, values map[string]string, more Finding) string {
	cause, place, ok := diagnosis.Find(id, x.out.Vendor)
	if !ok {
		cause, place, _ = diagnosis.Find(diagnosis.Unexplained, x.out.Vendor)
	}
	f := more
	f.Code, f.Severity = string(cause.ID), Severity(cause.Severity)
	if what := values["what"]; what != "" {
		f.whats = []string{what}
	}
	f.write(cause, place, values)
	for i := range x.out.Findings {
		other := &x.out.Findings[i]
		if other.sameAs(&f) {
			other.Operations = with(other.Operations, f.Operations...)
			other.whats = with(other.whats, f.whats...)
			if len(other.Operations) > 0 {
				values["operation"], values["what"] = andList(other.Operations), andList(other.whats)
				other.write(cause, place, values)
			}
			return other.Code
		}
	}
	x.out.Findings = append(x.out.Findings, f)
	x.looked[partOf(cause.ID)] = true
	return f.Code
}

// with is a list with what it lacks of more.
func with(all []string, more ...string) []string {
	for _, s := range more {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// write puts the texts in.
func (f *Finding) write(cause diagnosis.Cause, place diagnosis.Place, values map[string]string) {
	fill := func(text string) string { return diagnosis.Fill(text, values) }
	f.Seen, f.Means, f.Do = fill(cause.Seen.EN), fill(cause.Means.EN), fill(place.Do.EN)
	f.Where = Place{Console: fill(place.Console), Page: fill(place.Page), Switch: fill(place.Switch)}
}

// sameAs tells whether two findings are one: the same is to be mended in the same place.
func (f *Finding) sameAs(other *Finding) bool {
	sorted := func(all []string) []string { return slices.Sorted(slices.Values(all)) }
	switch {
	case f.Code != other.Code, !slices.Equal(sorted(f.Permissions), sorted(other.Permissions)),
		!slices.Equal(f.Fields, other.Fields):
		return false
	case f.Code == string(diagnosis.Unexplained):
		return f.VendorCode == other.VendorCode
	case f.Code == string(diagnosis.CredentialsRefused), f.Code == string(diagnosis.SecretOfAnotherKind):
		return f.Seen == other.Seen // there may be two secrets
	default:
		return true
	}
}

// unseen notes what could not be looked at.
func (x *examination) unseen(what, why string, because ...string) {
	x.out.Unseen = append(x.out.Unseen, Unseen{What: what, Why: why, Because: because})
}

// has tells whether there is a finding with a code.
func (x *examination) has(id diagnosis.ID) bool {
	return slices.ContainsFunc(x.out.Findings, func(f Finding) bool { return f.Code == string(id) })
}

// orList is "a", "a or b", "a, b or c".
func orList(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}

// oneOf is "a" or "one of a or b", of permissions with what the console calls them.
func (x *examination) oneOf(permissions []string) string {
	titled := x.titled(permissions)
	switch {
	case len(titled) < 2:
		return orList(titled)
	case x.all():
		return andList(titled)
	}
	return "one of " + orList(titled)
}

// permission is what to search for in the console: the first, which opens the least, or all of them.
func (x *examination) permission(permissions []string) string {
	titled := x.titled(permissions)
	if len(titled) > 1 && !x.all() {
		titled = titled[:1]
	}
	return andList(titled)
}

// all tells whether a call needs all permissions that stand with it, and not any of them.
func (x *examination) all() bool { return x.out.Vendor == "dingtalk" }

// titled are permissions with what the console calls them.
func (x *examination) titled(permissions []string) []string {
	titles := diagnosis.Titles(x.out.Vendor)
	all := make([]string, 0, len(permissions))
	for _, name := range permissions {
		if title := titles[name]; title != "" {
			name = title + " (" + name + ")"
		}
		all = append(all, name)
	}
	return all
}

// andList is "a", "a and b", "a, b and c".
func andList(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}

// The words for what is looked at.
const (
	whatRange       = "the app's range"
	whatDepartments = "departments"
	whatMembers     = "members of departments"
	whatDetails     = "details of single people"
	whatFields      = "which fields people have"
	whatNumbers     = "the number of people"
)

// lookAtRange asks what the app may see.
func (x *examination) lookAtRange() {
	x.scopeSeen = x.look(partRange, whatRange, func(ctx context.Context) (err error) {
		x.scope, err = x.d.Scope(ctx)
		return err
	})
	if !x.scopeSeen {
		return
	}
	r := &x.out.Range
	r.Known, r.Whole = x.scope.Known, x.scope.Whole
	r.GivenDepartments, r.GivenPeople, r.GivenGroups = len(x.scope.Departments), len(x.scope.Users), len(x.scope.Groups)
	if r.GivenGroups > 0 {
		x.find(diagnosis.RangeHasGroups, map[string]string{"groups": strconv.Itoa(r.GivenGroups)}, Finding{})
	}
	if x.scope.Known && !x.scope.Whole && r.GivenDepartments+r.GivenPeople+r.GivenGroups == 0 {
		x.emptyRange()
	}
}

// emptyRange is an app that sees nobody.
func (x *examination) emptyRange() {
	code := x.find(diagnosis.RangeEmpty, nil, Finding{})
	x.unseen(whatMembers, "the range is empty", code)
}

// judgeRange says what lies outside, once the numbers are there.
func (x *examination) judgeRange() {
	r := &x.out.Range
	hidden := r.CompanyDepartments != nil && r.Departments != nil && *r.CompanyDepartments > *r.Departments
	if r.Whole || x.has(diagnosis.RangeEmpty) || !r.Known && !hidden {
		return
	}
	given := plural(r.GivenDepartments, "department with all below it", "departments with all below them") + " and " +
		plural(r.GivenPeople, "single person", "single people")
	if !r.Known {
		given = fmt.Sprintf("%d departments", *r.Departments)
	}
	outside := ""
	if hidden {
		outside += fmt.Sprintf("; %d of %d departments lie outside", *r.CompanyDepartments-*r.Departments,
			*r.CompanyDepartments)
	}
	if r.CompanyPeople != nil && r.People != nil && *r.CompanyPeople > *r.People {
		outside += fmt.Sprintf("; %d of %d people lie outside", *r.CompanyPeople-*r.People, *r.CompanyPeople)
	} else if r.CompanyPeople != nil && r.People == nil {
		outside += fmt.Sprintf("; the company has %d people", *r.CompanyPeople)
	}
	x.find(diagnosis.RangePartial, map[string]string{"given": given, "outside": outside}, Finding{})
}

// compared says how a clock stands to another that it is ahead of.
func compared(ahead time.Duration) string {
	switch ahead = ahead.Round(time.Second); {
	case ahead > 0:
		return ahead.String() + " ahead of"
	case ahead < 0:
		return (-ahead).String() + " behind"
	default:
		return "level with"
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// maxDepartments is how many departments are listed at most.
const maxDepartments = 20_000

// lookAtDepartments lists the departments of the range, as far as half of the requests go.
func (x *examination) lookAtDepartments() {
	if x.has(diagnosis.RangeEmpty) {
		return
	}
	roots := x.scope.Departments
	if x.scopeSeen && x.scope.Known && !x.scope.Whole && len(roots) == 0 {
		return // single people only
	}
	if !x.scopeSeen && x.shut == "" {
		roots = nil
	}
	cut := false
	x.allListed = x.look(partPermissions, whatDepartments, func(ctx context.Context) error {
		for department, err := range x.d.Departments(ctx, roots...) {
			if err != nil {
				return err
			}
			x.departments = append(x.departments, department)
			if len(x.departments) >= maxDepartments || x.spent() >= x.options.MaxCalls/2 {
				cut = true
				return nil
			}
		}
		return nil
	}) && !cut
	if x.allListed {
		n := len(x.departments)
		x.out.Range.Departments = &n
	}
	if cut {
		x.unseen("all departments", fmt.Sprintf("the number of requests is bounded; %d departments were listed",
			len(x.departments)))
	}
}

// finish sums up.
func (x *examination) finish() (Diagnosis, error) {
	x.judgeRange()
	x.mu.Lock()
	clocks, left, leftOf := x.clocks, x.left, x.leftOf
	x.out.Requests = x.requests
	x.mu.Unlock()
	if len(clocks) > 0 {
		x.looked[partClock] = true
		slices.Sort(clocks)
		if ahead := clocks[len(clocks)/2]; ahead.Abs() > maxClockDifference {
			x.find(diagnosis.ClockOff, map[string]string{"ahead": compared(ahead)}, Finding{})
		}
	}
	if x.shut == string(diagnosis.BaseURLWrong) && !x.has(diagnosis.ClockOff) {
		delete(x.looked, partClock)
		x.unseen("the vendor's clock", "what answers is not the vendor", x.shut)
	}
	if left >= 0 {
		x.looked[partQuota] = true
		if left*10 < leftOf {
			x.find(diagnosis.QuotaLow, map[string]string{"left": strconv.Itoa(left), "of": strconv.Itoa(leftOf)},
				Finding{})
		}
	}
	var sick []string
	for _, f := range x.out.Findings {
		sick = append(sick, partOf(diagnosis.ID(f.Code)))
	}
	for _, part := range []string{partCredentials, partAddress, partBaseURL, partClock, partStore, partPermissions,
		partRange, partFields, partPeople, partQuota} {
		if x.looked[part] && !slices.Contains(sick, part) {
			x.out.Healthy = append(x.out.Healthy, part)
		}
	}
	slices.SortStableFunc(x.out.Findings, func(a, b Finding) int {
		return cmp.Compare(diagnosis.Severity(a.Severity).Rank(), diagnosis.Severity(b.Severity).Rank())
	})
	if err := context.Cause(x.ctx); err != nil {
		return x.out, err
	}
	return x.out, x.outage
}
