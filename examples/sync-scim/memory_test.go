package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/elimity-com/scim"
	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/optional"
	"github.com/elimity-com/scim/schema"
	"github.com/stretchr/testify/require"
)

// store holds the resources of one kind.
type store struct {
	mu   sync.Mutex
	kind string
	all  map[string]scim.ResourceAttributes
	ids  []string
}

// copied keeps what is stored apart from what is handed out.
func copied(a scim.ResourceAttributes) (out scim.ResourceAttributes) {
	data, err := json.Marshal(a)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		panic(err)
	}
	return out
}

func (s *store) resource(id string) scim.Resource {
	a := copied(s.all[id])
	external, _ := a["externalId"].(string)
	return scim.Resource{ID: id, ExternalID: optional.NewString(external), Attributes: a}
}

func (s *store) Create(_ *http.Request, a scim.ResourceAttributes) (scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.all {
		if name := a["userName"]; name != nil && name == other["userName"] {
			return scim.Resource{}, scimerrors.ScimErrorUniqueness
		}
	}
	id := s.kind + strconv.Itoa(len(s.ids)+1)
	s.ids, s.all[id] = append(s.ids, id), copied(a)
	return s.resource(id), nil
}

func (s *store) Get(_ *http.Request, id string) (scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[id] == nil {
		return scim.Resource{}, scimerrors.ScimErrorResourceNotFound(id)
	}
	return s.resource(id), nil
}

func (s *store) GetAll(_ *http.Request, p scim.ListRequestParams) (scim.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	page := scim.Page{TotalResults: len(s.ids), Resources: []scim.Resource{}}
	for _, id := range s.ids[min(p.StartIndex-1, len(s.ids)):min(p.StartIndex-1+p.Count, len(s.ids))] {
		page.Resources = append(page.Resources, s.resource(id))
	}
	return page, nil
}

func (s *store) Replace(_ *http.Request, id string, a scim.ResourceAttributes) (scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[id] == nil {
		return scim.Resource{}, scimerrors.ScimErrorResourceNotFound(id)
	}
	s.all[id] = copied(a)
	return s.resource(id), nil
}

func (s *store) Delete(*http.Request, string) error { return scimerrors.ScimErrorInternal } // nobody is to ask for it

func (s *store) Patch(*http.Request, string, []scim.PatchOperation) (scim.Resource, error) {
	return scim.Resource{}, scimerrors.ScimErrorInternal
}

// scimServer is a SCIM server that holds its resources in memory.
func scimServer(t *testing.T) (handler http.Handler, users, groups *store) {
	t.Helper()
	users = &store{kind: "u", all: map[string]scim.ResourceAttributes{}}
	groups = &store{kind: "g", all: map[string]scim.ResourceAttributes{}}
	server, err := scim.NewServer(&scim.ServerArgs{
		ServiceProviderConfig: &scim.ServiceProviderConfig{MaxResults: 200},
		ResourceTypes: []scim.ResourceType{
			{ID: optional.NewString("User"), Name: "User", Endpoint: "/Users", Schema: schema.CoreUserSchema(),
				SchemaExtensions: []scim.SchemaExtension{{Schema: schema.ExtensionEnterpriseUser()}}, Handler: users},
			{ID: optional.NewString("Group"), Name: "Group", Endpoint: "/Groups", Schema: schema.CoreGroupSchema(),
				Handler: groups},
		},
	})
	require.NoError(t, err)
	return server, users, groups
}

// has is what the server has, in the vendor's ids.
func has(users, groups *store) (accounts map[string]map[string]any, members map[string][]string) {
	accounts, members = map[string]map[string]any{}, map[string][]string{}
	for _, id := range users.ids {
		u := users.resource(id)
		accounts[u.ExternalID.Value()] = u.Attributes
	}
	for _, id := range groups.ids {
		g := groups.resource(id)
		var in []string
		list, _ := g.Attributes["members"].([]any)
		for _, m := range list {
			if member := m.(map[string]any); member["type"] == "User" {
				in = append(in, users.resource(member["value"].(string)).ExternalID.Value())
			}
		}
		slices.Sort(in)
		members[g.ExternalID.Value()] = in
	}
	return accounts, members
}
