package directory

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/roster-go/roster/clients"
)

// WalkOptions says how Walk goes about it. The zero value is fine.
type WalkOptions struct {
	// Parallel is how many departments are read at once. Zero: 8. The client's limiter keeps them within the quota.
	Parallel int

	// Roots are the departments to walk, each with all below it. Empty: what Scope tells, the single people that the
	// app was given included.
	Roots []string

	// Exclude are departments to leave out, each with all below it. People who are in another department as well are
	// not left out. One that is not there is an error, clients.ErrInvalidArgument: by a wrong id nobody is left out.
	Exclude []string

	// Status are the states of the people to yield; empty: all. Whose state is not known is never left out.
	Status []Status

	// Details asks once more about each person, where the vendor's lists lack what the call for one user has: the
	// manager at DingTalk and WPS 365, and at WPS the picture, the order in departments and the company's own fields.
	// That is one call a person, under the quota of that call, and for the company's own fields one for 50 people. At
	// WeCom and Feishu it changes nothing.
	Details bool

	// AllowEmpty lets a walk that finds nobody end without an error. Otherwise it is an [EmptyError], whatever Status
	// says.
	AllowEmpty bool

	// Skip decides about a department that the app may not read (clients.ErrPermission). Returning nil goes on without
	// its members, which the caller then knows to be missing; returning an error ends the walk. Nil: end the walk.
	Skip func(Department, error) error

	// Gone, if not nil, is called for each department that was deleted between being listed and being read
	// (clients.ErrNotFound). That is no error. Its people may stand in another department; somebody who was moved to
	// one that had been read before is missed.
	Gone func(Department)

	// Department, if not nil, is called for each department when it has been listed, before any of its members is
	// yielded because of it, parents before children.
	Department func(Department)

	// Read, if not nil, is called for each department whose members have been read, with its leaders: those of the
	// department's own record or, where that has none, those whom the members' rows call leaders.
	Read func(Department)

	scope *Scope // if it has been asked for before
}

// WalkError is a walk that did not reach its end. The users that were yielded before it are not the whole company.
type WalkError struct {
	Vendor      string
	Departments int         // read to their end
	Listed      int         // departments listed so far
	Users       int         // yielded
	Stage       string      // what could not be read, if it was no department's members
	At          *Department // the one whose members could not be read; nil if it was none of them
	Err         error
}

// Error tells why the walk ended, and how far it got.
func (e *WalkError) Error() string {
	at := ""
	switch {
	case e.At != nil:
		at = "department " + e.At.ID + ": "
	case e.Stage != "":
		at = e.Stage + ": "
	}
	return fmt.Sprintf("%s: %s%v; the walk is incomplete, %d users of %d of %d departments read",
		e.Vendor, at, e.Err, e.Users, e.Departments, e.Listed)
}

// Unwrap returns why the walk ended.
func (e *WalkError) Unwrap() error { return e.Err }

// MarshalText returns the text, for encoding/json and others.
func (e *WalkError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

const (
	defaultParallel = 8

	// batchSize bounds what a worker holds before it waits for the caller.
	batchSize = 100

	// maxWaiting is how many people may wait for the records of their departments before no more people are read until
	// some come.
	maxWaiting = 10_000
)

// Walk yields every user once, with what all departments tell about them. Without Roots it walks what the app may
// see: the whole company, or the departments and the single people of its scope. The first failure is yielded as a
// [*WalkError] and ends it. Users come in no particular order.
func Walk(ctx context.Context, d Directory, o WalkOptions) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		w := newWalk(d, o, yield)
		if err := w.run(ctx); err != nil && !errors.Is(err, errEnough) {
			yield(User{}, err)
		}
	}
}

// errEnough is a caller who wants no more.
var errEnough = errors.New("enough")

// badRow is an entry of a list that cannot be told from others.
func badRow(vendor, what string) error {
	return &clients.Error{Vendor: vendor, Operation: "walk", Kind: clients.KindBadResponse, Message: what}
}
