package connectors

import (
	"cmp"
	"context"

	"github.com/roster-go/roster/directory"
)

// Account has the members of casdoor's OriginalUser that its syncers fill in.
type Account struct {
	ID, Name, DisplayName, Email, Phone, Avatar, Title string
	Groups                                             []string
	IsForbidden                                        *bool // nil: the vendor does not say; leave the account as it is
}

// Accounts reads everybody.
func Accounts(ctx context.Context, d directory.Directory) ([]Account, error) {
	var accounts []Account
	for u, err := range directory.Walk(ctx, d, directory.WalkOptions{}) {
		if err != nil {
			return nil, err
		}
		a := Account{ID: u.ID, Name: cmp.Or(u.EmployeeNo, u.ID), DisplayName: u.DisplayName, Avatar: u.PhotoURL,
			Email: cmp.Or(first(u.Emails, "work"), first(u.Emails, "home")), Phone: first(u.PhoneNumbers, "mobile"),
			Title: u.Title}
		for _, m := range u.Departments {
			a.Groups = append(a.Groups, m.DepartmentID)
		}
		if active, known := u.Active(); known {
			a.IsForbidden = new(!active)
		}
		accounts = append(accounts, a)
	}
	return accounts, nil
}
