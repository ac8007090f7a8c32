// Command sync-scim keeps the users and groups of a SCIM 2.0 server equal to a company's Feishu directory. It prints
// what it would do, and does it with -apply. Credentials are in FEISHU_APP_ID, FEISHU_APP_SECRET and SCIM_TOKEN. For
// another vendor, change open: directory.WeCom and the others fit in its place.
//
// Nobody is deleted: who has left, or is locked, becomes active: false. Where the vendor does not say whether an
// account is active, the attribute is left out. People and departments are found again by their externalId, the
// vendor's id. The state file is the company as it was last applied. It is replaced when all is done: a run that was
// killed is made good by the next.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/examples/state"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var c config
	flag.StringVar(&c.url, "url", "https://localhost/scim/v2", "the SCIM server's base URL")
	flag.StringVar(&c.state, "state", "sync-scim.jsonl", "the company as it was last applied")
	flag.Float64Var(&c.leavers, "max-leavers", 0.1, "refuse to deactivate more than this share of the people at once")
	flag.BoolVar(&c.apply, "apply", false, "change the server, and do not only print what would be changed")
	flag.Parse()
	c.token = os.Getenv("SCIM_TOKEN")
	d, err := open()
	if err == nil {
		err = run(ctx, d, c, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sync-scim:", err)
		os.Exit(1)
	}
}

func open() (directory.Directory, error) {
	var options []clients.Option
	if base := os.Getenv("FEISHU_BASE_URL"); base != "" {
		options = append(options, clients.WithBaseURL(base))
	}
	c, err := feishu.New(feishu.Config{AppID: os.Getenv("FEISHU_APP_ID"),
		AppSecret: clients.Secret(os.Getenv("FEISHU_APP_SECRET"))}, options...)
	if err != nil {
		return nil, err
	}
	return directory.Feishu(c), nil
}

type config struct {
	url, token, state string
	leavers           float64
	apply             bool
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
	s := &server{config: c, http: &http.Client{Timeout: 30 * time.Second}, ids: map[string]string{}}
	if err := s.carry(ctx, target, changes); err != nil {
		return err // the state is as it was: the next run begins here again
	}
	return state.Save(c.state, target)
}

// resource is a user or a group as the server takes it.
type resource map[string]any

const (
	userSchema  = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group"
)

// server writes to the SCIM server. Every step says how a resource has to be, so that it can be made again.
type server struct {
	config
	http *http.Client
	ids  map[string]string // the server's, by endpoint and externalId
}

func (s *server) carry(ctx context.Context, company *directory.Snapshot, changes []directory.Change) error {
	members, stale := map[string][]string{}, map[string]bool{} // by department
	for _, u := range company.Users {
		for _, m := range u.Departments {
			members[m.DepartmentID] = append(members[m.DepartmentID], u.ID)
		}
	}
	for _, change := range changes { // people first: groups name them
		if change.Of == "department" {
			stale[change.ID] = true
			continue
		}
		for _, u := range []*directory.User{change.OldUser, change.NewUser} {
			for i := 0; u != nil && i < len(u.Departments); i++ {
				stale[u.Departments[i].DepartmentID] = true
			}
		}
		if err := s.put(ctx, "Users", change.ID, user(change)); err != nil {
			return err
		}
	}
	names := map[string]string{}
	for _, d := range company.Departments {
		names[d.ID] = d.Name
	}
	for id := range stale { // one that is closed, or out of what the app sees, has nobody in it
		list := []resource{}
		for _, member := range members[id] {
			if _, open := names[id]; !open {
				break
			}
			of, err := s.find(ctx, "Users", member)
			if err != nil {
				return err
			}
			list = append(list, resource{"value": of, "type": "User"})
		}
		group := resource{"schemas": []string{groupSchema}, "externalId": id,
			"displayName": cmp.Or(names[id], "closed "+id), "members": list}
		if err := s.put(ctx, "Groups", id, group); err != nil {
			return err
		}
	}
	return nil
}

// user is how a person has to be. Attributes that nobody knows are left out.
func user(change directory.Change) resource {
	u := change.NewUser
	if u == nil {
		u = change.OldUser
	}
	r := resource{"schemas": []string{userSchema}, "externalId": u.ID, "userName": cmp.Or(u.UserName, u.ID)}
	for name, value := range map[string]string{"displayName": u.DisplayName, "title": u.Title, "nickName": u.NickName,
		"userType": u.EmployeeType} {
		if value != "" {
			r[name] = value
		}
	}
	if len(u.Emails) > 0 {
		r["emails"] = u.Emails
	}
	if len(u.PhoneNumbers) > 0 {
		r["phoneNumbers"] = u.PhoneNumbers
	}
	if active, known := u.Active(); known {
		r["active"] = active
	}
	if change.Kind == directory.Left {
		r["active"] = false
	}
	return r
}

// put makes a resource what it has to be, whether it is there or not.
func (s *server) put(ctx context.Context, endpoint, externalID string, r resource) error {
	id, err := s.find(ctx, endpoint, externalID)
	if err != nil {
		return err
	}
	if id != "" {
		return s.call(ctx, http.MethodPut, endpoint+"/"+url.PathEscape(id), r, nil)
	}
	var made struct {
		ID string `json:"id"`
	}
	err = s.call(ctx, http.MethodPost, endpoint, r, &made)
	s.ids[endpoint+externalID] = made.ID
	return err
}

// find returns the server's id of what has an externalId, "" if nothing has.
func (s *server) find(ctx context.Context, endpoint, externalID string) (string, error) {
	if id := s.ids[endpoint+externalID]; id != "" {
		return id, nil
	}
	var list struct {
		Resources []struct {
			ID string `json:"id"`
		}
	}
	filter := url.Values{"filter": {fmt.Sprintf("externalId eq %q", externalID)}}
	if err := s.call(ctx, http.MethodGet, endpoint+"?"+filter.Encode(), nil, &list); err != nil {
		return "", err
	}
	if len(list.Resources) == 0 {
		return "", nil
	}
	s.ids[endpoint+externalID] = list.Resources[0].ID
	return list.Resources[0].ID, nil
}

func (s *server) call(ctx context.Context, method, path string, body, out any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, s.url+"/"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	request.Header.Set("Content-Type", "application/scim+json")
	response, err := s.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: the server answers %s", method, path, response.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(out)
}
