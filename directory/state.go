package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/roster-go/roster/clients"
)

// node is what a walk knows about a department.
type node struct {
	department Department
	admitted   bool // its place in the tree is known
	excluded   bool
	urgent     bool // people wait for its members
	begun      bool // a worker has it, or had
	closed     bool // nothing more comes from it: it was read, skipped, excluded, or is gone

	refused bool // Skip has decided about it

	leaders  []string // whom rows call leaders
	someGaps bool     // a row did not say
}

// person is somebody of whom not all has been read.
type person struct {
	row      row
	rows     []string // departments whose rows have come
	blocker  string   // the department that is waited for; "" if none
	onRecord bool     // it is the department's record that is waited for, not its rows
	done     bool
}

// atEnd stands for a department where somebody has to wait for all of them.
const atEnd = "\x00"

// walk is one use of Walk. Only the goroutine that yields touches it.
type walk struct {
	d     Directory
	o     WalkOptions
	yield func(User, error) bool

	progress WalkError
	found    int // people, before any filter

	nodes     map[string]*node
	order     []*node            // as listed
	denied    map[string]error   // departments that may not be asked for what is below them
	orphans   map[string][]*node // listed before their parents, by these
	isRoot    map[string]bool
	listEnded bool
	singly    bool // what comes now are the single people of the scope

	queue, urgent []*node
	open          int  // departments admitted and not closed
	everybody     bool // people come from one list, and not from departments
	peopleEnded   bool // that list has ended

	seen      map[string]struct{} // yielded, or gone
	waiting   map[string]*person
	blocked   map[string][]*person // by the department that they wait for
	onRecords int                  // how many wait for a record

	detailed int
	refused  error
}

func newWalk(d Directory, o WalkOptions, yield func(User, error) bool) *walk {
	return &walk{
		d: d, o: o, yield: yield, progress: WalkError{Vendor: d.Vendor()},
		nodes: make(map[string]*node), orphans: make(map[string][]*node), denied: make(map[string]error),
		isRoot: make(map[string]bool), seen: make(map[string]struct{}), waiting: make(map[string]*person),
		blocked: make(map[string][]*person),
	}
}

func (w *walk) stopped(stage string, at *node, err error) error {
	e := w.progress
	e.Stage, e.Err = stage, err
	if at != nil {
		e.At = &at.department
	}
	return &e
}

func (w *walk) run(ctx context.Context) error {
	roots, singles, nothing, err := w.reach(ctx)
	if err != nil {
		return err
	}
	for _, root := range roots {
		w.isRoot[root] = true
	}
	inner, cancel := context.WithCancel(ctx)
	workers := w.o.Parallel
	if workers <= 0 {
		workers = defaultParallel
	}
	c := &crew{
		d:       w.d,
		slots:   make(chan struct{}, workers),
		listed:  make(chan listed),
		next:    make(chan *node),
		batches: make(chan batch),
		panics:  make(chan any),
	}
	defer c.group.Wait()
	defer cancel() // runs first: everybody who waits to hand over is let go
	if w.o.Details {
		c.details, _ = w.d.(detailer)
	}
	how := reading{scope: len(w.o.Roots) == 0}
	if w.o.Skip != nil {
		how.refused = func(string, error) bool { return false } // the crew's own
	}
	all, list := w.d.(everybody)
	w.everybody = list && c.details == nil
	catchUp := list && c.details != nil && len(w.o.Roots) == 0
	switch {
	case nothing:
		if err := w.canExclude(); err != nil {
			return err
		}
		w.listEnded, w.everybody, catchUp = true, false, false
	case w.everybody:
		c.list(inner, roots, how)
		c.everybody(inner, all)
	default:
		c.list(inner, roots, how)
		c.work(inner, workers)
	}
	if err := w.read(ctx, c); err != nil {
		return err
	}
	if catchUp {
		// People whom no department lists.
		c.everybody(inner, all)
		w.everybody = true
		for !w.peopleEnded {
			select {
			case b := <-c.batches:
				err = w.take(ctx, b)
			case problem := <-c.panics:
				panic(problem)
			case <-ctx.Done():
				err = w.stopped("", nil, ended(ctx))
			}
			if err != nil {
				return err
			}
		}
	}
	if err := w.releaseAll(); err != nil {
		return err
	}
	w.singly = true
	if err := w.single(ctx, singles); err != nil {
		return err
	}
	return w.judge()
}

func ended(ctx context.Context) error {
	return fmt.Errorf("%w: %w", clients.ErrCanceled, context.Cause(ctx))
}

// reach is what to walk: departments and single people. nothing: no departments at all.
func (w *walk) reach(ctx context.Context) (roots, singles []string, nothing bool, err error) {
	if len(w.o.Roots) > 0 {
		return w.o.Roots, nil, false, nil
	}
	var scope Scope
	if w.o.scope != nil {
		scope = *w.o.scope
	} else if scope, err = w.d.Scope(ctx); err != nil {
		return nil, nil, false, w.stopped("the app's scope", nil, err)
	}
	if scope, err = scope.resolved(ctx, w.d); err != nil {
		return nil, nil, false, w.stopped("the app's scope", nil, err)
	}
	if !scope.Known || scope.Whole {
		return nil, nil, false, nil
	}
	return scope.Departments, scope.Users, len(scope.Departments) == 0, nil
}

// read takes what the crew brings until nothing is left.
func (w *walk) read(ctx context.Context, c *crew) error {
	for !w.listEnded || w.open > 0 && !w.everybody || w.everybody && !w.peopleEnded {
		batches, next := c.batches, c.next
		if w.onRecords >= maxWaiting && !w.listEnded {
			batches = nil
		}
		head := w.head()
		if head == nil {
			next = nil
		}
		var err error
		select {
		case l := <-c.listed:
			err = w.list(l)
		case next <- head:
			head.begun = true
		case b := <-batches:
			err = w.take(ctx, b)
		case problem := <-c.panics:
			panic(problem)
		case <-ctx.Done():
			err = w.stopped("", nil, ended(ctx))
		}
		if err != nil {
			return err
		}
	}
	if w.everybody {
		for _, n := range w.order {
			if err := w.close(n, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// head is the department to read next: one that people wait for, or else the one that was listed first.
func (w *walk) head() *node {
	for _, queue := range []*[]*node{&w.urgent, &w.queue} {
		for len(*queue) > 0 && ((*queue)[0].begun || (*queue)[0].closed) {
			*queue = (*queue)[1:]
		}
		if len(*queue) > 0 {
			return (*queue)[0]
		}
	}
	return nil
}

// list takes in a department. It is admitted once its parent is, so that its path is known and whether it is left out.
func (w *walk) list(l listed) error {
	if l.refused != "" {
		w.denied[l.refused] = l.err
		return w.deny(w.nodes[l.refused])
	}
	if l.err != nil {
		return w.stopped("the list of departments", nil, l.err)
	}
	if l.end {
		w.listEnded = true
		if err := w.canExclude(); err != nil {
			return err
		}
		for _, n := range w.order {
			if err := w.admitFromTop(n, 0); err != nil {
				return err
			}
		}
		for id := range w.blocked {
			if w.nodes[id] == nil {
				if err := w.unblock(id); err != nil {
					return err
				}
			}
		}
		return nil
	}
	d := l.department
	if d.ID == "" {
		return w.stopped("the list of departments", nil, badRow(w.d.Vendor(), "a department has no id"))
	}
	if w.nodes[d.ID] != nil {
		return nil
	}
	slices.Sort(d.LeaderIDs)
	n := &node{department: d}
	w.nodes[d.ID], w.order = n, append(w.order, n)
	parent := w.nodes[d.ParentID]
	if w.isRoot[d.ID] && len(w.o.Exclude) == 0 || d.ParentID == "" || parent != nil && parent.admitted {
		if err := w.admit(n, parent); err != nil {
			return err
		}
	} else {
		w.orphans[d.ParentID] = append(w.orphans[d.ParentID], n)
	}
	return w.unblock(d.ID)
}

// canExclude tells whether what is to be left out can be.
func (w *walk) canExclude() error {
	if len(w.o.Exclude) == 0 {
		return nil
	}
	cannot := func(kind clients.Kind, format, id string) error {
		return w.stopped("the departments to leave out", nil, &clients.Error{Vendor: w.d.Vendor(), Operation: "walk",
			Kind: kind, Message: fmt.Sprintf(format, id)})
	}
	for _, id := range w.o.Exclude {
		if w.nodes[id] == nil {
			return cannot(clients.KindInvalidArgument,
				"department %s is not there, so that nothing would be left out: is the id right?", id)
		}
	}
	for _, n := range w.order {
		if !w.isRoot[n.department.ID] && slices.Contains(n.department.Unknown, fieldParent) {
			return cannot(clients.KindPermission, "the app may not read what department %s is below, so that nobody "+
				"can tell whether it is left out", n.department.ID)
		}
	}
	return nil
}

// deny lets Skip decide about a department that may not be asked for what is below it, once it is admitted.
func (w *walk) deny(n *node) error {
	if n == nil || !n.admitted || n.excluded {
		return nil
	}
	err, denied := w.denied[n.department.ID]
	if !denied {
		return nil
	}
	delete(w.denied, n.department.ID)
	return w.skip(n, err)
}

// skip lets the caller decide about a department that is forbidden, once.
func (w *walk) skip(n *node, err error) error {
	if n.refused {
		return nil
	}
	n.refused = true
	if err := w.o.Skip(n.department, err); err != nil {
		return w.stopped("", n, err)
	}
	return nil
}

// admitFromTop admits what is left when the list has ended: departments whose parents were not listed, and those
// below them. depth bounds a tree that goes round in circles.
func (w *walk) admitFromTop(n *node, depth int) error {
	if n.admitted {
		return nil
	}
	parent := w.nodes[n.department.ParentID]
	if parent != nil && !parent.admitted && depth < len(w.order) {
		if err := w.admitFromTop(parent, depth+1); err != nil || n.admitted {
			return err
		}
	}
	return w.admit(n, parent)
}

func (w *walk) admit(n, parent *node) error {
	n.admitted = true
	d := &n.department
	n.excluded = slices.Contains(w.o.Exclude, d.ID)
	name := d.Name
	if name == "" { // the app may not read it
		name = d.ID
		d.withhold(fieldName, fieldPath)
	}
	d.Path = []string{name}
	if parent != nil && parent.admitted && parent != n {
		n.excluded = n.excluded || parent.excluded
	}
	if parent != nil && parent.admitted && parent != n && !w.isRoot[d.ID] {
		d.Path = append(slices.Clip(parent.department.Path), name)
		if slices.Contains(parent.department.Unknown, fieldPath) {
			d.withhold(fieldPath)
		}
	}
	if n.excluded {
		n.closed = true
	} else {
		w.progress.Listed++
		if w.o.Department != nil {
			w.o.Department(*d)
		}
		w.open++
		w.queue = append(w.queue, n)
		if len(w.blocked[d.ID]) > 0 {
			w.hurry(n)
		}
	}
	if err := w.deny(n); err != nil {
		return err
	}
	below := w.orphans[d.ID]
	delete(w.orphans, d.ID)
	for _, child := range below {
		if !child.admitted {
			if err := w.admit(child, n); err != nil {
				return err
			}
		}
	}
	return w.unblock(d.ID)
}

// take takes in what a worker brings.
func (w *walk) take(ctx context.Context, b batch) error {
	w.detailed += b.detailed
	if b.refused != nil {
		w.refused = b.refused
	}
	for _, r := range b.rows {
		if err := w.row(b.from, r); err != nil {
			return err
		}
	}
	switch {
	case b.from == nil && b.err != nil:
		if ctx.Err() != nil {
			return w.stopped("", nil, b.err)
		}
		return w.stopped("the list of people", nil, b.err)
	case b.from == nil:
		w.peopleEnded = w.peopleEnded || b.end
		return nil
	case b.err != nil && errors.Is(b.err, clients.ErrNotFound):
		if w.o.Gone != nil {
			w.o.Gone(b.from.department)
		}
		return w.close(b.from, false)
	case b.err != nil && errors.Is(b.err, clients.ErrPermission) && w.o.Skip != nil:
		if err := w.skip(b.from, b.err); err != nil {
			return err
		}
		return w.close(b.from, false)
	case b.err != nil:
		return w.stopped("", b.from, b.err)
	case b.end:
		w.progress.Departments++
		return w.close(b.from, true)
	}
	return nil
}

// close ends a department. whole: its members have been read.
func (w *walk) close(n *node, whole bool) error {
	if n.closed {
		return nil
	}
	n.closed = true
	w.open--
	if w.everybody {
		w.progress.Departments++
	}
	withheld := slices.Contains(n.department.Unknown, fieldName) // then no row is no word on who leads
	if whole && n.department.LeaderIDs == nil && !n.someGaps && !w.everybody && !(withheld && len(n.leaders) == 0) {
		slices.Sort(n.leaders)
		n.department.LeaderIDs = append([]string{}, slices.Compact(n.leaders)...)
	}
	n.leaders = nil
	if whole && w.o.Read != nil {
		w.o.Read(n.department)
	}
	return w.unblock(n.department.ID)
}

// row takes in what a list tells about a person. from is the department whose list it is, nil if it is no department's.
func (w *walk) row(from *node, r row) error {
	id := r.user.ID
	if id == "" {
		return w.stopped("", from, badRow(w.d.Vendor(), "somebody has no id"))
	}
	for _, m := range r.user.Departments {
		if m.DepartmentID == "" {
			return w.stopped("", from, badRow(w.d.Vendor(), "a department of user "+id+" has no id"))
		}
	}
	if from != nil {
		there := from.department.ID
		r.from = there
		named := slices.ContainsFunc(r.user.Departments, func(m Membership) bool { return m.DepartmentID == there })
		r.whole = r.whole && named // what lacks one department may lack others
		r.user.Departments = slices.Clone(r.user.Departments)
		switch m := r.user.place(there); {
		case m.Leader == nil:
			from.someGaps = true
		case *m.Leader:
			from.leaders = append(from.leaders, id)
		}
	}
	if _, ok := w.seen[id]; ok {
		return nil
	}
	p := w.waiting[id]
	if p == nil {
		p = &person{row: r}
		w.waiting[id] = p
	} else {
		for _, there := range p.rows { // a row that lacks a department whose list has the person lacks others, too
			named := func(m Membership) bool { return m.DepartmentID == there }
			r.whole = r.whole && slices.ContainsFunc(r.user.Departments, named)
		}
		first, second := p.row, r
		if r.before(p.row) {
			first, second = r, p.row
		}
		p.row.user = merged(first.user, second.user)
		if m, ok := w.d.(rawMerger); ok {
			p.row.user.Raw = m.mergeRaw(first.user.Raw, second.user.Raw)
		}
		p.row.detailed, p.row.from = first.detailed, first.from
		p.row.whole, p.row.own, p.row.gone = p.row.whole || r.whole, p.row.own && r.own, p.row.gone || r.gone
	}
	if from != nil {
		p.rows = append(p.rows, from.department.ID)
	}
	return w.settle(p)
}

// settle yields a person of whom nothing more is to come, and lets others wait.
func (w *walk) settle(p *person) error {
	if p.onRecord {
		w.onRecords--
	}
	p.blocker, p.onRecord = w.blocker(p)
	if p.blocker == "" || p.row.gone {
		p.onRecord = false
		return w.release(p)
	}
	if p.onRecord {
		w.onRecords++
	}
	w.blocked[p.blocker] = append(w.blocked[p.blocker], p)
	if n := w.nodes[p.blocker]; n != nil && n.admitted && !w.everybody {
		w.hurry(n)
	}
	return nil
}

// hurry reads a department before others.
func (w *walk) hurry(n *node) {
	if !n.begun && !n.closed && !n.urgent {
		n.urgent = true
		w.urgent = append(w.urgent, n)
	}
}

// blocker returns the department that has to come first, and whether it is its record.
func (w *walk) blocker(p *person) (department string, onRecord bool) {
	for _, m := range p.row.user.Departments {
		n := w.nodes[m.DepartmentID]
		if n == nil || !n.admitted && w.picky() {
			if !w.listEnded && (m.Leader == nil || p.row.own || w.picky()) {
				return m.DepartmentID, true
			}
			continue
		}
		if p.row.own && !n.closed && !slices.Contains(p.rows, m.DepartmentID) {
			return m.DepartmentID, false
		}
	}
	if !p.row.whole && !w.everybody && (!w.listEnded || w.open > 0) {
		return atEnd, false
	}
	return "", false
}

// picky tells whether a list of the whole company has people who are not wanted.
func (w *walk) picky() bool { return w.everybody && len(w.o.Roots)+len(w.o.Exclude) > 0 }

func (w *walk) unblock(departmentID string) error {
	waiting := w.blocked[departmentID]
	delete(w.blocked, departmentID)
	for _, p := range waiting {
		if !p.done && p.blocker == departmentID {
			if err := w.settle(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// releaseAll lets go who waits for what will not come.
func (w *walk) releaseAll() error {
	for _, p := range w.waiting {
		if p.done {
			continue
		}
		if err := w.release(p); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) release(p *person) error {
	id := p.row.user.ID
	p.done = true
	delete(w.waiting, id)
	w.seen[id] = struct{}{}
	if p.row.gone {
		return nil
	}
	if w.singly && len(w.o.Exclude) > 0 && !w.wanted(p.row.user) {
		return nil
	}
	if w.picky() {
		if p.row.user.Departments == nil {
			return w.stopped("the list of people", nil, badRow(w.d.Vendor(),
				"user "+id+" comes without departments, so that nobody can tell whether they are wanted"))
		}
		if !w.wanted(p.row.user) {
			return nil
		}
	}
	w.found++
	user := finished(p.row.user, w.leads)
	if len(w.o.Status) > 0 && user.Status != "" && !slices.Contains(w.o.Status, user.Status) {
		return nil
	}
	w.progress.Users++
	if !w.yield(user, nil) {
		return errEnough
	}
	return nil
}

// wanted tells whether somebody is in a department that is not left out; without roots, one that was not listed is.
func (w *walk) wanted(u User) bool {
	if len(w.o.Roots) == 0 && len(u.Departments) == 0 {
		return true
	}
	return slices.ContainsFunc(u.Departments, func(m Membership) bool {
		n := w.nodes[m.DepartmentID]
		return n == nil && len(w.o.Roots) == 0 || n != nil && !n.excluded
	})
}

// leads tells what a department's record says about a member.
func (w *walk) leads(departmentID, userID string) *bool {
	n := w.nodes[departmentID]
	if n == nil || n.department.LeaderIDs == nil {
		return nil
	}
	_, found := slices.BinarySearch(n.department.LeaderIDs, userID)
	return &found
}

// single reads the people whom the app was given one by one, and whom no department listed.
func (w *walk) single(ctx context.Context, ids []string) error {
	var missing []string
	for _, id := range ids {
		if _, ok := w.seen[id]; !ok {
			missing = append(missing, id)
		}
	}
	var attributes map[string]ownFields
	if asker, ok := w.d.(attributer); ok && w.o.Details && len(missing) > 0 {
		var err error
		if attributes, err = asker.attributes(ctx, missing); err != nil {
			return w.stopped("the people of the app's scope", nil, err)
		}
	}
	for r, err := range clients.Ordered(ctx, defaultParallel, missing,
		func(ctx context.Context, id string) (row, error) {
			user, err := w.d.User(ctx, id)
			if more, ok := w.d.(detailer); ok && !w.o.Details {
				for _, name := range more.beyond() { // as of everybody else
					*user.beyond(name) = ""
				}
			}
			if errors.Is(err, clients.ErrNotFound) { // has left since
				return row{user: User{ID: id}, gone: true}, nil
			}
			return row{user: user, whole: true}, err
		}) {
		attributes[r.user.ID].into(&r.user)
		if err == nil {
			err = w.row(nil, r)
		} else {
			err = w.stopped("the people of the app's scope", nil, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// judge tells whether a walk that reached its end may pass for one.
func (w *walk) judge() error {
	if w.refused != nil && w.detailed == 0 {
		return w.stopped("the details of people", nil, w.refused)
	}
	if w.found == 0 && !w.o.AllowEmpty {
		vendor := w.d.Vendor()
		return w.stopped("", nil,
			&EmptyError{Vendor: vendor, Departments: w.progress.Listed, Check: whatToCheck(vendor)})
	}
	return nil
}
