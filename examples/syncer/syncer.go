// Package syncer brings a target, such as an LDAP server, to the state of a company. It holds what sync-ldap and
// sync-scim have in common.
//
// The state file is a snapshot of what the target was brought to last. A run walks the company, compares it with the
// state, and puts every record that differs. Putting a record makes the target's equal to it, whatever is there, so
// that it can be done again. Before the first is put, the ids of all of them go to a journal beside the state; when all
// have been put, the state is replaced and the journal is removed. A run that finds a journal puts what is in it as
// well: a run that was killed is thus made good, even if the company has changed once more since.
//
// Two runs with one state must not overlap: start them by something that sees to that, such as flock.
package syncer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/roster-go/roster/directory"
)

// Target is what is brought to the state of a company.
type Target interface {
	// Begin is called before the first record is put, with the ids of all users to come.
	Begin(ctx context.Context, c *Company, users []string) error

	// User makes the account of the id what the company says of it. If the company does not have the person, the
	// account is deactivated and stays.
	User(ctx context.Context, c *Company, id string) error

	// Department does the same for a department and its members, once all users have been put.
	Department(ctx context.Context, c *Company, id string) error
}

// Options say how Run goes about it.
type Options struct {
	State   string // the file
	Company string // in the state's header
	Apply   bool   // otherwise the plan is printed and nothing else happens
	Full    bool   // puts everybody, whatever the state says: for a target that somebody else has changed
	Details bool   // see directory.WalkOptions

	directory.DiffOptions
	Out io.Writer
}

// Flags adds the options to a command line.
func (o *Options) Flags(flags *flag.FlagSet) {
	flags.StringVar(&o.State, "state", "", "`file` that holds the company as the target has it")
	flags.BoolVar(&o.Apply, "apply", false, "change the target; without it the plan is printed")
	flags.BoolVar(&o.Full, "full", false, "put everybody, changed or not")
	flags.BoolVar(&o.Details, "details", false, "ask for managers where lists lack them, one call a person")
	flags.Float64Var(&o.MaxLeavers, "max-leavers", 0.1, "`share` of people who may have left since the last run")
	flags.BoolVar(&o.AllowOther, "allow-other", false, "go on although vendor, company or scope are not the state's")
}

// Company is a company as the target is to have it, by ids.
type Company struct {
	Users       map[string]directory.User
	Departments map[string]directory.Department
	Members     map[string][]string // users of a department
	Children    map[string][]string // departments of a department

	fields []string
}

// Known tells whether the vendor tells a field of users, by its name in JSON, of anybody. A text that is empty is then
// known to be so; otherwise it is not known.
func (c *Company) Known(field string) bool { return slices.Contains(c.fields, field) }

func newCompany(s *directory.Snapshot) *Company {
	c := &Company{Users: map[string]directory.User{}, Departments: map[string]directory.Department{},
		Members: map[string][]string{}, Children: map[string][]string{}, fields: s.Header.Fields}
	for _, d := range s.Departments {
		c.Departments[d.ID] = d
		c.Children[d.ParentID] = append(c.Children[d.ParentID], d.ID)
	}
	for _, u := range s.Users {
		c.Users[u.ID] = u
		for _, m := range u.Departments {
			c.Members[m.DepartmentID] = append(c.Members[m.DepartmentID], u.ID)
		}
	}
	return c
}

// Run brings the target to the state of the company, or prints what it would do.
func Run(ctx context.Context, d directory.Directory, t Target, o Options) error {
	if o.State == "" {
		return errors.New("--state is missing")
	}
	if !(o.MaxLeavers > 0 && o.MaxLeavers <= 1) {
		return errors.New("--max-leavers: want a share above 0 and up to 1")
	}
	now, err := walk(ctx, d, o)
	if err != nil {
		return err
	}
	old, err := readState(o.State)
	if errors.Is(err, fs.ErrNotExist) {
		old, err = &directory.Snapshot{Header: now.Header}, nil
	}
	if err != nil {
		return err
	}
	o.Learned = true // the target is to have it, changed or not
	changes, err := directory.Diff(old, now, o.DiffOptions)
	if err != nil {
		return fmt.Errorf("%w (--max-leavers and --allow-other go on all the same)", err)
	}
	p := plan{users: set{}, departments: set{}, added: set{}, renamed: set{}}
	for c := range changes {
		p.change(c)
	}
	next := directory.Apply(old, changes)
	next.Header.Scope, next.Header.Vendor, next.Header.Company = now.Header.Scope, now.Header.Vendor, now.Header.Company
	next.Header.Time = now.Header.Time
	delete(p.departments, "") // above the top
	c := newCompany(next)
	p.follow(c)
	if o.Full {
		p.all(c)
	}
	if err := p.readJournal(o.State); err != nil {
		return err
	}
	p.print(o.Out)
	if !o.Apply {
		return nil
	}
	if err := p.apply(ctx, t, c, o.State); err != nil {
		return fmt.Errorf("%w (run it again to go on)", err)
	}
	if err := replace(o.State, next.Write); err != nil {
		return err
	}
	if err := os.Remove(journal(o.State)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func walk(ctx context.Context, d directory.Directory, o Options) (*directory.Snapshot, error) {
	var b bytes.Buffer
	_, err := directory.WriteSnapshot(ctx, &b, d,
		directory.SnapshotOptions{Company: o.Company, Walk: directory.WalkOptions{Details: o.Details}})
	if err != nil {
		return nil, err
	}
	return directory.ReadSnapshot(&b)
}

func readState(name string) (*directory.Snapshot, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	s, err := directory.ReadSnapshot(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

type set map[string]bool

// plan is what is to be put.
type plan struct {
	users, departments set
	added, renamed     set // users, departments: others show them
	lines              []string
	unfinished         bool // the last run was
}

func (p *plan) change(c directory.Change) {
	var fields []string
	for _, f := range c.Fields {
		fields = append(fields, f.Field)
	}
	p.lines = append(p.lines, strings.TrimSpace(fmt.Sprintf("%-8s %s %q %s", c.Kind, c.Of, c.ID,
		strings.Join(fields, ", "))))
	if c.Of == "department" {
		p.departments[c.ID] = true
		p.renamed[c.ID] = slices.Contains(fields, "displayName")
		for _, d := range []*directory.Department{c.OldDepartment, c.NewDepartment} {
			if d != nil && c.Kind != directory.Changed {
				p.departments[d.ParentID] = true
			}
		}
		return
	}
	p.users[c.ID] = true
	p.added[c.ID] = c.Kind == directory.Added
	for _, u := range []*directory.User{c.OldUser, c.NewUser} {
		p.memberships(u)
	}
}

func (p *plan) memberships(u *directory.User) {
	if u != nil {
		for _, m := range u.Departments {
			p.departments[m.DepartmentID] = true
		}
	}
}

// follow adds the people who show what has changed elsewhere: that their manager is there now, or their department's
// name.
func (p *plan) follow(c *Company) {
	for id, u := range c.Users {
		if p.added[u.ManagerID] {
			p.users[id] = true
		}
		for _, m := range u.Departments {
			if p.renamed[m.DepartmentID] {
				p.users[id] = true
			}
		}
	}
}

func (p *plan) all(c *Company) {
	for id := range c.Users {
		p.users[id] = true
	}
	for id := range c.Departments {
		p.departments[id] = true
	}
}

func (p *plan) print(w io.Writer) {
	for _, line := range p.lines {
		fmt.Fprintln(w, line)
	}
	if p.unfinished {
		fmt.Fprintln(w, "the last run was not finished: what it may have changed is put again")
	}
	fmt.Fprintf(w, "%d changes; %d users and %d departments to put\n", len(p.lines), len(p.users), len(p.departments))
}

func journal(state string) string { return state + ".journal" }

// ids are what a journal holds.
type ids struct{ Users, Departments []string }

func (p *plan) readJournal(state string) error {
	data, err := os.ReadFile(journal(state))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var unfinished ids
	if err == nil {
		err = json.Unmarshal(data, &unfinished)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", journal(state), err)
	}
	for _, id := range unfinished.Users {
		p.users[id] = true
	}
	for _, id := range unfinished.Departments {
		p.departments[id] = true
	}
	p.unfinished = true
	return nil
}

func (p *plan) apply(ctx context.Context, t Target, c *Company, state string) error {
	todo := ids{slices.Sorted(maps.Keys(p.users)), slices.Sorted(maps.Keys(p.departments))}
	if len(todo.Users)+len(todo.Departments) == 0 {
		return nil
	}
	err := replace(journal(state), func(w io.Writer) error { return json.NewEncoder(w).Encode(todo) })
	if err != nil {
		return err
	}
	if err := t.Begin(ctx, c, todo.Users); err != nil {
		return err
	}
	for _, id := range todo.Users {
		if err := errors.Join(ctx.Err(), t.User(ctx, c, id)); err != nil {
			return fmt.Errorf("user %q: %w", id, err)
		}
	}
	for _, id := range todo.Departments {
		if err := errors.Join(ctx.Err(), t.Department(ctx, c, id)); err != nil {
			return fmt.Errorf("department %q: %w", id, err)
		}
	}
	return nil
}

// replace writes a file, its owner's alone, that is there whole or not at all.
func replace(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".sync-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it has another name by then
	err = errors.Join(write(f), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
