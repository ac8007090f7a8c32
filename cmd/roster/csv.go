package main

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/roster-go/roster/directory"
)

// csvPeople writes a row for each person. Departments are only in the rows of those who belong to them.
type csvPeople struct {
	*csv.Writer
	vendor      string
	excel       bool
	departments map[string]directory.Department
	groups      map[string][]string // names of those that name a person
	withGroups  bool
	err         error
}

func newCSV(w io.Writer, vendor string, excel, groups bool) *csvPeople {
	c := &csvPeople{Writer: csv.NewWriter(w), vendor: vendor, excel: excel,
		departments: map[string]directory.Department{}, groups: map[string][]string{}, withGroups: groups}
	if excel {
		_, c.err = io.WriteString(w, "\uFEFF") // without it Excel takes UTF-8 for the system's old encoding
	}
	if c.err == nil {
		header := []string{"vendor", "id", "userName", "displayName", "active", "status", "title",
			"employeeNumber",
			"emails", "phoneNumbers", "manager", "departments", "departmentNames", "departmentPaths", "mainDepartment",
			"mainDepartmentPath"}
		if groups {
			header = append(header, "groups")
		}
		c.err = c.Write(header)
	}
	return c
}

func (c *csvPeople) department(d directory.Department) error {
	c.departments[d.ID] = d
	return c.err
}

// group is in the rows of those whom it names. Whole departments in it are not: theirs is a long list.
func (c *csvPeople) group(g directory.Group) error {
	for _, id := range g.Users {
		c.groups[id] = append(c.groups[id], g.Name)
	}
	return c.err
}

func (c *csvPeople) user(u directory.User) error {
	if c.err != nil {
		return c.err
	}
	var ids, names, paths []string
	main, mainPath := "", ""
	for _, m := range u.Departments {
		d := c.departments[m.DepartmentID]
		path := strings.Join(escaped(d.Path, ";", "/"), "/")
		ids, names, paths = append(ids, m.DepartmentID), append(names, d.Name), append(paths, path)
		if m.Primary != nil && *m.Primary {
			main, mainPath = m.DepartmentID, path
		}
	}
	active := ""
	if a := activeOrNil(u); a != nil {
		active = strconv.FormatBool(*a)
	}
	cells := []string{c.vendor, u.ID, u.UserName, u.DisplayName, active, string(u.Status), u.Title, u.EmployeeNo,
		values(u.Emails), values(u.PhoneNumbers), u.ManagerID, list(ids), list(names), strings.Join(paths, ";"),
		main, mainPath}
	if c.withGroups {
		cells = append(cells, list(c.groups[u.ID]))
	}
	return c.Write(c.cells(cells...))
}

// cells makes texts harmless to a spreadsheet, if they are for one.
func (c *csvPeople) cells(all ...string) []string {
	if !c.excel {
		return all
	}
	for i, cell := range all {
		// What a spreadsheet takes for the beginning of a formula, also in full width or behind blanks.
		if strings.IndexAny(strings.TrimLeft(cell, "\t\r\n "), "=+-@＝＋－＠") == 0 {
			all[i] = "'" + cell
		}
	}
	return all
}

func values(all []directory.Value) string {
	var texts []string
	for _, v := range all {
		texts = append(texts, v.Value)
	}
	return list(texts)
}

// list writes several texts into one cell.
func list(all []string) string { return strings.Join(escaped(all, ";"), ";") }

// escaped marks the separators that belong to the texts, so that these can be told apart again.
func escaped(all []string, separators ...string) []string {
	pairs := []string{`\`, `\\`}
	for _, s := range separators {
		pairs = append(pairs, s, `\`+s)
	}
	escape := strings.NewReplacer(pairs...)
	texts := make([]string, len(all))
	for i, text := range all {
		texts[i] = escape.Replace(text)
	}
	return texts
}

func (c *csvPeople) end() error {
	if c.err != nil {
		return c.err
	}
	c.Flush()
	return c.Error()
}
