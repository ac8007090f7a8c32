package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/roster-go/roster/examples/internal/changing"
	"github.com/roster-go/roster/examples/syncer"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	base     = "dc=example,dc=com"
	rootDN   = "cn=admin," + base
	password = "secret"
)

// slapd starts an OpenLDAP server of its own. CI installs one; elsewhere the tests of this package need it to be there.
func slapd(t *testing.T) map[string]string {
	t.Helper()
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin") // where Debian has it, and users do not look
	program, err := exec.LookPath("slapd")
	if err != nil {
		if os.Getenv("CI") != "" {
			require.NoError(t, err, "CI must install slapd")
		}
		t.Skip("slapd is not installed")
	}
	dir := t.TempDir()
	config := fmt.Sprintf(`include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile %[1]s/slapd.pid
sizelimit unlimited
database mdb
suffix "%[2]s"
rootdn "%[3]s"
rootpw %[4]s
directory %[1]s
maxsize 33554432
dbnosync
overlay ppolicy
ppolicy_default "cn=policy,%[2]s"
`, dir, base, rootDN, password)
	file := filepath.Join(dir, "slapd.conf")
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := "ldap://" + listener.Addr().String()
	require.NoError(t, listener.Close())

	var log bytes.Buffer
	server := exec.CommandContext(t.Context(), program, "-f", file, "-h", url, "-d", "0")
	server.Stdout, server.Stderr = &log, &log
	require.NoError(t, server.Start())
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	t.Cleanup(func() {
		_ = server.Process.Kill()
		<-ended
	})
	var conn *ldap.Conn
	require.Eventually(t, func() bool { conn, err = ldap.DialURL(url); return err == nil }, 10*time.Second,
		10*time.Millisecond, "%v", err)
	defer conn.Close()
	require.NoError(t, conn.Bind(rootDN, password))
	root := ldap.NewAddRequest(base, nil)
	root.Attribute("objectClass", []string{"dcObject", "organization"})
	root.Attribute("o", []string{"Example"})
	require.NoError(t, conn.Add(root))
	policy := ldap.NewAddRequest("cn=policy,"+base, nil)
	policy.Attribute("objectClass", []string{"device", "pwdPolicy"})
	policy.Attribute("pwdAttribute", []string{"userPassword"})
	policy.Attribute("pwdLockout", []string{"TRUE"})
	require.NoError(t, conn.Add(policy))
	return map[string]string{"LDAP_URL": url, "LDAP_BIND_DN": rootDN, "LDAP_PASSWORD": password, "LDAP_BASE": base}
}

// fixture is a company, a server and a program between the two.
type fixture struct {
	vendor changing.Vendor
	source *sim.Server
	env    map[string]string
	state  string
	admin  *ldap.Conn
}

func newFixture(t *testing.T, v changing.Vendor) *fixture {
	t.Helper()
	env := slapd(t)
	f := &fixture{vendor: v, source: simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8)), env: env,
		state: filepath.Join(t.TempDir(), "state.jsonl")}
	for name, value := range v.Env(f.source) {
		f.env[name] = value
	}
	var err error
	f.admin, err = ldap.DialURL(env["LDAP_URL"])
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.admin.Close() })
	require.NoError(t, f.admin.Bind(rootDN, password))
	return f
}

func (f *fixture) getenv(name string) string { return f.env[name] }

func (f *fixture) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"-vendor", f.vendor.Name, "-state", f.state}, args...), f.getenv, &out)
	return out.String(), err
}

// entries are those of a class, with the number of each one's last change.
func (f *fixture) entries(t *testing.T, class string) []*ldap.Entry {
	t.Helper()
	found, err := f.admin.Search(ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0,
		false, "(objectClass="+class+")", []string{"*", "pwdAccountLockedTime", "entryCSN"}, nil))
	require.NoError(t, err)
	return found.Entries
}

// versions change whenever something is written.
func (f *fixture) versions(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, e := range f.entries(t, "*") {
		all = append(all, e.DN+" "+e.GetAttributeValue("entryCSN"))
	}
	return all
}

// id is the vendor's, from an entry's name.
func id(t *testing.T, dn string) string {
	t.Helper()
	parsed, err := ldap.ParseDN(dn)
	require.NoError(t, err)
	return parsed.RDNs[0].Attributes[0].Value
}

// equal checks that the server has the company.
func (f *fixture) equal(t *testing.T, gone ...string) {
	t.Helper()
	want := f.vendor.Want(f.source.Organisation(), gone...)
	got := changing.Company{Accounts: map[string]changing.Account{}, Members: map[string][]string{}}
	for _, e := range f.entries(t, "inetOrgPerson") {
		got.Accounts[id(t, e.DN)] = changing.Account{Name: e.GetAttributeValue("displayName"),
			Active: e.GetAttributeValue("pwdAccountLockedTime") == ""}
	}
	if f.vendor.Name == "dingtalk" { // which does not tell of a disabled account that its company does not own
		for id, a := range want.Accounts {
			want.Accounts[id] = changing.Account{Name: a.Name, Active: got.Accounts[id].Active}
		}
	}
	for _, e := range f.entries(t, "groupOfNames") {
		var members []string
		for _, dn := range e.GetAttributeValues("member") {
			if dn != e.DN {
				members = append(members, id(t, dn))
			}
		}
		slices.Sort(members)
		got.Members[id(t, e.DN)] = members
	}
	for _, list := range want.Members {
		slices.Sort(list)
	}
	assert.Equal(t, want, got)
}

func TestTheServerFollowsTheCompany(t *testing.T) {
	for _, v := range changing.Vendors() {
		t.Run(v.Name, func(t *testing.T) {
			f := newFixture(t, v)
			untouched := f.versions(t)
			out, err := f.run(t)
			require.NoError(t, err)
			assert.Contains(t, out, "68 changes; 60 users and 8 departments to put\n")
			assert.Equal(t, untouched, f.versions(t), "a dry run changes nothing")
			assert.NoFileExists(t, f.state)

			_, err = f.run(t, "-apply")
			require.NoError(t, err)
			f.equal(t)

			before := f.versions(t)
			out, err = f.run(t, "-apply")
			require.NoError(t, err)
			assert.Equal(t, "0 changes; 0 users and 0 departments to put\n", out)
			_, err = f.run(t, "-apply", "-full")
			require.NoError(t, err)
			assert.Equal(t, before, f.versions(t), "what is equal is not written")

			gone := v.Department(changing.Change(t, f.source.Organisation()))
			out, err = f.run(t)
			require.NoError(t, err)
			assert.Contains(t, out, "left     user")
			assert.Equal(t, before, f.versions(t))
			_, err = f.run(t, "-apply")
			require.NoError(t, err)
			f.equal(t, gone)
		})
	}
}

// cut is a target whose connection breaks once so many records have been put.
type cut struct {
	*target
	left int
}

func (c *cut) User(ctx context.Context, company *syncer.Company, id string) error {
	c.count()
	return c.target.User(ctx, company, id)
}

func (c *cut) Department(ctx context.Context, company *syncer.Company, id string) error {
	c.count()
	return c.target.Department(ctx, company, id)
}

func (c *cut) count() {
	if c.left--; c.left < 0 {
		_ = c.conn.Close()
	}
}

// Wherever a run is cut off, and although the company changes once more, the next one makes the server right.
func TestARunThatWasCutOffIsMadeGood(t *testing.T) {
	v := changing.Vendors()[0]
	f := newFixture(t, v)
	_, err := f.run(t, "-apply")
	require.NoError(t, err)
	before, err := os.ReadFile(f.state)
	require.NoError(t, err)
	o := f.source.Organisation()
	gone := v.Department(changing.Change(t, o))

	interrupt := func(after int) {
		t.Helper()
		d, company, err := syncer.Open(v.Name, f.getenv)
		require.NoError(t, err)
		server, err := connect(f.getenv)
		require.NoError(t, err)
		options := syncer.Options{State: f.state, Company: company, Apply: true, Out: &bytes.Buffer{}}
		options.MaxLeavers = 0.1
		err = syncer.Run(t.Context(), d, &cut{server, after}, options)
		require.ErrorContains(t, err, "run it again to go on")
		now, err := os.ReadFile(f.state)
		require.NoError(t, err)
		assert.Equal(t, before, now, "the state is replaced at the end only")
	}
	interrupt(0)
	var todo struct{ Users, Departments []string }
	data, err := os.ReadFile(f.state + ".journal")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &todo))
	interrupt(1)
	interrupt(len(todo.Users) / 2)
	interrupt(len(todo.Users) + len(todo.Departments) - 1)
	p, ok := o.FindPerson(sim.ByUserID, "newcomer")
	require.True(t, ok)
	require.NoError(t, o.RemovePerson(p.Key))
	out, err := f.run(t, "-apply")
	require.NoError(t, err)
	assert.Contains(t, out, "the last run was not finished")
	assert.NoFileExists(t, f.state+".journal")
	f.equal(t, gone) // the newcomer, whom no finished run ever saw, is locked
}

// Who has left cannot log in any more, and can again after coming back. A lock of the server's own is left alone.
func TestWhoHasLeftCannotLogIn(t *testing.T) {
	f := newFixture(t, changing.Vendors()[0])
	_, err := f.run(t, "-apply")
	require.NoError(t, err)
	o := f.source.Organisation()
	people := o.People()
	i := slices.IndexFunc(people, func(p sim.Person) bool {
		return !p.Founder && p.Status == sim.StatusActive && len(p.Memberships) == 1
	})
	p := people[i]
	server, err := connect(f.getenv)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.conn.Close() })
	dn := server.person(f.vendor.Person(p))
	change := ldap.NewModifyRequest(dn, nil)
	change.Replace("userPassword", []string{"open sesame"})
	require.NoError(t, f.admin.Modify(change))
	login := func() error {
		conn, err := ldap.DialURL(f.env["LDAP_URL"])
		require.NoError(t, err)
		defer conn.Close()
		return conn.Bind(dn, "open sesame")
	}
	require.NoError(t, login())

	require.NoError(t, o.RemovePerson(p.Key))
	_, err = f.run(t, "-apply")
	require.NoError(t, err)
	require.True(t, ldap.IsErrorWithCode(login(), ldap.LDAPResultInvalidCredentials))

	_, err = o.RestorePerson(p.Key, p.Memberships[0].Department)
	require.NoError(t, err)
	_, err = f.run(t, "-apply")
	require.NoError(t, err)
	require.NoError(t, login())

	change = ldap.NewModifyRequest(dn, nil)
	change.Replace("pwdAccountLockedTime", []string{time.Now().UTC().Format("20060102150405Z")})
	require.NoError(t, f.admin.Modify(change))
	_, err = f.run(t, "-apply", "-full")
	require.NoError(t, err)
	require.Error(t, login())
}

func TestAPasswordIsInNoError(t *testing.T) {
	f := newFixture(t, changing.Vendors()[0])
	f.env["LDAP_PASSWORD"] = "wrong-and-secret"
	_, err := f.run(t)
	var refused *ldap.Error
	require.ErrorAs(t, err, &refused)
	assert.NotContains(t, err.Error(), "wrong-and-secret")
}
