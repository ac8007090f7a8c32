package main

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/elimity-com/scim"
	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/optional"
	"github.com/elimity-com/scim/schema"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shelf keeps the resources of one endpoint in memory. The library around it validates them against the RFC's schemas.
type shelf struct {
	mu     sync.Mutex
	all    map[string]scim.ResourceAttributes
	last   int
	writes int
	fail   int // after so many writes; 0 never
}

func (s *shelf) resource(id string) scim.Resource {
	external, _ := s.all[id]["externalId"].(string)
	return scim.Resource{ID: id, ExternalID: optional.NewString(external), Attributes: s.all[id]}
}

func (s *shelf) write(id string, attributes scim.ResourceAttributes) (scim.Resource, error) {
	if s.writes++; s.fail > 0 && s.writes > s.fail {
		return scim.Resource{}, scimerrors.ScimErrorInternal
	}
	s.all[id] = attributes
	return s.resource(id), nil
}

func (s *shelf) Create(_ *http.Request, attributes scim.ResourceAttributes) (scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	return s.write("id-"+strconv.Itoa(s.last), attributes)
}

func (s *shelf) Replace(_ *http.Request, id string, attributes scim.ResourceAttributes) (scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[id] == nil {
		return scim.Resource{}, scimerrors.ScimErrorResourceNotFound(id)
	}
	return s.write(id, attributes)
}

func (s *shelf) GetAll(_ *http.Request, params scim.ListRequestParams) (scim.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	page := scim.Page{Resources: []scim.Resource{}}
	for _, id := range slices.Sorted(maps.Keys(s.all)) {
		r := s.resource(id)
		if params.FilterValidator == nil || params.FilterValidator.PassesFilter(r.Attributes) == nil {
			page.Resources = append(page.Resources, r)
		}
	}
	page.TotalResults = len(page.Resources)
	return page, nil
}

func (s *shelf) Get(_ *http.Request, id string) (scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resource(id), nil
}

func (s *shelf) Delete(*http.Request, string) error { panic("nobody is deleted") }

func (s *shelf) Patch(*http.Request, string, []scim.PatchOperation) (scim.Resource, error) {
	panic("not used")
}

// by has the resources by externalId.
func (s *shelf) by(t *testing.T) map[string]scim.ResourceAttributes {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string]scim.ResourceAttributes{}
	for id, attributes := range s.all {
		external := attributes["externalId"].(string)
		require.NotContains(t, found, external, "made twice")
		found[external] = maps.Clone(attributes)
		found[external]["id"] = id
	}
	return found
}

func scimServer(t *testing.T) (config, *shelf, *shelf) {
	t.Helper()
	users, groups := &shelf{all: map[string]scim.ResourceAttributes{}},
		&shelf{all: map[string]scim.ResourceAttributes{}}
	server, err := scim.NewServer(&scim.ServerArgs{
		ServiceProviderConfig: &scim.ServiceProviderConfig{SupportFiltering: true},
		ResourceTypes: []scim.ResourceType{
			{Name: "User", Endpoint: "/Users", Schema: schema.CoreUserSchema(), Handler: users},
			{Name: "Group", Endpoint: "/Groups", Schema: schema.CoreGroupSchema(), Handler: groups},
		},
	})
	require.NoError(t, err)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	return config{url: web.URL, token: "secret", state: filepath.Join(t.TempDir(), "state.jsonl"), leavers: 0.1},
		users, groups
}

func company(t *testing.T) (*sim.Server, directory.Directory) {
	t.Helper()
	server := sim.Serve(t, sim.WithPeople(80), sim.WithDepartments(8), sim.WithoutQuotas())
	demo := server.Credentials().Feishu
	c, err := feishu.New(feishu.Config{AppID: demo.AppID, AppSecret: clients.Secret(demo.AppSecret)},
		clients.WithBaseURL(server.FeishuURL()))
	require.NoError(t, err)
	return server, directory.Feishu(c)
}

// requireEqual compares the server with the truth.
func requireEqual(t *testing.T, server *sim.Server, users, groups *shelf) {
	t.Helper()
	people, departments, o := users.by(t), groups.by(t), server.Organisation()
	ids := map[string]string{}
	for _, p := range o.People() {
		u := people[p.FeishuOpenID]
		require.NotNil(t, u, p.Name)
		assert.Equal(t, p.Name, u["displayName"])
		ids[p.FeishuOpenID] = u["id"].(string)
		delete(people, p.FeishuOpenID)
	}
	for _, u := range people {
		assert.Equal(t, false, u["active"], "who has left stays, and is not active")
	}
	for _, d := range o.Departments() {
		g := departments[d.FeishuOpenID]
		require.NotNil(t, g, d.Name)
		var want, got []string
		for _, p := range o.Members(d.Key) {
			want = append(want, ids[p.FeishuOpenID])
		}
		list, _ := g["members"].([]any)
		for _, member := range list {
			got = append(got, member.(map[string]any)["value"].(string))
		}
		assert.ElementsMatch(t, want, got, d.Name)
	}
}

func TestTheServerFollowsTheCompany(t *testing.T) {
	c, users, groups := scimServer(t)
	server, d := company(t)
	ctx := context.Background()
	require.NoError(t, run(ctx, d, c, io.Discard))
	assert.Zero(t, users.writes+groups.writes, "a dry run changes nothing")
	assert.NoFileExists(t, c.state)

	c.apply = true
	require.NoError(t, run(ctx, d, c, io.Discard))
	requireEqual(t, server, users, groups)

	before := users.writes + groups.writes
	var out strings.Builder
	require.NoError(t, run(ctx, d, c, &out))
	assert.Empty(t, out.String(), "nothing has changed")
	assert.Equal(t, before, users.writes+groups.writes)

	o := server.Organisation()
	people, departments := o.People(), o.Departments()
	require.NoError(t, o.RemovePerson(people[50].Key))
	require.NoError(t, o.UpdatePerson(people[60].Key, func(p *sim.Person) error { p.Name = "新名字"; return nil }))
	for _, to := range departments {
		if _, in := people[70].In(to.Key); !in {
			require.NoError(t, o.MovePerson(people[70].Key, people[70].MainDepartment, to.Key))
			break
		}
	}
	joined, err := o.AddPerson(sim.Person{UserID: "new.one", Name: "新同事", Mobile: people[50].Mobile,
		Memberships: []sim.Membership{{Department: departments[2].Key}}, MainDepartment: departments[2].Key})
	require.NoError(t, err)
	require.NoError(t, run(ctx, d, c, &out))
	for _, want := range []string{"left user " + people[50].FeishuOpenID, "changed user " + people[60].FeishuOpenID,
		"moved user " + people[70].FeishuOpenID, "added user " + joined.FeishuOpenID} {
		assert.Contains(t, out.String(), want+"\n")
	}
	requireEqual(t, server, users, groups)
}

// A run that ends half way leaves the state as it was, and the next one makes it good, without making anybody twice.
func TestARunThatEndsHalfWayIsMadeGood(t *testing.T) {
	c, users, groups := scimServer(t)
	server, d := company(t)
	c.apply = true
	users.fail = 30
	require.ErrorContains(t, run(context.Background(), d, c, io.Discard), "500")
	assert.NoFileExists(t, c.state)
	assert.Len(t, users.by(t), 30)
	users.fail = 0
	require.NoError(t, run(context.Background(), d, c, io.Discard))
	requireEqual(t, server, users, groups)
}

func TestTooManyLeaversAreRefused(t *testing.T) {
	c, users, groups := scimServer(t)
	server, d := company(t)
	c.apply = true
	require.NoError(t, run(context.Background(), d, c, io.Discard))
	for _, p := range server.Organisation().People()[20:50] {
		require.NoError(t, server.Organisation().RemovePerson(p.Key))
	}
	require.ErrorIs(t, run(context.Background(), d, c, io.Discard), directory.ErrRefused)
	c.leavers = 1
	require.NoError(t, run(context.Background(), d, c, io.Discard))
	requireEqual(t, server, users, groups)
}
