package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/roster-go/roster/directory"
)

const (
	scimList       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	scimUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	scimGroup      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	scimEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

	// scimDepartment is an extension of this program's own: what a group has no attribute for. Servers that do not know
	// it leave it aside.
	scimDepartment = "urn:roster:scim:schemas:extension:department:1.0:Group"
	scimKind       = "urn:roster:scim:schemas:extension:kind:1.0:Group"
)

// scim writes one ListResponse (RFC 7644, section 3.4.2): users, and then departments as groups, whose members are
// there by then or are groups of the same list. Attributes without a value are left out (RFC 7643, section 2.5).
type scim struct {
	w           io.Writer
	count       int
	departments []directory.Department
	byID        map[string]directory.Department
	members     map[string][]scimMember
	groups      []directory.Group
	groupsOf    map[string][]scimRef // of a person
	seen        map[string]bool      // people
}

type scimRef struct {
	Value   string `json:"value"`
	Display string `json:"display,omitempty"`
	Type    string `json:"type,omitempty"`
	Primary bool   `json:"primary,omitempty"`
}

type scimMember struct {
	Value string `json:"value"`
	Type  string `json:"type"`
}

type scimMeta struct {
	ResourceType string `json:"resourceType"`
}

func newSCIM(w io.Writer) *scim {
	return &scim{w: w, byID: make(map[string]directory.Department), members: make(map[string][]scimMember),
		groupsOf: make(map[string][]scimRef), seen: make(map[string]bool)}
}

func (s *scim) resource(v any) error {
	separator := ",\n"
	if s.count == 0 {
		separator = s.opening()
	}
	s.count++
	if _, err := io.WriteString(s.w, separator); err != nil {
		return err
	}
	return plainJSON(s.w).Encode(v)
}

func (s *scim) opening() string { return fmt.Sprintf(`{"schemas":[%q],"Resources":[`+"\n", scimList) }

func (s *scim) department(d directory.Department) error {
	s.departments = append(s.departments, d)
	s.byID[d.ID] = d
	return nil
}

// group is one of the vendor's groups. Its id is that of no department.
func (s *scim) group(g directory.Group) error {
	s.groups = append(s.groups, g)
	for _, id := range g.Users {
		s.groupsOf[id] = append(s.groupsOf[id],
			scimRef{Value: groupID(g), Display: cmp.Or(g.Name, g.ID), Type: "direct"})
	}
	return nil
}

func groupID(g directory.Group) string { return string(g.Kind) + ":" + g.ID }

func (s *scim) user(u directory.User) error {
	type enterprise struct {
		EmployeeNumber string   `json:"employeeNumber,omitempty"`
		Department     string   `json:"department,omitempty"`
		Manager        *scimRef `json:"manager,omitempty"`
	}
	type name struct {
		Formatted string `json:"formatted"`
	}
	type address struct {
		Formatted string `json:"formatted"`
		Type      string `json:"type"`
	}
	user := struct {
		Schemas      []string          `json:"schemas"`
		ID           string            `json:"id"`
		ExternalID   string            `json:"externalId,omitempty"`
		UserName     string            `json:"userName"`
		Name         *name             `json:"name,omitempty"`
		DisplayName  string            `json:"displayName,omitempty"`
		NickName     string            `json:"nickName,omitempty"`
		ProfileURL   string            `json:"profileUrl,omitempty"`
		Title        string            `json:"title,omitempty"`
		UserType     string            `json:"userType,omitempty"`
		Active       *bool             `json:"active,omitempty"`
		Emails       []directory.Value `json:"emails,omitempty"`
		PhoneNumbers []directory.Value `json:"phoneNumbers,omitempty"`
		Photos       []scimRef         `json:"photos,omitempty"`
		Addresses    []address         `json:"addresses,omitempty"`
		Groups       []scimRef         `json:"groups,omitempty"`
		Enterprise   *enterprise       `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,omitempty"`
		Meta         scimMeta          `json:"meta"`
	}{
		Schemas: []string{scimUser}, ID: u.ID, ExternalID: u.ExternalID, UserName: cmp.Or(u.UserName, u.ID),
		DisplayName: u.DisplayName, NickName: u.NickName, ProfileURL: u.ProfileURL, Title: u.Title,
		UserType: u.EmployeeType,
		Active:   activeOrNil(u), Emails: u.Emails, PhoneNumbers: u.PhoneNumbers, Meta: scimMeta{"User"},
	}
	if u.DisplayName != "" {
		user.Name = &name{u.DisplayName} // which part is the family name, nobody says
	}
	if u.PhotoURL != "" {
		user.Photos = []scimRef{{Value: u.PhotoURL, Type: "photo"}}
	}
	if u.Location != "" {
		user.Addresses = []address{{u.Location, "work"}}
	}
	for _, m := range u.Departments {
		if _, ok := s.byID[m.DepartmentID]; !ok {
			continue // out of scope: there is no such group
		}
		user.Groups = append(user.Groups, scimRef{Value: m.DepartmentID, Display: s.nameOf(m.DepartmentID),
			Type: "direct"})
		s.members[m.DepartmentID] = append(s.members[m.DepartmentID], scimMember{u.ID, "User"})
	}
	user.Groups = append(user.Groups, s.groupsOf[u.ID]...)
	s.seen[u.ID] = true
	extension := enterprise{EmployeeNumber: u.EmployeeNo, Department: s.mainDepartment(u)}
	if u.ManagerID != "" {
		extension.Manager = &scimRef{Value: u.ManagerID}
	}
	if extension != (enterprise{}) {
		user.Schemas, user.Enterprise = append(user.Schemas, scimEnterprise), &extension
	}
	return s.resource(user)
}

// mainDepartment is the name of the main one, or of the only one. Of several without a mark none is chosen.
func (s *scim) mainDepartment(u directory.User) string {
	marked := func(m directory.Membership) bool { return m.Primary != nil && *m.Primary }
	if i := slices.IndexFunc(u.Departments, marked); i >= 0 {
		return s.byID[u.Departments[i].DepartmentID].Name
	}
	if len(u.Departments) == 1 {
		return s.byID[u.Departments[0].DepartmentID].Name
	}
	return ""
}

// nameOf is the name of a group, which must have one, whereas an app may not be allowed to read a department's.
func (s *scim) nameOf(id string) string { return cmp.Or(s.byID[id].Name, id) }

// end writes the groups.
func (s *scim) end() error {
	for _, d := range s.departments {
		if _, ok := s.byID[d.ParentID]; ok {
			s.members[d.ParentID] = append(s.members[d.ParentID], scimMember{d.ID, "Group"})
		}
	}
	type department struct {
		Parent string   `json:"parent,omitempty"`
		Path   []string `json:"path,omitempty"`
	}
	for _, d := range s.departments {
		group := struct {
			Schemas     []string     `json:"schemas"`
			ID          string       `json:"id"`
			ExternalID  string       `json:"externalId,omitempty"`
			DisplayName string       `json:"displayName"`
			Members     []scimMember `json:"members,omitempty"`
			Department  *department  `json:"urn:roster:scim:schemas:extension:department:1.0:Group,omitempty"`
			Meta        scimMeta     `json:"meta"`
		}{
			Schemas: []string{scimGroup}, ID: d.ID, ExternalID: d.ExternalID, DisplayName: s.nameOf(d.ID),
			Members: s.members[d.ID], Meta: scimMeta{"Group"},
		}
		path := d.Path
		if slices.Contains(path, "") {
			path = nil // the app may not read a name of it
		}
		if d.ParentID != "" || len(path) > 0 {
			group.Schemas, group.Department = append(group.Schemas, scimDepartment), &department{d.ParentID, path}
		}
		if err := s.resource(group); err != nil {
			return err
		}
	}
	for _, g := range s.groups {
		if err := s.resource(s.vendorGroup(g)); err != nil {
			return err
		}
	}
	opening := ""
	if s.count == 0 {
		opening = s.opening()
	}
	_, err := fmt.Fprintf(s.w, "%s],\"totalResults\":%d,\"startIndex\":1,\"itemsPerPage\":%[2]d}\n", opening, s.count)
	return err
}

// vendorGroup is a group whose members are there: who was left out of the export is left out of it as well.
func (s *scim) vendorGroup(g directory.Group) any {
	type kind struct {
		Type string `json:"type"`
	}
	group := struct {
		Schemas     []string     `json:"schemas"`
		ID          string       `json:"id"`
		DisplayName string       `json:"displayName"`
		Members     []scimMember `json:"members,omitempty"`
		Kind        kind         `json:"urn:roster:scim:schemas:extension:kind:1.0:Group"`
		Meta        scimMeta     `json:"meta"`
	}{Schemas: []string{scimGroup, scimKind}, ID: groupID(g), DisplayName: cmp.Or(g.Name, g.ID),
		Kind: kind{string(g.Kind)}, Meta: scimMeta{"Group"}}
	for _, id := range g.Users {
		if s.seen[id] {
			group.Members = append(group.Members, scimMember{id, "User"})
		}
	}
	for _, id := range g.Departments {
		if _, ok := s.byID[id]; ok {
			group.Members = append(group.Members, scimMember{id, "Group"})
		}
	}
	return group
}
