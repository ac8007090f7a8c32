package directory

import (
	"context"
	"iter"
	"slices"
	"strconv"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
)

// GroupKind tells what a group is at its vendor.
type GroupKind string

// The kinds of groups.
const (
	GroupTag  GroupKind = "tag"   // WeCom's tags (标签): people and departments
	GroupRole GroupKind = "role"  // DingTalk's roles (角色): people
	GroupOf   GroupKind = "group" // Feishu's user groups (用户组): people and departments
)

// Group is a number of people who are named together, beside the departments.
type Group struct {
	ID   string    `json:"id"` // unique among the groups of its kind
	Kind GroupKind `json:"type"`
	Name string    `json:"displayName"`

	// Users are the ids of the people who are named, sorted; nil: not known. Who is in it only because of a department
	// is not among them.
	Users []string `json:"users,omitzero"`
	// Departments are the ids of departments that are in it with all below them, sorted; nil: not known.
	Departments []string `json:"departments,omitzero"`

	// Raw is the vendor's own value: wecomapi.Tag, dingtalk.Role or feishuapi.UserGroup.
	Raw any `json:"-"`
}

// Groups is a directory whose vendor has groups: WeCom, DingTalk and Feishu. Assert it:
//
//	if g, ok := d.(directory.Groups); ok {
//		for group, err := range g.Groups(ctx) { … }
//	}
type Groups interface {
	// Groups yields every group that the app may see, with its members, once each and in no particular order. The
	// first failure is yielded and ends it: what came before is not all. A group is one call more, or one for each
	// page of its members.
	Groups(ctx context.Context) iter.Seq2[Group, error]
}

// groupReader reads a group of the app's scope.
type groupReader interface {
	group(ctx context.Context, id string) (Group, error)
}

func newGroup(kind GroupKind, id, name string, users, departments []string, raw any) Group {
	sorted := func(all []string) []string {
		if all == nil {
			return nil
		}
		return append([]string{}, slices.Compact(slices.Sorted(slices.Values(all)))...)
	}
	return Group{ID: id, Kind: kind, Name: name, Users: sorted(users), Departments: sorted(departments), Raw: raw}
}

// Groups yields WeCom's tags, with the members whom the app's secret, or Config.ContactSecret where there is one, may
// see.
func (d *weComDirectory) Groups(ctx context.Context) iter.Seq2[Group, error] {
	return func(yield func(Group, error) bool) {
		for tag, err := range d.c.Tags(ctx) {
			var group Group
			if err == nil {
				group, err = d.tag(ctx, int64(tag.TagID), tag)
			}
			if !yield(group, err) || err != nil {
				return
			}
		}
	}
}

func (d *weComDirectory) tag(ctx context.Context, id int64, raw wecomapi.Tag) (Group, error) {
	answer, err := d.c.GetTag(ctx, &wecomapi.GetTagParams{TagID: id})
	if err != nil {
		return Group{}, err
	}
	users, departments := []string{}, []string{}
	for _, member := range answer.UserList {
		users = append(users, wecom.FoldUserID(member.UserID))
	}
	for _, department := range answer.PartyList {
		departments = append(departments, textID(department))
	}
	return newGroup(GroupTag, textID(id), answer.TagName, users, departments, raw), nil
}

func (d *weComDirectory) group(ctx context.Context, id string) (Group, error) {
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return Group{}, badRow("wecom", "the id of a tag is no number")
	}
	return d.tag(ctx, number, wecomapi.Tag{TagID: wecomapi.NumberOrText(number)})
}

// Groups yields DingTalk's roles. Those of the vendor's own making, such as that of the administrators, are among them.
func (d *dingTalkDirectory) Groups(ctx context.Context) iter.Seq2[Group, error] {
	return func(yield func(Group, error) bool) {
		for role, err := range d.c.Roles(ctx) {
			users := []string{}
			if err == nil {
				var members []dingtalkapi.RoleMember
				members, err = clients.Collect(d.c.RoleMembers(ctx, role.ID))
				for _, member := range members {
					users = append(users, member.UserID)
				}
			}
			group := newGroup(GroupRole, textID(role.ID), role.Name, users, []string{}, role)
			if !yield(group, err) || err != nil {
				return
			}
		}
	}
}

// Groups yields Feishu's user groups (用户组), those whose members follow from a rule included. Its functional roles
// cannot be listed; whoever knows the id of one reads its members with feishu.Client.RoleMembers.
func (d *feishuDirectory) Groups(ctx context.Context) iter.Seq2[Group, error] {
	return func(yield func(Group, error) bool) {
		for raw, err := range d.c.Groups(ctx) {
			var group Group
			if err == nil {
				group, err = d.userGroup(ctx, raw)
			}
			if !yield(group, err) || err != nil {
				return
			}
		}
	}
}

func (d *feishuDirectory) userGroup(ctx context.Context, raw feishuapi.UserGroup) (Group, error) {
	users, departments, err := d.c.GroupMembers(ctx, raw.ID)
	return newGroup(GroupOf, raw.ID, raw.Name, append([]string{}, users...), append([]string{}, departments...),
		raw), err
}

func (d *feishuDirectory) group(ctx context.Context, id string) (Group, error) {
	return d.userGroup(ctx, feishuapi.UserGroup{ID: id})
}
