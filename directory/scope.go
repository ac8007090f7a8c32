package directory

import (
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
	Groups      []string `json:"groups,omitempty"`      // user groups or tags; who is in them cannot be read
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

// unreadable is the error of a scope of which some part cannot be read.
func (s Scope) unreadable(vendor string) error {
	if len(s.Groups) == 0 {
		return nil
	}
	groups := "user groups"
	if vendor == "wecom" {
		groups = "tags"
	}
	return &clients.Error{Vendor: vendor, Operation: "scope", Kind: clients.KindPermission, Message: fmt.Sprintf(
		"the app's scope names %s, whose members cannot be read (%s): give it departments or people instead",
		groups, strings.Join(s.Groups, ", "))}
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
