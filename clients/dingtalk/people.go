package dingtalk

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strconv"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

const (
	maxRoles     = 200 // rows of a page of roles
	maxEmployees = 50  // rows of a page of the HR app, and userids of one call to it
	maxSettings  = 100 // settings of a page
)

// Role is a role (角色) of the corp.
type Role struct {
	ID        int64
	Name      string
	GroupID   int64 // of the role group (角色组) that it belongs to
	GroupName string
}

// Roles yields the corp's roles by role group, once each, those that DingTalk made itself (group 默认: managers and
// administrators) among them. Groups without roles are left out.
//
// Vendor page: https://open.dingtalk.com/document/development/obtains-a-list-of-enterprise-roles
func (c *Client) Roles(ctx context.Context) iter.Seq2[Role, error] {
	rows := members[Role]{
		operation: dingtalkapi.OpListRoles.ID,
		key: func(r Role) clients.Key {
			if r.GroupID == 0 {
				return clients.Key{}
			}
			return clients.KeyOf(strconv.FormatInt(r.GroupID, 10) + "/" + strconv.FormatInt(r.ID, 10))
		},
		page: func(ctx context.Context, from int64) (page[Role], error) {
			size := int64(maxRoles)
			answer, err := c.ListRoles(ctx, &dingtalkapi.ListRolesRequest{Offset: &from, Size: &size})
			if err != nil {
				return page[Role]{}, err
			}
			p := page[Role]{more: answer.Result.HasMore, next: from + maxRoles}
			for _, group := range answer.Result.List {
				if len(group.Roles) == 0 {
					p.items = append(p.items, Role{GroupID: group.GroupID, GroupName: group.Name})
				}
				for _, role := range group.Roles {
					p.items = append(p.items,
						Role{ID: role.ID, Name: role.Name, GroupID: group.GroupID, GroupName: group.Name})
				}
			}
			return p, nil
		},
	}.read(ctx, c)
	return clients.Counted(func(yield func(Role, error) bool) {
		for role, err := range rows {
			if (err != nil || role.ID != 0) && !yield(role, err) {
				return
			}
		}
	})
}

// RoleMembers yields the people who have a role, once each. ManageScopes are the departments for which somebody has it,
// nil for all. Each page begins with the last row of the one before, so that nobody is missing when others lose the
// role in the meantime.
//
// Vendor page: https://open.dingtalk.com/document/development/obtain-the-list-of-employees-of-a-role
func (c *Client) RoleMembers(ctx context.Context, roleID int64) iter.Seq2[dingtalkapi.RoleMember, error] {
	return members[dingtalkapi.RoleMember]{
		operation: dingtalkapi.OpListRoleMembers.ID,
		key:       func(m dingtalkapi.RoleMember) clients.Key { return clients.KeyOf(m.UserID) },
		page: func(ctx context.Context, from int64) (page[dingtalkapi.RoleMember], error) {
			size := int64(maxPage)
			answer, err := c.ListRoleMembers(ctx,
				&dingtalkapi.ListRoleMembersRequest{RoleID: roleID, Offset: &from, Size: &size})
			if err != nil {
				return page[dingtalkapi.RoleMember]{}, err
			}
			r := answer.Result
			return page[dingtalkapi.RoleMember]{items: r.List, more: r.HasMore, next: from + maxPage}, nil
		},
	}.read(ctx, c)
}

// OnJobUserIDs yields the userids of the staff in some states of the HR app, "2,3,5,-1" for all of them: on probation,
// regular, about to leave, none. It needs that app (智能人事), and leaves out whoever joined before the corp used it.
//
// Vendor page:
// https://open.dingtalk.com/document/development/intelligent-personnel-query-the-list-of-on-the-job-employees-of-the
func (c *Client) OnJobUserIDs(ctx context.Context, states string) iter.Seq2[string, error] {
	return c.employees(ctx, dingtalkapi.OpListOnJobEmployees.ID,
		func(ctx context.Context, from int64) (dingtalkapi.EmployeeIDPage, error) {
			answer, err := c.ListOnJobEmployees(ctx,
				&dingtalkapi.ListOnJobEmployeesRequest{StatusList: states, Offset: from, Size: maxEmployees})
			if err != nil {
				return dingtalkapi.EmployeeIDPage{}, err
			}
			return answer.Result, nil
		})
}

// Joiners yields the ids of those who are to join the corp (待入职). They are no members yet, and other calls do not know
// them. It needs the HR app (智能人事).
//
// Vendor page:
// https://open.dingtalk.com/document/development/intelligent-personnel-query-the-list-of-employees-to-be-hired
func (c *Client) Joiners(ctx context.Context) iter.Seq2[string, error] {
	return c.employees(ctx, dingtalkapi.OpListPreEntryEmployees.ID,
		func(ctx context.Context, from int64) (dingtalkapi.EmployeeIDPage, error) {
			answer, err := c.ListPreEntryEmployees(ctx,
				&dingtalkapi.ListPreEntryEmployeesRequest{Offset: from, Size: maxEmployees})
			if err != nil {
				return dingtalkapi.EmployeeIDPage{}, err
			}
			return answer.Result, nil
		})
}

// employees reads a list of the HR app, which ends with the page that names no next one, or the first one.
func (c *Client) employees(ctx context.Context, operation string,
	fetch func(ctx context.Context, from int64) (dingtalkapi.EmployeeIDPage, error),
) iter.Seq2[string, error] {
	return members[string]{
		operation: operation, key: func(id string) clients.Key { return clients.KeyOf(id) },
		page: func(ctx context.Context, from int64) (page[string], error) {
			p, err := fetch(ctx, from)
			return page[string]{items: p.DataList, more: p.NextCursor != 0, next: p.NextCursor}, err
		},
	}.read(ctx, c)
}

// Leavers yields those who have left the corp, whenever that was, with when and from which departments. Of somebody
// about whom the HR app says nothing more only UserID is set. It needs that app (智能人事); LeaveRecords does not, and
// has a span of time.
//
// Vendor pages: https://open.dingtalk.com/document/development/obtain-the-list-of-employees-who-have-left,
// https://open.dingtalk.com/document/development/obtain-resignation-information-of-employees-new-version
func (c *Client) Leavers(ctx context.Context) iter.Seq2[dingtalkapi.DismissionInfo, error] {
	ids := members[string]{
		operation: dingtalkapi.OpListDismissedEmployees.ID,
		key:       func(id string) clients.Key { return clients.KeyOf(id) },
		page: func(ctx context.Context, from int64) (page[string], error) {
			size := int64(maxEmployees)
			answer, err := c.ListDismissedEmployees(ctx,
				&dingtalkapi.ListDismissedEmployeesParams{NextToken: &from, MaxResults: &size})
			if err != nil {
				return page[string]{}, err
			}
			return page[string]{items: answer.UserIDList, more: answer.HasMore, next: answer.NextToken}, nil
		},
	}.read(ctx, c)
	return clients.Counted(func(yield func(dingtalkapi.DismissionInfo, error) bool) {
		var batch []string
		flush := func() bool {
			infos, err := c.DismissionInfos(ctx, batch...)
			if err != nil {
				yield(dingtalkapi.DismissionInfo{}, err)
				return false
			}
			for _, id := range batch {
				info := dingtalkapi.DismissionInfo{UserID: id}
				if i := slices.IndexFunc(infos,
					func(d dingtalkapi.DismissionInfo) bool { return d.UserID == id }); i >= 0 {
					info = infos[i]
				}
				if !yield(info, nil) {
					return false
				}
			}
			batch = batch[:0]
			return true
		}
		for id, err := range ids {
			if err != nil {
				yield(dingtalkapi.DismissionInfo{}, err)
				return
			}
			if batch = append(batch, id); len(batch) == maxEmployees && !flush() {
				return
			}
		}
		if len(batch) > 0 {
			flush()
		}
	})
}

// DismissionInfos is GetDismissionInfos with its list of userids, at most 50, in the form that the call takes.
//
// Vendor page:
// https://open.dingtalk.com/document/development/obtain-resignation-information-of-employees-new-version
func (c *Client) DismissionInfos(ctx context.Context, userIDs ...string) ([]dingtalkapi.DismissionInfo, error) {
	quoted := make([]string, 0, len(userIDs))
	for _, id := range userIDs {
		quoted = append(quoted, jsonText(id))
	}
	answer, err := c.GetDismissionInfos(ctx, &dingtalkapi.GetDismissionInfosParams{UserIDList: jsonText(quoted)})
	if err != nil {
		return nil, err
	}
	return answer.Result, nil
}

// jsonText is a text, or a list of them, as JSON.
func jsonText[T string | []string](value T) string {
	text, _ := json.Marshal(value) // cannot fail
	return string(text)
}

// HideSettings yields the settings that hide people, departments and roles from colleagues, those of the console left
// out. They say nothing of what an app sees.
//
// Vendor page: https://open.dingtalk.com/document/development/obtains-the-hide-settings-of-the-address-book
func (c *Client) HideSettings(ctx context.Context) iter.Seq2[dingtalkapi.HideSetting, error] {
	size := int64(maxSettings)
	return list(ctx, dingtalkapi.OpListHideSettings.ID, func(s dingtalkapi.HideSetting) int64 { return s.ID },
		func(ctx context.Context, from int64) (page[dingtalkapi.HideSetting], error) {
			answer, err := c.ListHideSettings(ctx,
				&dingtalkapi.ListHideSettingsParams{NextToken: &from, MaxResults: &size})
			if err != nil {
				return page[dingtalkapi.HideSetting]{}, err
			}
			return page[dingtalkapi.HideSetting]{items: answer.List, more: answer.HasMore,
				next: int64(answer.NextToken)}, nil
		})
}

// Restrictions yields the settings that keep people from seeing colleagues, those of the console left out.
//
// Vendor page: https://open.dingtalk.com/document/development/gets-a-list-of-address-book-limit-visibility-settings
func (c *Client) Restrictions(ctx context.Context) iter.Seq2[dingtalkapi.Restriction, error] {
	size := int64(maxSettings)
	return list(ctx, dingtalkapi.OpListRestrictions.ID, func(s dingtalkapi.Restriction) int64 { return s.ID },
		func(ctx context.Context, from int64) (page[dingtalkapi.Restriction], error) {
			params := dingtalkapi.ListRestrictionsParams{MaxResults: &size}
			if from != 0 {
				params.NextToken = &from
			}
			answer, err := c.ListRestrictions(ctx, &params)
			if err != nil {
				return page[dingtalkapi.Restriction]{}, err
			}
			return page[dingtalkapi.Restriction]{items: answer.List, more: answer.HasMore,
				next: int64(answer.NextToken)}, nil
		})
}

// AttributeVisibilities yields the settings that hide fields of people's records from colleagues.
//
// Vendor page: https://open.dingtalk.com/document/development/pull-hidden-property-field-for-enterprise-employees
func (c *Client) AttributeVisibilities(ctx context.Context) iter.Seq2[dingtalkapi.AttributeVisibility, error] {
	size := int64(maxSettings)
	return list(ctx, dingtalkapi.OpListAttributeVisibility.ID,
		func(s dingtalkapi.AttributeVisibility) int64 { return s.ID },
		func(ctx context.Context, from int64) (page[dingtalkapi.AttributeVisibility], error) {
			if from == 0 {
				from = -1 // what the vendor calls the first page
			}
			answer, err := c.ListAttributeVisibility(ctx,
				&dingtalkapi.ListAttributeVisibilityParams{NextToken: &from, MaxResults: &size})
			if err != nil {
				return page[dingtalkapi.AttributeVisibility]{}, err
			}
			return page[dingtalkapi.AttributeVisibility]{items: answer.List, more: answer.HasMore,
				next: answer.NextCursor}, nil
		})
}
