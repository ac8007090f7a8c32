package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slapd starts OpenLDAP on a free port, with nothing in it but the base.
func slapd(t *testing.T) config {
	t.Helper()
	binary, err := exec.LookPath("slapd")
	if err != nil {
		binary = "/usr/sbin/slapd"
	}
	if _, err := os.Stat(binary); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("slapd is not installed")
		}
		t.Skip("slapd is not installed")
	}
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "db"), 0o700))
	conf := "pidfile " + dir + "/pid\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
	for _, schema := range []string{"core", "cosine", "nis", "inetorgperson"} {
		conf = "include /etc/ldap/schema/" + schema + ".schema\n" + conf
	}
	conf = reversed(conf) +
		"database mdb\nmaxsize 104857600\nsuffix dc=example,dc=org\nrootdn cn=admin,dc=example,dc=org\n" +
		"rootpw secret\ndirectory " + dir + "/db\n"
	require.NoError(t, os.WriteFile(dir+"/slapd.conf", []byte(conf), 0o600))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := "ldap://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	server := exec.Command(binary, "-f", dir+"/slapd.conf", "-h", url+"/", "-d", "0")
	var said strings.Builder
	server.Stderr = &said
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	c := config{url: url, base: "dc=example,dc=org", bind: "cn=admin,dc=example,dc=org", password: "secret",
		state: filepath.Join(dir, "state.jsonl"), leavers: 0.1}
	var conn *ldap.Conn
	require.Eventually(t, func() bool {
		conn, err = ldap.DialURL(url)
		return err == nil
	}, 20*time.Second, 10*time.Millisecond, said.String)
	defer conn.Close()
	require.NoError(t, conn.Bind(c.bind, c.password))
	add := ldap.NewAddRequest(c.base, nil)
	add.Attribute("objectClass", []string{"dcObject", "organization"})
	add.Attribute("o", []string{"example"})
	require.NoError(t, conn.Add(add))
	return c
}

// reversed puts the lines of includes, which were put in front of each other, in order.
func reversed(conf string) string {
	var includes, rest []string
	for line := range strings.Lines(conf) {
		if strings.HasPrefix(line, "include") {
			includes = append([]string{line}, includes...)
		} else {
			rest = append(rest, line)
		}
	}
	return strings.Join(includes, "") + strings.Join(rest, "")
}

func company(t *testing.T) (*sim.Server, directory.Directory) {
	t.Helper()
	server := sim.Serve(t, sim.WithPeople(120), sim.WithDepartments(12), sim.WithoutQuotas())
	demo := server.Credentials().WeCom
	c, err := wecom.New(wecom.Config{CorpID: demo.CorpID, AppSecret: clients.Secret(demo.AppSecret)},
		clients.WithBaseURL(server.WeComURL()))
	require.NoError(t, err)
	return server, directory.WeCom(c)
}

// entries are all entries of a class below the base.
func entries(t *testing.T, c config, class string) map[string]*ldap.Entry {
	t.Helper()
	conn, err := ldap.DialURL(c.url)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.Bind(c.bind, c.password))
	found, err := conn.Search(ldap.NewSearchRequest(c.base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false,
		"(objectClass="+class+")", []string{"*", "entryCSN"}, nil))
	require.NoError(t, err)
	all := map[string]*ldap.Entry{}
	for _, e := range found.Entries {
		all[strings.ToLower(e.DN)] = e // where neither LDAP nor WeCom tells case apart
	}
	return all
}

// requireEqual compares the server with the truth.
func requireEqual(t *testing.T, server *sim.Server, c config) {
	t.Helper()
	people, groups := entries(t, c, "inetOrgPerson"), entries(t, c, "groupOfNames")
	o := server.Organisation()
	for _, p := range o.People() {
		dn := strings.ToLower("uid=" + p.UserID + ",ou=people," + c.base)
		e := people[dn]
		require.NotNil(t, e, p.UserID)
		assert.Equal(t, p.Name, e.GetAttributeValue("displayName"))
		delete(people, dn)
	}
	for dn, e := range people {
		assert.Equal(t, "1", e.GetAttributeValue("shadowExpire"), "%s has left", dn)
	}
	for _, d := range o.Departments() {
		e := groups["cn="+fmt.Sprint(d.WeComID)+",ou=departments,"+c.base]
		require.NotNil(t, e, d.Name)
		want := []string{"ou=departments," + c.base}
		for _, p := range o.Members(d.Key) {
			want = append(want, strings.ToLower("uid="+p.UserID+",ou=people,"+c.base))
		}
		var members []string
		for _, member := range e.GetAttributeValues("member") {
			members = append(members, strings.ToLower(member))
		}
		assert.ElementsMatch(t, want, members, d.Name)
		assert.Equal(t, d.Name, e.GetAttributeValue("ou"))
	}
}

func TestTheServerFollowsTheCompany(t *testing.T) {
	c := slapd(t)
	server, d := company(t)
	ctx := context.Background()

	require.NoError(t, run(ctx, d, c, io.Discard))
	assert.Empty(t, entries(t, c, "inetOrgPerson"), "a dry run changes nothing")
	assert.NoFileExists(t, c.state)

	c.apply = true
	require.NoError(t, run(ctx, d, c, io.Discard))
	requireEqual(t, server, c)

	before := entries(t, c, "*")
	var out strings.Builder
	require.NoError(t, run(ctx, d, c, &out))
	assert.Empty(t, out.String(), "nothing has changed")
	assert.Equal(t, before, entries(t, c, "*"))

	o := server.Organisation()
	people, departments := o.People(), o.Departments()
	require.NoError(t, o.RemovePerson(people[50].Key))
	require.NoError(t, o.MovePerson(people[60].Key, people[60].MainDepartment, other(departments, people[60])))
	require.NoError(t, o.UpdatePerson(people[70].Key, func(p *sim.Person) error { p.Name = "新名字"; return nil }))
	joined, err := o.AddPerson(sim.Person{UserID: "new.one", Name: "新同事", Mobile: people[50].Mobile,
		Memberships: []sim.Membership{{Department: departments[2].Key}}, MainDepartment: departments[2].Key})
	require.NoError(t, err)
	out.Reset()
	require.NoError(t, run(ctx, d, c, &out))
	for _, want := range []string{"left user " + people[50].UserID, "moved user " + people[60].UserID,
		"changed user " + people[70].UserID, "added user " + joined.UserID} {
		assert.Contains(t, strings.ToLower(out.String()), strings.ToLower(want)+"\n")
	}
	requireEqual(t, server, c)
}

func other(departments []sim.Department, p sim.Person) sim.DepartmentKey {
	for _, d := range departments {
		if _, in := p.In(d.Key); !in {
			return d.Key
		}
	}
	return 0
}

// A run that ends half way leaves the state as it was, and the next one makes it good.
func TestARunThatIsKilledIsMadeGood(t *testing.T) {
	c := slapd(t)
	server, d := company(t)
	c.apply = true
	ctx, cancel := context.WithCancel(context.Background())
	err := run(ctx, d, c, writer(func(line string) {
		if strings.HasPrefix(line, "added user") {
			cancel() // the plan is printed before anything is done: the walk is over
		}
	}))
	require.ErrorIs(t, err, context.Canceled)
	assert.NoFileExists(t, c.state)
	require.NoError(t, run(context.Background(), d, c, io.Discard))
	requireEqual(t, server, c)
}

type writer func(string)

func (w writer) Write(p []byte) (int, error) {
	w(string(p))
	return len(p), nil
}

func TestTooManyLeaversAreRefused(t *testing.T) {
	c := slapd(t)
	server, d := company(t)
	c.apply = true
	require.NoError(t, run(context.Background(), d, c, io.Discard))
	for _, p := range server.Organisation().People()[20:60] {
		require.NoError(t, server.Organisation().RemovePerson(p.Key))
	}
	require.ErrorIs(t, run(context.Background(), d, c, io.Discard), directory.ErrRefused)
	c.leavers = 1
	require.NoError(t, run(context.Background(), d, c, io.Discard))
	requireEqual(t, server, c)
}
