package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/roster-go/roster/directory"
)

// encoder writes an export. Departments come before people.
type encoder interface {
	department(directory.Department) error
	user(directory.User) error
	end() error
}

func newEncoder(format string, w io.Writer, vendor string, raw bool) (encoder, error) {
	switch format {
	case "jsonl":
		return &jsonLines{plainJSON(w), vendor, raw}, nil
	case "csv":
		return newCSV(w, vendor), nil
	case "scim":
		return &scim{w: w, vendor: vendor}, nil
	default:
		return nil, fmt.Errorf("unknown format %q: want jsonl, csv or scim", format)
	}
}

// plainJSON writes one value a line and leaves <, > and & alone.
func plainJSON(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

type jsonLines struct {
	*json.Encoder
	vendor string
	raw    bool
}

func (j *jsonLines) department(d directory.Department) error {
	line := struct {
		Vendor string `json:"vendor"`
		Kind   string `json:"kind"`
		directory.Department
		Raw any `json:"raw,omitempty"`
	}{j.vendor, "department", d, nil}
	if j.raw {
		line.Raw = d.Raw
	}
	return j.Encode(line)
}

func (j *jsonLines) user(u directory.User) error {
	line := struct {
		Vendor string `json:"vendor"`
		Kind   string `json:"kind"`
		plainUser
		Active *bool `json:"active,omitempty"`
		Raw    any   `json:"raw,omitempty"`
	}{j.vendor, "user", plainUser(u), activeOrNil(u), nil}
	if j.raw {
		line.Raw = u.Raw
	}
	return j.Encode(line)
}

// plainUser has the fields of a user without their JSON.
type plainUser directory.User

// activeOrNil is nil where the vendor does not say.
func activeOrNil(u directory.User) *bool {
	if active, known := u.Active(); known {
		return &active
	}
	return nil
}

func (j *jsonLines) end() error { return nil }

// csvPeople writes a row for each person. Departments are only in the rows of those who belong to them.
type csvPeople struct {
	*csv.Writer
	vendor string
	names  map[string]string
	err    error
}

func newCSV(w io.Writer, vendor string) *csvPeople {
	c := &csvPeople{Writer: csv.NewWriter(w), vendor: vendor, names: map[string]string{}}
	c.err = c.Write([]string{"vendor", "id", "userName", "displayName", "active", "status", "title", "employeeNumber", "emails", "phoneNumbers", "manager",
		"departments", "departmentNames"})
	return c
}

func (c *csvPeople) department(d directory.Department) error {
	c.names[d.ID] = d.Name
	return c.err
}

func (c *csvPeople) user(u directory.User) error {
	var ids, names []string
	for _, m := range u.Departments {
		ids = append(ids, m.DepartmentID)
		names = append(names, c.names[m.DepartmentID])
	}
	active := ""
	if a := activeOrNil(u); a != nil {
		active = fmt.Sprint(*a)
	}
	return c.Write([]string{c.vendor, u.ID, u.UserName, u.DisplayName, active, string(u.Status), u.Title, u.EmployeeNo,
		values(u.Emails), values(u.PhoneNumbers), u.ManagerID, strings.Join(ids, ";"), strings.Join(names, ";")})
}

func values(all []directory.Value) string {
	var texts []string
	for _, v := range all {
		texts = append(texts, v.Value)
	}
	return strings.Join(texts, ";")
}

func (c *csvPeople) end() error {
	c.Flush()
	return c.Error()
}

// scim writes one ListResponse (RFC 7644, section 3.4.2) with departments as groups, without holding the company.
type scim struct {
	w      io.Writer
	vendor string
	count  int
	names  map[string]string
}

const (
	scimList       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	scimUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	scimGroup      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	scimEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

func (s *scim) resource(v any) error {
	separator := ",\n"
	if s.count == 0 {
		separator = fmt.Sprintf(`{"schemas":[%q],"Resources":[`+"\n", scimList)
	}
	s.count++
	if _, err := io.WriteString(s.w, separator); err != nil {
		return err
	}
	return plainJSON(s.w).Encode(v)
}

func (s *scim) department(d directory.Department) error {
	if s.names == nil {
		s.names = map[string]string{}
	}
	s.names[d.ID] = d.Name
	return s.resource(map[string]any{"schemas": []string{scimGroup}, "id": d.ID, "displayName": d.Name, "externalId": d.ExternalID,
		"meta": map[string]any{"resourceType": "Group"}})
}

func (s *scim) user(u directory.User) error {
	type ref struct {
		Value   string `json:"value"`
		Display string `json:"display,omitempty"`
		Type    string `json:"type,omitempty"`
	}
	type manager struct {
		Value string `json:"value"`
	}
	type enterprise struct {
		EmployeeNumber string   `json:"employeeNumber,omitempty"`
		Department     string   `json:"department,omitempty"`
		Manager        *manager `json:"manager,omitempty"`
	}
	var groups []ref
	extension := enterprise{EmployeeNumber: u.EmployeeNo}
	for _, m := range u.Departments {
		groups = append(groups, ref{m.DepartmentID, s.names[m.DepartmentID], "direct"})
		if m.Primary != nil && *m.Primary || extension.Department == "" {
			extension.Department = s.names[m.DepartmentID]
		}
	}
	if u.ManagerID != "" {
		extension.Manager = &manager{u.ManagerID}
	}
	var photos []ref
	if u.PhotoURL != "" {
		photos = []ref{{Value: u.PhotoURL, Type: "photo"}}
	}
	return s.resource(struct {
		Schemas      []string          `json:"schemas"`
		ID           string            `json:"id"`
		ExternalID   string            `json:"externalId,omitempty"`
		UserName     string            `json:"userName"`
		DisplayName  string            `json:"displayName,omitempty"`
		NickName     string            `json:"nickName,omitempty"`
		ProfileURL   string            `json:"profileUrl,omitempty"`
		Title        string            `json:"title,omitempty"`
		Active       *bool             `json:"active,omitempty"`
		Emails       []directory.Value `json:"emails,omitempty"`
		PhoneNumbers []directory.Value `json:"phoneNumbers,omitempty"`
		Photos       []ref             `json:"photos,omitempty"`
		Groups       []ref             `json:"groups,omitempty"`
		Enterprise   enterprise        `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`
		Meta         map[string]string `json:"meta"`
	}{[]string{scimUser, scimEnterprise}, u.ID, u.ExternalID, u.UserName, u.DisplayName, u.NickName, u.ProfileURL, u.Title, activeOrNil(u), u.Emails, u.PhoneNumbers,
		photos, groups, extension, map[string]string{"resourceType": "User"}})
}

func (s *scim) end() error {
	opening := ""
	if s.count == 0 {
		opening = fmt.Sprintf(`{"schemas":[%q],"Resources":[`+"\n", scimList)
	}
	_, err := fmt.Fprintf(s.w, "%s],\"totalResults\":%d}\n", opening, s.count)
	return err
}
