package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/roster-go/roster/clients"
)

// Scope is what the administrator lets an app see.
type Scope struct {
	Known bool `json:"known"`           // whether the vendor tells; if not, the rest is empty
	Whole bool `json:"whole,omitempty"` // the whole company; the lists are then empty

	Departments []string `json:"departments,omitempty"` // these and all below them
	Users       []string `json:"users,omitempty"`       // people given one by one
	Groups      []string `json:"groups,omitempty"`      // user groups or tags: their members, which Walk looks up
}

// sorted returns the scope with its lists sorted, once each.
func (s Scope) sorted() Scope {
	for _, list := range []*[]string{&s.Departments, &s.Users, &s.Groups} {
		*list = slices.Clone(*list)
		slices.Sort(*list)
		*list = slices.Compact(*list)
		if len(*list) == 0 {
			*list = nil
		}
	}
	return s
}

// resolved is a scope with the members of its groups among its departments and users. Groups that cannot be read are an
// error that names them.
func (s Scope) resolved(ctx context.Context, d Directory) (Scope, error) {
	if len(s.Groups) == 0 {
		return s, nil
	}
	reader, ok := d.(groupReader)
	if !ok {
		return s, s.unreadable(d.Vendor(), s.Groups, nil)
	}
	found := Scope{Known: s.Known, Whole: s.Whole, Departments: slices.Clone(s.Departments),
		Users: slices.Clone(s.Users)}
	for _, id := range s.Groups {
		group, err := reader.group(ctx, id)
		switch {
		case errors.Is(err, clients.ErrPermission), errors.Is(err, clients.ErrNotFound),
			errors.Is(err, clients.ErrInvalidArgument): // an id of nothing
			return s, s.unreadable(d.Vendor(), []string{id}, err)
		case err != nil:
			return s, err
		}
		found.Users = append(found.Users, group.Users...)
		found.Departments = append(found.Departments, group.Departments...)
	}
	return found.sorted(), nil
}

// unreadable is the error of a scope of which some part cannot be read.
func (s Scope) unreadable(vendor string, ids []string, cause error) error {
	groups := "user groups"
	if vendor == "wecom" {
		groups = "tags"
	}
	text := fmt.Sprintf("the app's scope names %s, whose members cannot be read (%s): give it departments or people "+
		"instead", groups, strings.Join(ids, ", "))
	refused := &clients.Error{Vendor: vendor, Operation: "scope", Kind: clients.KindPermission, Message: text}
	if cause == nil {
		return refused
	}
	return fmt.Errorf("%w: %w", refused, cause)
}

// ErrEmpty is what a walk ends with that found nobody.
var ErrEmpty = errors.New("nobody was found")

// EmptyError is a walk that found nobody, before any filter. It is ErrEmpty.
type EmptyError struct {
	Vendor      string
	Departments int    // listed
	Check       string // what to look at
}

// Error says what to check.
func (e *EmptyError) Error() string {
	return fmt.Sprintf("%v in %d departments: %s", ErrEmpty, e.Departments, e.Check)
}

// Is matches ErrEmpty.
func (e *EmptyError) Is(target error) bool { return target == ErrEmpty }

// whatToCheck is where an administrator looks when an app sees nobody.
func whatToCheck(vendor string) string {
	switch vendor {
	case "wecom":
		return "check the app's visible range (可见范围, GetAgent) in the admin console, and that the secret is that app's"
	case "dingtalk":
		return "check the app's contact scope (通讯录权限范围, getAuthScopes) and its permission for members of departments"
	case "feishu":
		return "check the app's contact range (通讯录权限范围, listScopes), and that a version with it has been released"
	case "wps":
		return "check the app's data permission (数据权限, listContactsPermissionScopeEntities): " +
			"without any, every list is empty and no error"
	default:
		return "check what the credentials may see"
	}
}
