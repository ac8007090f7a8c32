package connectors

import (
	"context"

	"github.com/roster-go/roster/directory"
)

// Rows reads departments and people as go-ldap-admin's sync takes them: maps that its table of field relations picks
// from. flag stands before the ids of departments, which come from several vendors. What is not known has no key.
func Rows(ctx context.Context, d directory.Directory, flag string) (departments, people []map[string]any, err error) {
	collect := directory.WalkOptions{Department: func(d directory.Department) {
		departments = append(departments, map[string]any{"id": d.ID, "name": d.Name, "parentid": d.ParentID})
	}}
	for u, err := range directory.Walk(ctx, d, collect) {
		if err != nil {
			return nil, nil, err
		}
		row := map[string]any{"userid": u.ID}
		for key, text := range map[string]string{"unionid": u.UnionID, "name": u.DisplayName, "avatar": u.PhotoURL,
			"job_number": u.EmployeeNo, "title": u.Title, "work_place": u.Location,
			"mobile": first(u.PhoneNumbers, "mobile"), "org_email": first(u.Emails, "work"),
			"email": first(u.Emails, "home")} {
			if text != "" {
				row[key] = text
			}
		}
		ids := []string{}
		for _, m := range u.Departments {
			ids = append(ids, flag+"_"+m.DepartmentID)
		}
		row["department_ids"] = ids
		people = append(people, row)
	}
	return departments, people, nil
}

func first(values []directory.Value, kind string) string {
	for _, v := range values {
		if v.Type == kind {
			return v.Value
		}
	}
	return ""
}
