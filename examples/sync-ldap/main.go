// Command sync-ldap keeps the people and departments of a company in an OpenLDAP server.
//
//	sync-ldap --vendor wecom --state company.jsonl            # says what it would do
//	sync-ldap --vendor wecom --state company.jsonl --apply    # does it
//
// People are inetOrgPerson entries below ou=people, departments groupOfNames below ou=departments. An entry is named by
// the vendor's id, which stays the same whatever a person is called, so that nothing that points to it breaks; uid has
// the name to log in with as well. Nothing is deleted: the account of who has left is locked by the password policy
// overlay (ppolicy), without which the server refuses the change rather than leaving the account open; a department
// that is gone has no members. Passwords are not touched.
//
// Credentials: the variables of the roster command, and LDAP_URL, LDAP_BIND_DN, LDAP_PASSWORD and LDAP_BASE.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/examples/syncer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sync-ldap:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("sync-ldap", flag.ExitOnError)
	vendor := flags.String("vendor", "", "wecom, dingtalk, feishu or wps")
	options := syncer.Options{Out: out}
	options.Flags(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	d, company, err := syncer.Open(*vendor, getenv)
	if err != nil {
		return err
	}
	options.Company = company
	t, err := connect(getenv)
	if err != nil {
		return err
	}
	defer func() { _ = t.conn.Close() }()
	return syncer.Run(ctx, d, t, options)
}

// target is the server.
type target struct {
	conn                      *ldap.Conn
	base, people, departments string
}

func connect(getenv func(string) string) (*target, error) {
	conn, err := ldap.DialURL(getenv("LDAP_URL"))
	if err != nil {
		return nil, fmt.Errorf("LDAP_URL (such as ldaps://ldap.example.org): %w", err)
	}
	conn.SetTimeout(30 * time.Second)
	if err := conn.Bind(getenv("LDAP_BIND_DN"), getenv("LDAP_PASSWORD")); err != nil {
		return nil, fmt.Errorf("LDAP_BIND_DN or LDAP_PASSWORD: %w", err)
	}
	base := getenv("LDAP_BASE")
	return &target{conn, base, "ou=people," + base, "ou=departments," + base}, nil
}

func (t *target) person(id string) string     { return "uid=" + ldap.EscapeDN(id) + "," + t.people }
func (t *target) department(id string) string { return "cn=" + ldap.EscapeDN(id) + "," + t.departments }

// Begin makes the two branches, and refuses two people whom LDAP would take for one.
func (t *target) Begin(_ context.Context, c *syncer.Company, _ []string) error {
	seen := make(map[string]string)
	for id := range c.Users {
		folded := strings.ToLower(id)
		if other, ok := seen[folded]; ok {
			return fmt.Errorf("the ids %q and %q are one in LDAP, where case does not count", id, other)
		}
		seen[folded] = id
	}
	for _, branch := range []string{t.people, t.departments} {
		if err := t.put(branch, entry{"objectClass": {"organizationalUnit"}}, true); err != nil {
			return err
		}
	}
	return nil
}

// lockedForever is the time that stands for an account that an administrator has locked.
const lockedForever = "000001010000Z"

// User puts one person.
func (t *target) User(_ context.Context, c *syncer.Company, id string) error {
	u, there := c.Users[id]
	if !there {
		return t.put(t.person(id), entry{"pwdAccountLockedTime": {lockedForever}}, false)
	}
	e := entry{
		"objectClass": {"inetOrgPerson"},
		"cn":          {cmp.Or(u.DisplayName, u.ID)},
		"sn":          {cmp.Or(u.DisplayName, u.ID)}, // which part is the family name, no vendor says
		"uid":         distinct(u.ID, u.UserName),
	}
	for name, field := range map[string][2]string{ // a text that is empty is taken away, if it is known to be
		"displayName":                {"displayName", u.DisplayName},
		"title":                      {"title", u.Title},
		"employeeNumber":             {"employeeNumber", u.EmployeeNo},
		"employeeType":               {"employeeType", u.EmployeeType},
		"physicalDeliveryOfficeName": {"location", u.Location},
	} {
		if c.Known(field[0]) {
			e[name] = distinct(field[1])
		}
	}
	if c.Known("manager") && u.ManagerID != "" {
		e["manager"] = []string{t.person(u.ManagerID)}
	} else if c.Known("manager") {
		e["manager"] = nil
	}
	if u.Emails != nil {
		e["mail"] = values(u.Emails, "")
	}
	if u.PhoneNumbers != nil {
		e["mobile"], e["telephoneNumber"] = values(u.PhoneNumbers, "mobile"), values(u.PhoneNumbers, "work")
	}
	if u.Departments != nil {
		e["departmentNumber"] = nil
		for _, m := range u.Departments {
			e["departmentNumber"] = append(e["departmentNumber"], m.DepartmentID)
		}
	}
	if active, known := u.Active(); known { // what is not known stays as it is
		e["pwdAccountLockedTime"] = nil
		if !active {
			e["pwdAccountLockedTime"] = []string{lockedForever}
		}
	}
	return t.put(t.person(id), e, true)
}

// Department puts one department. A groupOfNames must have a member; of an empty one it is the group itself.
func (t *target) Department(_ context.Context, c *syncer.Company, id string) error {
	d, there := c.Departments[id]
	if !there {
		return t.put(t.department(id), entry{"member": {t.department(id)}, "owner": nil, "seeAlso": nil}, false)
	}
	e := entry{"objectClass": {"groupOfNames"}, "cn": {id}, "member": nil, "seeAlso": nil}
	for _, user := range c.Members[id] {
		e["member"] = append(e["member"], t.person(user))
	}
	if len(e["member"]) == 0 {
		e["member"] = []string{t.department(id)}
	}
	if d.Name != "" {
		e["ou"] = []string{d.Name}
	}
	if d.Path != nil && !slices.Contains(d.Path, "") {
		e["description"] = []string{strings.Join(d.Path, " / ")}
	}
	if _, ok := c.Departments[d.ParentID]; ok {
		e["seeAlso"] = []string{t.department(d.ParentID)}
	}
	if d.LeaderIDs != nil {
		e["owner"] = nil
		for _, leader := range d.LeaderIDs {
			e["owner"] = append(e["owner"], t.person(leader))
		}
	}
	return t.put(t.department(id), e, true)
}

// entry is what is known of an entry: attributes without a value have none, those that are missing stay as they are.
type entry map[string][]string

// put makes an entry of the server's say what e says, and adds it where that is asked for.
func (t *target) put(dn string, e entry, add bool) error {
	found, err := t.conn.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false,
		"(objectClass=*)", []string{"*", "pwdAccountLockedTime"}, nil))
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) && !add:
		return nil // has never been there
	case ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject):
		request := ldap.NewAddRequest(dn, nil)
		for name, values := range e {
			if len(values) > 0 {
				request.Attribute(name, values)
			}
		}
		return t.conn.Add(request)
	case err != nil:
		return err
	}
	request := ldap.NewModifyRequest(dn, nil)
	for name, values := range e {
		current := found.Entries[0].GetAttributeValues(name)
		switch {
		case name == "objectClass" || equal(current, values):
		case name == "pwdAccountLockedTime" && len(values) == 0 && !slices.Contains(current, lockedForever):
			// The server has locked it for a while, after wrong passwords.
		default:
			request.Replace(name, values)
		}
	}
	if len(request.Changes) == 0 {
		return nil
	}
	return t.conn.Modify(request)
}

func equal(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// distinct are texts without those that are empty or there already; LDAP has each value once, whatever its case.
func distinct(texts ...string) (all []string) {
	for _, text := range texts {
		same := func(other string) bool { return strings.EqualFold(text, other) }
		if text != "" && !slices.ContainsFunc(all, same) {
			all = append(all, text)
		}
	}
	return all
}

// values are those of a type, or of all.
func values(of []directory.Value, kind string) []string {
	var all []string
	for _, v := range of {
		if kind == "" || v.Type == kind {
			all = append(all, v.Value)
		}
	}
	return distinct(all...)
}
