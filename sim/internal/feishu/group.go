package feishu

import (
	"context"
	"errors"
	"regexp"
	"slices"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// The vendor's limits on groups.
const (
	maxGroups       = 500
	maxGroupChanges = 100
	maxGroupMembers = 100_000
)

// userGroup is what only Feishu knows of a tag of the company, which it shows as a user group. It is replaced as a
// whole, never changed.
type userGroup struct {
	id          string // of the tenant's own; empty for the one that is made of the key
	description string
}

// group returns what only Feishu knows of a group.
func (f *Vendor) group(key company.GroupKey) userGroup {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.groups[key]
}

// groupID is the id by which operations know a group.
func (f *Vendor) groupID(key company.GroupKey) string {
	if own := f.group(key).id; own != "" {
		return own
	}
	return "g" + company.DeriveText(f.desk.Seed, "feishu group", int(key), "123456789", 6)
}

// customGroupID is the other id of a group, which lists show beside the first.
func (f *Vendor) customGroupID(key company.GroupKey) string {
	if own := f.group(key).id; own != "" {
		return own
	}
	return company.DeriveText(f.desk.Seed, "feishu custom group", int(key), company.HexDigits, 16)
}

// seesGroup tells whether a group is in the range.
func (v view) seesGroup(g *company.Group) bool {
	return !v.area.limited || slices.Contains(v.area.groups, g.Key)
}

// userGroup finds a group by either of its ids, and refuses one outside the range.
func (v view) userGroup(id string) (*company.Group, error) {
	for _, g := range v.dir.Groups(company.Tag) {
		if id == v.f.groupID(g.Key) || id == v.f.customGroupID(g.Key) {
			if !v.seesGroup(g) {
				return nil, refusal{code: feishuapi.ErrorCodeGroupOutOfRange}
			}
			return g, nil
		}
	}
	return nil, refusal{code: feishuapi.ErrorCodeGroupNotFound}
}

// showGroup shows a group; inList adds what only lists have.
func (v view) showGroup(g *company.Group, inList bool) feishuserver.UserGroup {
	return feishuserver.UserGroup{
		ID:                    new(v.f.groupID(g.Key)),
		Name:                  new(g.Name),
		Description:           new(v.f.group(g.Key).description),
		MemberUserCount:       new(int64(len(g.People))),
		MemberDepartmentCount: new(int64(len(g.Departments))),
		Type:                  new(feishuserver.UserGroupTypeOrdinary),
		DepartmentScopeList:   when(inList, []string{}),
		GroupID:               when(inList, v.f.customGroupID(g.Key)),
	}
}

// checkGroupTexts refuses names and descriptions that are too long.
func checkGroupTexts(name, description *string) error {
	switch {
	case desk.Outside(name, 0, 100):
		return refusal{code: feishuapi.ErrorCodeGroupNameTooLong}
	case desk.Outside(description, 0, 500):
		return refusal{code: feishuapi.ErrorCodeGroupDescriptionTooLong}
	}
	return nil
}

// groupFailure words what the company refused of a group.
func groupFailure(err error, taken feishuapi.ErrorCode) error {
	if _, ok := errors.AsType[*company.TakenError](err); ok {
		return refusal{code: taken}
	}
	return refusal{code: feishuapi.ErrorCodeInvalidParameter}
}

// CreateGroup makes a group without members.
func (f *Vendor) CreateGroup(ctx context.Context,
	r feishuserver.CreateGroupRequestObject) (feishuserver.CreateGroupResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body
	if b.Name == "" {
		return nil, refusal{code: feishuapi.ErrorCodeGroupNameMissing}
	}
	if err := checkGroupTexts(&b.Name, b.Description); err != nil {
		return nil, err
	}
	if b.Type != nil && *b.Type != feishuserver.UserGroupTypeOrdinary {
		return nil, refusal{code: feishuapi.ErrorCodeInvalidGroupType}
	}
	var own userGroup
	if !desk.IsBlank(b.GroupID) {
		own.id = *b.GroupID
		if ok, err := regexp.MatchString(`^[A-Za-z0-9]{1,64}$`, own.id); err != nil || !ok {
			return nil, refusal{code: feishuapi.ErrorCodeGroupNotFound}
		}
	}
	set(&own.description, b.Description)
	var id string
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		groups := d.Groups(company.Tag)
		switch {
		case v.area.limited:
			return refusal{code: feishuapi.ErrorCodeAllMembersRangeRequired}
		case len(groups) >= maxGroups:
			return refusal{code: feishuapi.ErrorCodeGroupLimitReached}
		case slices.ContainsFunc(groups, func(g *company.Group) bool {
			return own.id != "" && (own.id == f.groupID(g.Key) || own.id == f.customGroupID(g.Key))
		}):
			return refusal{code: feishuapi.ErrorCodeGroupIDTaken}
		}
		g, err := d.AddGroup(company.Group{Kind: company.Tag, Name: b.Name, Created: c.Now})
		if err != nil {
			return groupFailure(err, feishuapi.ErrorCodeGroupNameTaken)
		}
		f.keepGroup(g.Key, own)
		id = f.groupID(g.Key)
		return nil
	})
	return feishuserver.CreateGroup200JSONResponse{Data: &feishuserver.NewGroupID{GroupID: &id}}, err
}

// keepGroup remembers what only Feishu knows of a group.
func (f *Vendor) keepGroup(key company.GroupKey, own userGroup) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.groups[key] = own
}

// GetGroup reads a group.
func (f *Vendor) GetGroup(ctx context.Context,
	r feishuserver.GetGroupRequestObject) (feishuserver.GetGroupResponseObject, error) {
	var out feishuserver.UserGroup
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(desk.CallOf(ctx), d)
		var g *company.Group
		if g, err = v.userGroup(r.GroupID); err == nil {
			out = v.showGroup(g, false)
		}
	})
	return feishuserver.GetGroup200JSONResponse{Data: &feishuserver.OneGroup{Group: &out}}, err
}

// PatchGroup changes name and description. Empty texts are not said.
func (f *Vendor) PatchGroup(ctx context.Context,
	r feishuserver.PatchGroupRequestObject) (feishuserver.PatchGroupResponseObject, error) {
	b := r.Body
	if err := checkGroupTexts(b.Name, b.Description); err != nil {
		return nil, err
	}
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		g, err := f.viewOf(desk.CallOf(ctx), d).userGroup(r.GroupID)
		if err != nil {
			return err
		}
		if !desk.IsBlank(b.Name) {
			err := d.UpdateGroup(g.Key, func(edited *company.Group) error {
				edited.Name = *b.Name
				return nil
			})
			if err != nil {
				return groupFailure(err, feishuapi.ErrorCodeGroupNameTaken)
			}
		}
		if !desk.IsBlank(b.Description) {
			own := f.group(g.Key)
			own.description = *b.Description
			f.keepGroup(g.Key, own)
		}
		return nil
	})
	return feishuserver.PatchGroup200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// DeleteGroup deletes a group that has no members any more.
func (f *Vendor) DeleteGroup(ctx context.Context,
	r feishuserver.DeleteGroupRequestObject) (feishuserver.DeleteGroupResponseObject, error) {
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(desk.CallOf(ctx), d)
		g, err := v.userGroup(r.GroupID)
		switch {
		case err != nil:
			return err
		case v.area.limited:
			return refusal{code: feishuapi.ErrorCodeGroupOutOfRange}
		case len(g.People)+len(g.Departments) > 0:
			return refusal{code: feishuapi.ErrorCodeGroupHasMembers}
		}
		return d.RemoveGroup(g.Key)
	})
	return feishuserver.DeleteGroup200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// groupTypeKnown refuses kinds of groups that there are not. There are no dynamic ones here.
func groupTypeKnown(kind *feishuserver.UserGroupType) (dynamic bool, err error) {
	if kind == nil {
		return false, nil
	}
	if !kind.Valid() {
		return false, refusal{code: feishuapi.ErrorCodeInvalidParameter}
	}
	return *kind == feishuserver.UserGroupTypeDynamic, nil
}

// ListGroups lists the groups in the range.
func (f *Vendor) ListGroups(ctx context.Context,
	r feishuserver.ListGroupsRequestObject) (feishuserver.ListGroupsResponseObject, error) {
	dynamic, err := groupTypeKnown(r.Params.Type)
	if err != nil {
		return nil, err
	}
	p, err := f.page(pageRule{of: "groups", usual: 50, largest: 100, size: r.Params.PageSize,
		token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	items := []feishuserver.UserGroup{}
	var token string
	var more bool
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(desk.CallOf(ctx), d)
		groups := slices.DeleteFunc(d.Groups(company.Tag),
			func(g *company.Group) bool { return dynamic || !v.seesGroup(g) })
		var page []*company.Group
		page, token, more = cut(f, groups, p, func(g *company.Group) int { return int(g.Key) })
		for _, g := range page {
			items = append(items, v.showGroup(g, true))
		}
	})
	return feishuserver.ListGroups200JSONResponse{Data: &feishuserver.UserGroupPage{
		GroupList: &items, HasMore: &more, PageToken: pageToken(p, token, more, true),
	}}, nil
}

// memberKind is the kind of person ids that a word stands for.
func memberKind(word feishuserver.UserIDType) (company.PersonID, error) {
	switch word {
	case "", feishuserver.UserIDTypeOpenID:
		return company.ByFeishuOpenID, nil
	case feishuserver.UserIDTypeUnionID:
		return company.ByFeishuUnionID, nil
	case feishuserver.UserIDTypeUserID:
		return company.ByFeishuUserID, nil
	}
	return 0, refusal{code: feishuapi.ErrorCodeEnglishNameTooLong, text: "invalid member_id_type"} // the same number
}

// groupMember finds somebody who is or shall be in a group. The kind of the ids is v.byUser.
func (v view) groupMember(id string) (*company.Person, error) {
	p, left := v.findPerson(id)
	switch {
	case p == nil:
		return nil, refusal{code: feishuapi.ErrorCodeInvalidMemberID}
	case !v.seesPerson(p):
		return nil, refusal{code: feishuapi.ErrorCodeUserOutOfRange}
	case left:
		return nil, refusal{code: feishuapi.ErrorCodeUserResigned}
	}
	return p, nil
}

// ListGroupsOfUser lists the groups of a person, also those that name a department above the person.
func (f *Vendor) ListGroupsOfUser(ctx context.Context,
	r feishuserver.ListGroupsOfUserRequestObject) (feishuserver.ListGroupsOfUserResponseObject, error) {
	c := desk.CallOf(ctx)
	dynamic, err := groupTypeKnown(r.Params.GroupType)
	if err != nil {
		return nil, err
	}
	kind, err := f.memberKind(c, r.Params.MemberIDType)
	if err != nil {
		return nil, err
	}
	p, err := f.page(pageRule{of: "groups of " + r.Params.MemberID, usual: 500, largest: 1000, size: r.Params.PageSize,
		token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	ids := []string{}
	var token string
	var more bool
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		v.byUser = kind
		var member *company.Person
		if member, err = v.groupMember(r.Params.MemberID); err != nil {
			return
		}
		groups := slices.DeleteFunc(d.GroupsOf(member.Key, company.Tag),
			func(g *company.Group) bool { return dynamic || !v.seesGroup(g) })
		var page []*company.Group
		page, token, more = cut(f, groups, p, func(g *company.Group) int { return int(g.Key) })
		for _, g := range page {
			ids = append(ids, f.groupID(g.Key))
		}
	})
	return feishuserver.ListGroupsOfUser200JSONResponse{Data: &feishuserver.GroupIDPage{
		GroupList: &ids, HasMore: &more, PageToken: pageToken(p, token, more, true),
	}}, err
}

// memberKind is memberKind for calls: user ids of the tenant need a scope.
func (f *Vendor) memberKind(c *desk.Call, word *feishuserver.UserIDType) (company.PersonID, error) {
	var w feishuserver.UserIDType
	set(&w, word)
	kind, err := memberKind(w)
	if err == nil && kind == company.ByFeishuUserID {
		err = f.needs(c, scopeUserID)
	}
	return kind, err
}

// ListGroupMembers lists the people or the departments of a group.
func (f *Vendor) ListGroupMembers(ctx context.Context,
	r feishuserver.ListGroupMembersRequestObject) (feishuserver.ListGroupMembersResponseObject, error) {
	c := desk.CallOf(ctx)
	of := feishuserver.GroupMemberTypeUser
	set(&of, r.Params.MemberType)
	if !of.Valid() {
		return nil, refusal{code: feishuapi.ErrorCodeInvalidMemberType}
	}
	byUser, byDepartment, err := f.listedIDs(c, of, r.Params.MemberIDType)
	if err != nil {
		return nil, err
	}
	p, err := f.page(pageRule{of: string(of) + "s of group " + r.GroupID, usual: 50, largest: 100,
		size: r.Params.PageSize, token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	items := []feishuserver.GroupMember{}
	var token string
	var more bool
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		v.byUser, v.byDepartment = byUser, byDepartment
		var g *company.Group
		if g, err = v.userGroup(r.GroupID); err != nil {
			return
		}
		var ids []string
		ids, token, more = v.groupMembers(g, of, p)
		for _, id := range ids {
			items = append(items, feishuserver.GroupMember{MemberID: new(id), MemberType: new(of)})
		}
	})
	return feishuserver.ListGroupMembers200JSONResponse{Data: &feishuserver.GroupMemberPage{
		HasMore: &more, MemberList: &items, PageToken: pageToken(p, token, more, true),
	}}, err
}

// listedIDs reads which ids a list of members shall have.
func (f *Vendor) listedIDs(c *desk.Call, of feishuserver.GroupMemberType,
	word *string) (company.PersonID, company.DepartmentID, error) {
	byUser, byDepartment := company.ByFeishuOpenID, company.ByFeishuOpenDepartmentID
	if desk.IsBlank(word) {
		return byUser, byDepartment, nil
	}
	department := feishuserver.DepartmentIDType(*word).Valid()
	switch {
	case !department && !feishuserver.UserIDType(*word).Valid():
		_, err := memberKind(feishuserver.UserIDType(*word))
		return 0, 0, err
	case department != (of == feishuserver.GroupMemberTypeDepartment):
		// the same number
		return 0, 0, refusal{code: feishuapi.ErrorCodeNicknameTooLong, text: "member_type not match member_id_type"}
	case department:
		if feishuserver.DepartmentIDType(*word) == feishuserver.DepartmentIDTypeDepartmentID {
			byDepartment = company.ByFeishuID
		}
		return byUser, byDepartment, nil
	}
	byUser, err := f.memberKind(c, new(feishuserver.UserIDType(*word)))
	return byUser, byDepartment, err
}

// groupMembers cuts a page out of the people or departments of a group that are in the range.
func (v view) groupMembers(g *company.Group, of feishuserver.GroupMemberType,
	p pageAsked) (ids []string, token string, more bool) {
	if of == feishuserver.GroupMemberTypeDepartment {
		keys := slices.DeleteFunc(slices.Sorted(slices.Values(g.Departments)),
			func(key company.DepartmentKey) bool { return !v.seesDepartment(key) })
		page, token, more := cut(v.f, keys, p, func(key company.DepartmentKey) int { return int(key) })
		for _, key := range page {
			ids = append(ids, v.departmentID(key))
		}
		return ids, token, more
	}
	keys := slices.DeleteFunc(slices.Sorted(slices.Values(g.People)), func(key company.PersonKey) bool {
		p := v.dir.Person(key)
		return p == nil || !v.seesPerson(p)
	})
	page, token, more := cut(v.f, keys, p, func(key company.PersonKey) int { return int(key) })
	for _, key := range page {
		ids = append(ids, v.personID(key))
	}
	return ids, token, more
}

// addToGroup puts a person into a group.
func (v view) addToGroup(g *company.Group, kind feishuserver.GroupMemberType, by company.PersonID, id string) error {
	if kind != feishuserver.GroupMemberTypeUser {
		return refusal{code: feishuapi.ErrorCodeInvalidMemberType}
	}
	v.byUser = by
	p, err := v.groupMember(id)
	switch {
	case err != nil:
		return err
	case slices.Contains(v.dir.Group(g.Key).People, p.Key):
		return refusal{code: feishuapi.ErrorCodeGroupMemberExists}
	case len(g.People) >= maxGroupMembers:
		return refusal{code: feishuapi.ErrorCodeGroupMemberLimit}
	}
	return v.dir.UpdateGroup(g.Key, func(edited *company.Group) error {
		edited.People = append(edited.People, p.Key)
		return nil
	})
}

// removeFromGroup takes a person out of a group. Somebody who is not in it is out of it.
func (v view) removeFromGroup(g *company.Group, kind feishuserver.GroupMemberType, by company.PersonID,
	id string) error {
	if kind != feishuserver.GroupMemberTypeUser {
		return refusal{code: feishuapi.ErrorCodeInvalidMemberType}
	}
	v.byUser = by
	p, err := v.groupMember(id)
	if err != nil {
		return err
	}
	return v.dir.UpdateGroup(g.Key, func(edited *company.Group) error {
		edited.People = slices.DeleteFunc(edited.People, func(key company.PersonKey) bool { return key == p.Key })
		return nil
	})
}

// changeGroup finds a group and changes it.
func (f *Vendor) changeGroup(c *desk.Call, id string, change func(v view, g *company.Group) error) error {
	return company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		g, err := v.userGroup(id)
		if err != nil {
			return err
		}
		return change(v, g)
	})
}

// AddGroupMember puts a person into a group.
func (f *Vendor) AddGroupMember(ctx context.Context,
	r feishuserver.AddGroupMemberRequestObject) (feishuserver.AddGroupMemberResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body
	kind, err := f.memberKind(c, &b.MemberIDType)
	if err != nil {
		return nil, err
	}
	err = f.changeGroup(c, r.GroupID, func(v view, g *company.Group) error {
		return v.addToGroup(g, b.MemberType, kind, b.MemberID)
	})
	return feishuserver.AddGroupMember200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// RemoveGroupMember takes a person out of a group.
func (f *Vendor) RemoveGroupMember(ctx context.Context,
	r feishuserver.RemoveGroupMemberRequestObject) (feishuserver.RemoveGroupMemberResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body
	kind, err := f.memberKind(c, &b.MemberIDType)
	if err != nil {
		return nil, err
	}
	err = f.changeGroup(c, r.GroupID, func(v view, g *company.Group) error {
		return v.removeFromGroup(g, b.MemberType, kind, b.MemberID)
	})
	return feishuserver.RemoveGroupMember200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// eachMember changes a group for each of several people. It returns what became of each; err is about all of them.
func (f *Vendor) eachMember(c *desk.Call, group string, members []feishuserver.GroupMemberInput,
	do func(view, *company.Group, feishuserver.GroupMemberType, company.PersonID, string) error,
) (outcomes []feishuserver.GroupMemberResult, failed bool, err error) {
	if len(members) == 0 || len(members) > maxGroupChanges {
		return nil, false, refusal{code: feishuapi.ErrorCodeInvalidParameter}
	}
	err = f.changeGroup(c, group, func(v view, g *company.Group) error {
		for _, m := range members {
			kind, err := f.memberKind(c, &m.MemberIDType)
			if err == nil {
				err = do(v, g, m.MemberType, kind, m.MemberID)
			}
			var code int64
			if e, ok := errors.AsType[refusal](err); ok {
				code = int64(e.code)
			} else if err != nil {
				return err
			}
			failed = failed || code != 0
			outcomes = append(outcomes, feishuserver.GroupMemberResult{MemberID: new(m.MemberID), Code: &code})
		}
		return nil
	})
	return outcomes, failed, err
}

// BatchAddGroupMembers puts people into a group, each with a result of its own.
func (f *Vendor) BatchAddGroupMembers(ctx context.Context,
	r feishuserver.BatchAddGroupMembersRequestObject) (feishuserver.BatchAddGroupMembersResponseObject, error) {
	outcomes, _, err := f.eachMember(desk.CallOf(ctx), r.GroupID, r.Body.Members, view.addToGroup)
	return feishuserver.BatchAddGroupMembers200JSONResponse{
		Data: &feishuserver.GroupMemberResults{Results: &outcomes}}, err
}

// BatchRemoveGroupMembers takes people out of a group. If somebody cannot be, the others are out all the same.
func (f *Vendor) BatchRemoveGroupMembers(ctx context.Context,
	r feishuserver.BatchRemoveGroupMembersRequestObject) (feishuserver.BatchRemoveGroupMembersResponseObject, error) {
	_, failed, err := f.eachMember(desk.CallOf(ctx), r.GroupID, r.Body.Members, view.removeFromGroup)
	if err == nil && failed {
		err = refusal{code: feishuapi.ErrorCodeGroupMembersPartlyRemoved}
	}
	return feishuserver.BatchRemoveGroupMembers200JSONResponse{Data: &feishuserver.Nothing{}}, err
}
