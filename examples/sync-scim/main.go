// Command sync-scim keeps the people and departments of a company in a SCIM 2.0 server (RFC 7644).
//
//	sync-scim --vendor wecom --state company.jsonl            # says what it would do
//	sync-scim --vendor wecom --state company.jsonl --apply    # does it
//
// Users and groups are found again by externalId, which is the vendor's id; the server gives ids of its own. Nothing is
// deleted: who has left is made inactive, a department that is gone is a group without members.
//
// The vendor's credentials come from the variables of the roster command; the server's from SCIM_URL and SCIM_TOKEN.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/examples/scimclient"
	"github.com/roster-go/roster/examples/syncer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sync-scim:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("sync-scim", flag.ExitOnError)
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
	if getenv("SCIM_URL") == "" {
		return errors.New("SCIM_URL is not set (such as https://scim.example.org/v2)")
	}
	return syncer.Run(ctx, d, &target{Client: scimclient.Client{Base: strings.TrimSuffix(getenv("SCIM_URL"), "/"),
		Token: getenv("SCIM_TOKEN"), HTTP: &http.Client{Timeout: time.Minute}}}, options)
}

// target is the server.
type target struct {
	scimclient.Client
	users, groups map[string]string // the server's ids by the vendor's
}

// Begin learns which resources there are, and adds the users who are missing, so that all managers and members have
// ids.
func (t *target) Begin(ctx context.Context, c *syncer.Company, users []string) (err error) {
	if t.users, err = t.Index(ctx, "/Users"); err != nil {
		return err
	}
	if t.groups, err = t.Index(ctx, "/Groups"); err != nil {
		return err
	}
	for _, id := range users {
		if _, there := c.Users[id]; there && t.users[id] == "" {
			r := scimclient.Resource{"schemas": []string{scimclient.UserSchema}, "externalId": id}
			t.describe(r, c, id)
			if t.users[id], err = t.Add(ctx, "/Users", r); err != nil {
				return fmt.Errorf("user %q: %w", id, err)
			}
		}
	}
	return nil
}

// describe writes what is known of a person into a resource.
func (t *target) describe(r scimclient.Resource, c *syncer.Company, id string) {
	u := c.Users[id]
	r.Set("userName", cmp.Or(u.UserName, u.ID))
	for name, value := range map[string]string{
		"displayName": u.DisplayName, "nickName": u.NickName, "title": u.Title, "profileUrl": u.ProfileURL,
	} {
		if c.Known(name) {
			r.Set(name, value)
		}
	}
	if c.Known("displayName") && u.DisplayName != "" {
		r.Set("name", map[string]string{"formatted": u.DisplayName}) // which part is the family name, no vendor says
	}
	if c.Known("employeeType") {
		r.Set("userType", u.EmployeeType)
	}
	if active, known := u.Active(); known { // what is not known stays as it is
		r["active"] = active
	}
	for name, values := range map[string][]directory.Value{"emails": u.Emails, "phoneNumbers": u.PhoneNumbers} {
		if values != nil {
			r.Set(name, values)
		}
	}
	current, _ := r[scimclient.Enterprise].(map[string]any)
	extension := scimclient.Resource(maps.Clone(current))
	if extension == nil {
		extension = scimclient.Resource{}
	}
	if c.Known("employeeNumber") {
		extension.Set("employeeNumber", u.EmployeeNo)
	}
	if c.Known("manager") {
		extension.Set("manager", reference(t.users[u.ManagerID]))
	}
	if u.Departments != nil {
		extension.Set("department", mainDepartment(c, u))
	}
	r.Set(scimclient.Enterprise, map[string]any(extension))
	if len(extension) > 0 {
		r["schemas"] = []string{scimclient.UserSchema, scimclient.Enterprise}
	}
}

// reference names another resource; nil: none.
func reference(id string) map[string]string {
	if id == "" {
		return nil
	}
	return map[string]string{"value": id}
}

// mainDepartment is the name of the main one, or of the only one.
func mainDepartment(c *syncer.Company, u directory.User) string {
	for _, m := range u.Departments {
		if len(u.Departments) == 1 || m.Primary != nil && *m.Primary {
			return c.Departments[m.DepartmentID].Name
		}
	}
	return ""
}

// User puts one person.
func (t *target) User(ctx context.Context, c *syncer.Company, id string) error {
	if t.users[id] == "" {
		return nil // has never been there
	}
	return t.Edit(ctx, "/Users/"+url.PathEscape(t.users[id]), func(r scimclient.Resource) {
		if _, there := c.Users[id]; !there {
			r["active"] = false
			return
		}
		t.describe(r, c, id)
	})
}

// Department puts one department, with the people and the departments that are in it.
func (t *target) Department(ctx context.Context, c *syncer.Company, id string) (err error) {
	if _, there := c.Departments[id]; there {
		for _, group := range append([]string{id}, c.Children[id]...) {
			if t.groups[group] != "" {
				continue
			}
			name := cmp.Or(c.Departments[group].Name, group)
			r := scimclient.Resource{"schemas": []string{scimclient.GroupSchema}, "externalId": group,
				"displayName": name}
			if t.groups[group], err = t.Add(ctx, "/Groups", r); err != nil {
				return err
			}
		}
	}
	if t.groups[id] == "" {
		return nil
	}
	return t.Edit(ctx, "/Groups/"+url.PathEscape(t.groups[id]), func(r scimclient.Resource) {
		var members []map[string]string
		add := func(server, kind string) {
			if server != "" {
				members = append(members, map[string]string{"value": server, "type": kind})
			}
		}
		if d, there := c.Departments[id]; there {
			r.Set("displayName", cmp.Or(d.Name, id))
			for _, user := range c.Members[id] {
				add(t.users[user], "User")
			}
			for _, child := range c.Children[id] {
				add(t.groups[child], "Group")
			}
		}
		r.Set("members", members)
	})
}
