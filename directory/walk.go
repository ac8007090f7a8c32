package directory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/roster-go/roster/clients"
)

// WalkOptions says how Walk goes about it. The zero value is fine.
type WalkOptions struct {
	// Parallel is how many departments are read at once. Zero: 8. The client's limiter keeps them within the quota.
	Parallel int

	// Skip decides about a department that cannot be read: because the app may not see it (clients.ErrPermission) or because it has been
	// deleted since it was listed (clients.ErrNotFound). Returning nil goes on without its members, which the caller then knows
	// to be missing; returning an error ends the walk. Nil: end the walk.
	Skip func(Department, error) error

	// Department, if not nil, is called for each department before its members are read.
	Department func(Department)
}

// WalkError is a walk that did not reach its end. The users that were yielded before it are not the whole company.
type WalkError struct {
	Vendor      string
	Departments int         // read to their end
	Listed      int         // departments in all; 0 if they could not be listed
	Users       int         // yielded
	At          *Department // the one that could not be read; nil if it was none of them
	Err         error
}

// Error tells how far the walk got, and why no further.
func (e *WalkError) Error() string {
	at := ""
	switch {
	case e.At != nil:
		at = fmt.Sprintf(", stopped at department %s", e.At.ID)
	case e.Listed == 0:
		at = ", stopped at the list of departments"
	}
	return fmt.Sprintf("%s: walk is incomplete, %d users of %d of %d departments read%s: %v", e.Vendor, e.Users, e.Departments, e.Listed, at, e.Err)
}

// Unwrap returns why the walk ended.
func (e *WalkError) Unwrap() error { return e.Err }

// MarshalText returns the text, for encoding/json and others.
func (e *WalkError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// lister is a directory that lists all users with all departments by itself, because its departments do not tell a member's others.
type lister interface {
	Users(ctx context.Context) iter.Seq2[User, error]
}

const defaultParallel = 8

// Walk yields every user once, with all departments. The first failure is yielded as a [*WalkError] and ends it. Users come in no
// particular order.
func Walk(ctx context.Context, d Directory, o WalkOptions) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		w := &walk{d: d, o: o, seen: make(map[string]struct{}), progress: WalkError{Vendor: d.Vendor()}}
		var departments []Department
		for department, err := range d.Departments(ctx) {
			if err != nil {
				yield(User{}, w.stopped(nil, err))
				return
			}
			departments = append(departments, department)
			if o.Department != nil {
				o.Department(department)
			}
		}
		w.progress.Listed = len(departments)
		if all, ok := d.(lister); ok {
			w.list(all.Users(ctx), yield)
			return
		}
		w.visit(ctx, departments, yield)
	}
}

// walk is one use of Walk. Only the goroutine that yields touches it.
type walk struct {
	d        Directory
	o        WalkOptions
	seen     map[string]struct{}
	progress WalkError
}

func (w *walk) stopped(at *Department, err error) error {
	e := w.progress
	e.At, e.Err = at, err
	return &e
}

// once yields a user that has not been seen; it returns false when the caller has had enough.
func (w *walk) once(user User, yield func(User, error) bool) bool {
	if _, ok := w.seen[user.ID]; ok {
		return true
	}
	w.seen[user.ID] = struct{}{}
	w.progress.Users++
	return yield(user, nil)
}

func (w *walk) list(users iter.Seq2[User, error], yield func(User, error) bool) {
	for user, err := range users {
		if err != nil {
			yield(User{}, w.stopped(nil, err))
			return
		}
		if !w.once(user, yield) {
			return
		}
	}
	w.progress.Departments = w.progress.Listed
}

// batch is what a worker hands over: some members of a department, or its end.
type batch struct {
	department *Department
	users      []User
	err        error
	end        bool
}

// batchSize bounds what a worker holds before it waits for the caller.
const batchSize = 100

func (w *walk) visit(ctx context.Context, departments []Department, yield func(User, error) bool) {
	ctx, cancel := context.WithCancel(ctx)
	workers := w.o.Parallel
	if workers <= 0 {
		workers = defaultParallel
	}
	next := make(chan *Department)
	batches := make(chan batch)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(next)
		for i := range departments {
			select {
			case next <- &departments[i]:
			case <-ctx.Done():
				return
			}
		}
	})
	var working sync.WaitGroup
	for range min(workers, max(len(departments), 1)) {
		working.Go(func() {
			for department := range next {
				w.read(ctx, department, batches)
			}
		})
	}
	wg.Go(func() {
		working.Wait()
		close(batches)
	})
	defer wg.Wait()
	defer cancel() // runs first: everybody who waits to hand over is let go
	for b := range batches {
		for _, user := range b.users {
			if !w.once(user, yield) {
				return
			}
		}
		switch {
		case b.err != nil:
			if err := w.skip(*b.department, b.err); err != nil {
				yield(User{}, w.stopped(b.department, err))
				return
			}
		case b.end:
			w.progress.Departments++
		}
	}
	if w.progress.Departments < len(departments) && ctx.Err() != nil {
		yield(User{}, w.stopped(nil, fmt.Errorf("%w: %w", clients.ErrCanceled, context.Cause(ctx))))
	}
}

// read hands over the members of one department.
func (w *walk) read(ctx context.Context, department *Department, batches chan<- batch) {
	hand := func(b batch) bool {
		b.department = department
		select {
		case batches <- b:
			return true
		case <-ctx.Done():
			return false
		}
	}
	var users []User
	for user, err := range w.d.Members(ctx, department.ID) {
		if err != nil {
			hand(batch{users: users, err: err})
			return
		}
		if users = append(users, user); len(users) == batchSize {
			if !hand(batch{users: users}) {
				return
			}
			users = nil
		}
	}
	hand(batch{users: users, end: true})
}

// skip asks the caller about a department that cannot be read. Other failures are not the department's.
func (w *walk) skip(department Department, err error) error {
	if w.o.Skip == nil || !errors.Is(err, clients.ErrPermission) && !errors.Is(err, clients.ErrNotFound) {
		return err
	}
	return w.o.Skip(department, err)
}
