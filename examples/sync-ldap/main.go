// Command sync-ldap keeps an LDAP server equal to a company's WeCom directory: people as inetOrgPerson, departments as
// groupOfNames. It prints what it would do, and does it with -apply. Credentials are in WECOM_CORP_ID, WECOM_APP_SECRET
// and LDAP_PASSWORD. For another vendor, change open: directory.DingTalk and the others fit in its place.
//
// Nobody is deleted: who has left, or is locked, gets shadowExpire 1, which logins by PAM and SSSD honour, and loses
// the groups. Where the vendor does not say whether an account is active, the mark stays. The state file is the company
// as it was last applied. It is replaced when all is done: a run that was killed is made good by the next.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/examples/state"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var c config
	flag.StringVar(&c.url, "url", "ldap://localhost", "the LDAP server")
	flag.StringVar(&c.base, "base", "dc=example,dc=org", "below it are ou=people and ou=departments")
	flag.StringVar(&c.bind, "bind", "cn=admin,dc=example,dc=org", "who writes; the password is in LDAP_PASSWORD")
	flag.StringVar(&c.state, "state", "sync-ldap.jsonl", "the company as it was last applied")
	flag.Float64Var(&c.leavers, "max-leavers", 0.1, "refuse to deactivate more than this share of the people at once")
	flag.BoolVar(&c.apply, "apply", false, "change the server, and do not only print what would be changed")
	flag.Parse()
	c.password = os.Getenv("LDAP_PASSWORD")
	d, err := open()
	if err == nil {
		err = run(ctx, d, c, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sync-ldap:", err)
		os.Exit(1)
	}
}

func open() (directory.Directory, error) {
	var options []clients.Option
	if base := os.Getenv("WECOM_BASE_URL"); base != "" {
		options = append(options, clients.WithBaseURL(base))
	}
	c, err := wecom.New(wecom.Config{CorpID: os.Getenv("WECOM_CORP_ID"),
		AppSecret: clients.Secret(os.Getenv("WECOM_APP_SECRET"))}, options...)
	if err != nil {
		return nil, err
	}
	return directory.WeCom(c), nil
}

type config struct {
	url, base, bind, password, state string
	leavers                          float64
	apply                            bool
}

// run reads the company, compares it with what was applied last, and carries the difference over.
func run(ctx context.Context, d directory.Directory, c config, out io.Writer) error {
	target, changes, err := state.Compare(ctx, d, c.state, directory.DiffOptions{MaxLeavers: c.leavers})
	if err != nil {
		return err
	}
	for _, change := range changes {
		fmt.Fprintln(out, change.Kind, change.Of, change.ID)
	}
	if !c.apply {
		return nil
	}
	conn, err := ldap.DialURL(c.url)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Bind(c.bind, c.password); err != nil {
		return err
	}
	if err := (&server{conn: conn, base: c.base}).carry(ctx, target, changes); err != nil {
		return err // the state is as it was: the next run begins here again
	}
	return state.Save(c.state, target)
}

// server writes to LDAP. Every step says how an entry has to be, so that it can be made again.
type server struct {
	conn *ldap.Conn
	base string
}

func (s *server) person(id string) string { return "uid=" + ldap.EscapeDN(id) + ",ou=people," + s.base }
func (s *server) group(id string) string  { return "cn=" + ldap.EscapeDN(id) + "," + s.bound() }

// bound is a member of every group: LDAP allows none without.
func (s *server) bound() string { return "ou=departments," + s.base }

func (s *server) carry(ctx context.Context, company *directory.Snapshot, changes []directory.Change) error {
	for _, ou := range []string{"people", "departments"} {
		add := ldap.NewAddRequest("ou="+ou+","+s.base, nil)
		add.Attribute("objectClass", []string{"organizationalUnit"})
		if err := s.conn.Add(add); err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultEntryAlreadyExists) {
			return err
		}
	}
	members, stale := map[string][]string{}, map[string]bool{} // by department
	for _, u := range company.Users {
		for _, m := range u.Departments {
			members[m.DepartmentID] = append(members[m.DepartmentID], s.person(u.ID))
		}
	}
	for _, change := range changes { // people first: groups name them
		if err := ctx.Err(); err != nil {
			return err
		}
		if change.Of == "department" {
			stale[change.ID] = true
			continue
		}
		for _, u := range []*directory.User{change.OldUser, change.NewUser} {
			for i := 0; u != nil && i < len(u.Departments); i++ {
				stale[u.Departments[i].DepartmentID] = true
			}
		}
		if err := s.put(s.person(change.ID), s.entry(change)); err != nil {
			return err
		}
	}
	departments := map[string]directory.Department{}
	for _, d := range company.Departments {
		departments[d.ID] = d
	}
	for id := range stale { // one that is closed, or out of what the app sees, has nobody in it
		d := departments[id]
		group := map[string][]string{"objectClass": {"groupOfNames"}, "cn": {id}, "ou": named(d.Name), "owner": nil,
			"description": named(strings.Join(d.Path, "/"), "closed"), "member": append(members[d.ID], s.bound())}
		for _, leader := range d.LeaderIDs {
			group["owner"] = append(group["owner"], s.person(leader))
		}
		if err := s.put(s.group(id), group); err != nil {
			return err
		}
	}
	return nil
}

// entry is how a person has to be. An attribute with no values is taken away; one that is not named stays.
func (s *server) entry(change directory.Change) map[string][]string {
	if change.Kind == directory.Left || change.NewUser == nil {
		return map[string][]string{"shadowExpire": {"1"}}
	}
	u := change.NewUser
	entry := map[string][]string{"objectClass": {"inetOrgPerson", "shadowAccount"}, "uid": {u.ID},
		"cn": named(u.DisplayName, u.UserName, u.ID), "sn": named(u.DisplayName, u.UserName, u.ID),
		"displayName": named(u.DisplayName), "title": named(u.Title), "employeeNumber": named(u.EmployeeNo),
		"manager": nil}
	if u.Emails != nil { // else they are not known, and stay
		entry["mail"] = values(u.Emails, "work", "home")
	}
	if u.PhoneNumbers != nil {
		entry["mobile"], entry["telephoneNumber"] = values(u.PhoneNumbers, "mobile"), values(u.PhoneNumbers, "work")
	}
	if u.ManagerID != "" {
		entry["manager"] = []string{s.person(u.ManagerID)}
	}
	if active, known := u.Active(); known {
		entry["shadowExpire"] = map[bool][]string{false: {"1"}}[active]
	}
	return entry
}

// named is the first text that is not empty, as a list.
func named(texts ...string) []string {
	for _, text := range texts {
		if text != "" {
			return []string{text}
		}
	}
	return nil
}

// values are those of some types.
func values(all []directory.Value, types ...string) (texts []string) {
	for _, v := range all {
		if slices.Contains(types, v.Type) {
			texts = append(texts, v.Value)
		}
	}
	return texts
}

// put makes an entry what it has to be, whether it is there or not.
func (s *server) put(dn string, entry map[string][]string) error {
	change := ldap.NewModifyRequest(dn, nil)
	add := ldap.NewAddRequest(dn, nil)
	for name, values := range entry {
		if rdn, _, _ := strings.Cut(dn, "="); name != rdn && name != "objectClass" {
			change.Replace(name, values)
		}
		if len(values) > 0 {
			add.Attribute(name, values)
		}
	}
	err := s.conn.Modify(change)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		if entry["objectClass"] == nil {
			return nil // nobody to deactivate
		}
		err = s.conn.Add(add)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", dn, err)
	}
	return err
}
