package feishu

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// department is what only Feishu knows of a department. It is replaced as a whole, never changed.
type department struct {
	zh, ja    string // translations of the name; the English one is Department.EnglishName
	order     *int64
	leaders   []leader // as they were set; members who lead are marked in their membership as well
	chat      *bool    // nil for what bornWithChat says
	chatTypes []int64
	units     []string
	hrbps     []company.PersonKey
	renamed   int  // changes of department_id
	disabled  bool // not in use
}

// leader is a leader of a department, who need not be a member of it.
type leader struct {
	person company.PersonKey
	deputy bool
}

// own returns what only Feishu knows of a department.
func (f *Vendor) own(key company.DepartmentKey) department {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.departments[key]
}

// keepDepartment remembers what only Feishu knows of a department.
func (f *Vendor) keepDepartment(key company.DepartmentKey, own department) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.departments[key] = own
}

// bornWithChat tells whether a department had a group from the start.
func bornWithChat(key company.DepartmentKey) bool { return key%3 == 0 }

func (own department) hasChat(key company.DepartmentKey) bool {
	if own.chat != nil {
		return *own.chat
	}
	return bornWithChat(key)
}

// showDepartment shows a department. A field that the caller may not read is absent.
func (v view) showDepartment(dept *company.Department) feishuserver.Department {
	read := contactRead()
	base := v.may(append(read, scopeDepartmentBase)...)
	tree := v.may(append(read, scopeDepartmentTree)...)
	own := v.f.own(dept.Key)
	out := feishuserver.Department{
		OpenDepartmentID: new(dept.FeishuOpenID),
		DepartmentID:     when(base, dept.FeishuID),
		Name:             when(base, dept.Name),
		I18NName: when(base, feishuserver.NameTranslations{
			ZhCN: new(own.zh), JaJP: new(own.ja), EnUS: new(dept.EnglishName),
		}),
		ChatID: when(base && own.hasChat(dept.Key), chat(v.f.desk.Seed, dept.Key)),
		Status: when(base, feishuserver.DepartmentStatus{IsDeleted: new(false)}),
		Order:  when(tree, strconv.FormatInt(orderOf(dept, own), 10)),

		GroupChatEmployeeTypes: when(base && own.chatTypes != nil, own.chatTypes),
	}
	if tree {
		out.ParentDepartmentID = new(cmp.Or(v.departmentID(dept.Parent), "0"))
		members, primary := v.dir.Headcount(dept.Key)
		out.MemberCount, out.PrimaryMemberCount = &members, &primary
		out.UnitIDs = new(append([]string{}, own.units...))
		v.showLeaders(&out, dept, own)
	}
	if v.may(scopeDepartmentHRBP) {
		hrbps := []string{}
		for _, key := range own.hrbps {
			if id := v.personID(key); id != "" {
				hrbps = append(hrbps, id)
			}
		}
		out.DepartmentHRBPs = &hrbps
	}
	return out
}

func chat(seed uint64, key company.DepartmentKey) string {
	return "oc_" + company.DeriveText(seed, "feishu chat", int(key), company.HexDigits, 32)
}

// orderOf is the place among the siblings: smaller comes first, the other way round than in the company's own records,
// and no two siblings have the same.
func orderOf(dept *company.Department, own department) int64 {
	if own.order != nil {
		return *own.order
	}
	return (1<<32-dept.Order)*100_000 + int64(dept.Key)
}

// leaders returns who leads a department: those who were set and still do, and members who were made leaders elsewhere.
func (v view) leaders(dept *company.Department, own department) []leader {
	var out []leader
	for _, l := range own.leaders {
		p := v.dir.Person(l.person)
		if p == nil {
			continue
		}
		if m, member := p.In(dept.Key); !member || m.Leader {
			out = append(out, l)
		}
	}
	for _, p := range v.dir.Leaders(dept.Key) {
		if !slices.ContainsFunc(out, func(l leader) bool { return l.person == p.Key }) {
			out = append(out, leader{person: p.Key, deputy: len(out) > 0})
		}
	}
	return out
}

// showLeaders fills in the leaders. Without any, leaders is null.
func (v view) showLeaders(out *feishuserver.Department, dept *company.Department, own department) {
	var list []feishuserver.DepartmentLeader
	for _, l := range v.leaders(dept, own) {
		kind := feishuserver.LeaderTypePrimary
		id := v.personID(l.person)
		if l.deputy {
			kind = feishuserver.LeaderTypeDeputy
		} else {
			out.LeaderUserID = &id
		}
		list = append(list, feishuserver.DepartmentLeader{LeaderID: &id, LeaderType: &kind})
	}
	out.Leaders = &list
}

// departments makes a page of departments, those outside the range left out after it was cut.
func (v view) departments(list []*company.Department, p pageAsked, emptyAtEnd bool) *feishuserver.DepartmentPage {
	page, token, more := cut(v.f, list, p, func(dept *company.Department) int { return int(dept.Key) })
	items := []feishuserver.Department{}
	for _, dept := range page {
		if v.seesDepartment(dept.Key) {
			items = append(items, v.showDepartment(dept))
		}
	}
	return &feishuserver.DepartmentPage{
		HasMore:   &more,
		Items:     when(more || len(items) > 0, items), // a list that is all there, and empty, is left out
		PageToken: pageToken(p, token, more, emptyAtEnd),
	}
}
