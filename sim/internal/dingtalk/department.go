package dingtalk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// department is what only DingTalk knows of a department.
type department struct {
	order                                            int64 // smaller first, unlike the Department's
	source, owner, brief, telephone, extension, code string
	group, autoAdd, autoApprove, groupSub            bool
	groupOuter, groupHidden                          bool
	hide, outer, outerOnlySelf                       bool
	deptPermits, outerDepts                          []int64
	userPermits, outerUsers                          []string
}

// setting returns what only DingTalk knows of a department. Nobody has sorted it as long as order is the id; one in
// three has a chat group.
func (k *Vendor) setting(dept *company.Department) department {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s, ok := k.settings[dept.Key]; ok {
		return s
	}
	s := department{order: dept.DingTalkID, group: dept.Key%3 == 1, autoAdd: dept.Key%3 == 1}
	if dept.Key == company.RootDepartment {
		s.order = 0
	}
	return s
}

func (k *Vendor) setSetting(key company.DepartmentKey, s department) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.settings[key] = s
}

// groupOwner is the owner of a department's chat group: who was chosen, or the first who leads the department.
func (v view) groupOwner(dept *company.Department, s department) *string {
	if s.owner != "" {
		return new(s.owner)
	}
	if leaders := v.leaders(dept); len(leaders) > 0 {
		return new(leaders[0])
	}
	return nil
}

// leaders are the user ids of those who lead a department.
func (v view) leaders(dept *company.Department) []string {
	ids := []string{}
	for _, p := range v.dir.Leaders(dept.Key) {
		ids = append(ids, p.UserID)
	}
	return ids
}

func (v view) groupChat(dept *company.Department) *string {
	return new("chat" + company.DeriveText(v.dir.Seed, "dingtalk chat", int(dept.Key), company.HexDigits, 28))
}

// parentID is the id of the department above, nil for the root.
func (v view) parentID(dept *company.Department) *int64 {
	if parent := v.dir.Department(dept.Parent); parent != nil {
		return new(parent.DingTalkID)
	}
	return nil
}

// children are the departments directly below one, sorted as DingTalk does.
func (v view) children(dept *company.Department) []*company.Department {
	children := v.dir.Children(dept.Key)
	slices.SortFunc(children, func(a, b *company.Department) int {
		return cmp.Or(cmp.Compare(v.k.setting(a).order, v.k.setting(b).order), cmp.Compare(a.Key, b.Key))
	})
	return children
}

// homeSchool tells whether the listing of a department ends with the home-school directory.
func (v view) homeSchool(dept *company.Department) bool {
	return dept.Key == company.RootDepartment && v.k.config.HomeSchool
}

// childIDs are the ids of the departments directly below one, whatever the contact scope.
func (k *Vendor) childIDs(ctx context.Context, id int64) ([]int64, error) {
	ids := []int64{}
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		if dept, err = v.anyDepartment(id); err != nil {
			return
		}
		for _, child := range v.children(dept) {
			ids = append(ids, child.DingTalkID)
		}
		if v.homeSchool(dept) {
			ids = append(ids, homeSchool)
		}
	})
	return ids, err
}

// departmentID reads an id that the older calls have as text.
func departmentID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, refusal{code: dingtalkapi.ErrorCodeInvalidDepartment}
	}
	return id, nil
}

// ListSubDepartmentIDsV1 lists the ids of the direct children.
func (k *Vendor) ListSubDepartmentIDsV1(ctx context.Context,
	r dingtalkserver.ListSubDepartmentIDsV1RequestObject) (dingtalkserver.ListSubDepartmentIDsV1ResponseObject, error) {
	id, err := departmentID(r.Params.ID)
	if err != nil {
		return nil, err
	}
	ids, err := k.childIDs(ctx, id)
	return dingtalkserver.ListSubDepartmentIDsV1200JSONResponse{SubDeptIDList: &ids}, err
}

// ListSubDepartmentIDsV2 lists the ids of the direct children.
func (k *Vendor) ListSubDepartmentIDsV2(ctx context.Context,
	r dingtalkserver.ListSubDepartmentIDsV2RequestObject) (dingtalkserver.ListSubDepartmentIDsV2ResponseObject, error) {
	ids, err := k.childIDs(ctx, r.Body.DeptID)
	return dingtalkserver.ListSubDepartmentIDsV2200JSONResponse{
		Result: &dingtalkserver.SubDepartmentIDsV2{DeptIDList: &ids}}, err
}

// ListDepartmentsV1 lists the children of a department, or all below it. The root itself comes along when it is listed
// from.
func (k *Vendor) ListDepartmentsV1(ctx context.Context,
	r dingtalkserver.ListDepartmentsV1RequestObject) (dingtalkserver.ListDepartmentsV1ResponseObject, error) {
	id := int64(1)
	if !desk.IsBlank(r.Params.ID) {
		var err error
		if id, err = departmentID(*r.Params.ID); err != nil {
			return nil, err
		}
	}
	all := r.Params.FetchChild != nil && *r.Params.FetchChild
	list := []dingtalkserver.DepartmentV1{}
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		if v.thirdParty && all {
			err = refusal{code: dingtalkapi.ErrorCodeInvalidParameter}
			return
		}
		var top *company.Department
		if top, err = v.department(id); err != nil {
			return
		}
		if top.Key == company.RootDepartment {
			list = append(list, v.departmentV1(top))
		}
		var below func(*company.Department)
		below = func(dept *company.Department) {
			for _, child := range v.children(dept) {
				list = append(list, v.departmentV1(child))
				if all {
					below(child)
				}
			}
		}
		below(top)
		if v.homeSchool(top) {
			list = append(list, dingtalkserver.DepartmentV1{
				ID: new(int64(homeSchool)), Name: new("家校通讯录"), ParentID: new(top.DingTalkID),
				CreateDeptGroup: new(false), AutoAddUser: new(false),
			})
		}
	})
	return dingtalkserver.ListDepartmentsV1200JSONResponse{Department: &list}, err
}

func (v view) departmentV1(dept *company.Department) dingtalkserver.DepartmentV1 {
	s := v.k.setting(dept)
	out := dingtalkserver.DepartmentV1{
		ID: new(dept.DingTalkID), Name: new(dept.Name), ParentID: v.parentID(dept), CreateDeptGroup: new(s.group),
		AutoAddUser:      new(s.autoAdd),
		SourceIdentifier: text(s.source),
	}
	if dept.Key%5 == 0 {
		out.IsFromUnionOrg = new(false)
	}
	return out
}

// ListSubDepartmentsV2 lists the direct children of a department, of the root if none is named.
func (k *Vendor) ListSubDepartmentsV2(ctx context.Context,
	r dingtalkserver.ListSubDepartmentsV2RequestObject) (dingtalkserver.ListSubDepartmentsV2ResponseObject, error) {
	id := int64(1)
	if r.Body.DeptID != nil {
		id = *r.Body.DeptID
	}
	list := []dingtalkserver.DepartmentV2{}
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		if dept, err = v.department(id); err != nil {
			return
		}
		for _, child := range v.children(dept) {
			list = append(list, v.departmentV2(child))
		}
		if v.homeSchool(dept) {
			list = append(list, dingtalkserver.DepartmentV2{
				DeptID: new(int64(homeSchool)), Name: new("家校通讯录"), ParentID: new(dept.DingTalkID),
				CreateDeptGroup: new(false), AutoAddUser: new(false),
			})
		}
	})
	return dingtalkserver.ListSubDepartmentsV2200JSONResponse{Result: &list}, err
}

// departmentV2 writes a department in a list; ext and the like turn up in some.
func (v view) departmentV2(dept *company.Department) dingtalkserver.DepartmentV2 {
	s := v.k.setting(dept)
	out := dingtalkserver.DepartmentV2{
		DeptID: new(dept.DingTalkID), Name: new(dept.Name), ParentID: v.parentID(dept), CreateDeptGroup: new(s.group),
		AutoAddUser:      new(s.autoAdd),
		SourceIdentifier: text(s.source),
	}
	if dept.Key%4 == 3 {
		out.Ext = new(jsonText(map[string]string{"faceCount": strconv.Itoa(v.dir.MemberCount(dept.Key))}))
	}
	if dept.Key%5 == 0 {
		out.FromUnionOrg = new(false)
	}
	return out
}

// departmentDetailV1 is the answer of getDepartmentV1, whose lists are text with bars between the items.
type departmentDetailV1 struct {
	dingtalkserver.GetDepartmentV1Answer
	DeptManagerUserIDList string  `json:"deptManagerUseridList"`
	DeptPermits           string  `json:"deptPermits"`
	UserPermits           string  `json:"userPermits"`
	OuterPermitDepts      string  `json:"outerPermitDepts"`
	OuterPermitUsers      string  `json:"outerPermitUsers"`
	DeptPerimits          *string `json:"deptPerimits,omitempty"` // misspelt, as older answers have it
	UserPerimits          *string `json:"userPerimits,omitempty"`
}

// VisitGetDepartmentV1Response writes the answer.
func (d departmentDetailV1) VisitGetDepartmentV1Response(w http.ResponseWriter) error {
	desk.WriteJSON(w, http.StatusOK, d)
	return nil
}

// GetDepartmentV1 reads one department. Third-party apps do not see what is above it.
func (k *Vendor) GetDepartmentV1(ctx context.Context,
	r dingtalkserver.GetDepartmentV1RequestObject) (dingtalkserver.GetDepartmentV1ResponseObject, error) {
	id, err := departmentID(r.Params.ID)
	if err != nil {
		return nil, err
	}
	var out departmentDetailV1
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		if dept, err = v.department(id); err != nil {
			return
		}
		s := k.setting(dept)
		out = departmentDetailV1{
			GetDepartmentV1Answer: dingtalkserver.GetDepartmentV1Answer{
				ID: new(dept.DingTalkID), Name: new(dept.Name), Order: new(s.order), SourceIdentifier: text(s.source),
				CreateDeptGroup: new(s.group), AutoAddUser: new(s.autoAdd), AutoApproveApply: new(s.autoApprove),
				GroupContainSubDept: new(s.groupSub),
				OuterDept:           new(s.outer), DeptHiding: new(s.hide),
			},
			DeptManagerUserIDList: strings.Join(v.leaders(dept), "|"),
			DeptPermits:           bars(s.deptPermits), UserPermits: strings.Join(s.userPermits, "|"),
			OuterPermitDepts: bars(s.outerDepts), OuterPermitUsers: strings.Join(s.outerUsers, "|"),
		}
		if !v.thirdParty {
			out.ParentID = v.parentID(dept)
		}
		if s.group {
			out.OrgDeptOwner, out.DeptGroupChatID = v.groupOwner(dept, s), v.groupChat(dept)
		}
		if dept.Key%3 == 0 {
			out.DeptPerimits, out.UserPerimits = &out.DeptPermits, &out.UserPermits
		}
	})
	return out, err
}

// bars joins ids with bars.
func bars(ids []int64) string {
	text := make([]string, len(ids))
	for i, id := range ids {
		text[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(text, "|")
}

// GetDepartmentV2 reads one department.
func (k *Vendor) GetDepartmentV2(ctx context.Context,
	r dingtalkserver.GetDepartmentV2RequestObject) (dingtalkserver.GetDepartmentV2ResponseObject, error) {
	var out dingtalkserver.DepartmentDetailV2
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		if dept, err = v.department(r.Body.DeptID); err != nil {
			return
		}
		s := k.setting(dept)
		out = dingtalkserver.DepartmentDetailV2{
			DeptID: new(dept.DingTalkID), Name: new(dept.Name), ParentID: v.parentID(dept), Order: new(s.order),
			SourceIdentifier: text(s.source),
			CreateDeptGroup:  new(s.group), AutoAddUser: new(s.autoAdd), AutoApproveApply: new(s.autoApprove),
			GroupContainSubDept: new(s.groupSub),
			HideDept:            new(s.hide), OuterDept: new(s.outer), DeptManagerUserIDList: new(v.leaders(dept)),
			DeptPermits: list(s.deptPermits), UserPermits: list(s.userPermits),
			OuterPermitDepts: list(s.outerDepts), OuterPermitUsers: list(s.outerUsers),
			Brief: new(s.brief), Telephone: text(s.telephone), Extention: text(s.extension), Code: text(s.code),
		}
		if s.group {
			out.OrgDeptOwner, out.DeptGroupChatID = v.groupOwner(dept, s), v.groupChat(dept)
		}
		if dept.Key%5 == 0 {
			out.FromUnionOrg = new(false)
		}
	})
	return dingtalkserver.GetDepartmentV2200JSONResponse{Result: &out}, err
}

// list is a list that the wire has as [] if it is empty.
func list[T any](list []T) *[]T {
	if list == nil {
		return &[]T{}
	}
	return &list
}
