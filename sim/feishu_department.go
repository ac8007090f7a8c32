package sim

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// feishuDepartment is what only Feishu knows of a department. It is replaced as a whole, never changed.
type feishuDepartment struct {
	zh, ja    string // translations of the name; the English one is Department.EnglishName
	order     *int64
	leaders   []feishuLeader // as they were set; members who lead are marked in their membership as well
	chat      *bool          // nil for what feishuBornWithChat says
	chatTypes []int64
	units     []string
	hrbps     []PersonKey
	renamed   int // changes of department_id
}

// feishuLeader is a leader of a department, who need not be a member of it.
type feishuLeader struct {
	person PersonKey
	deputy bool
}

// own returns what only Feishu knows of a department.
func (f *feishu) own(key DepartmentKey) feishuDepartment {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.departments[key]
}

// keepDepartment remembers what only Feishu knows of a department.
func (f *feishu) keepDepartment(key DepartmentKey, own feishuDepartment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.departments[key] = own
}

// feishuBornWithChat tells whether a department had a group from the start.
func feishuBornWithChat(key DepartmentKey) bool { return key%3 == 0 }

func (own feishuDepartment) hasChat(key DepartmentKey) bool {
	if own.chat != nil {
		return *own.chat
	}
	return feishuBornWithChat(key)
}

// showDepartment shows a department. A field that the caller may not read is absent.
func (v feishuView) showDepartment(dept *Department) feishuserver.Department {
	read := feishuContactRead()
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
		ChatID: when(base && own.hasChat(dept.Key), feishuChat(v.f.sim.config.seed, dept.Key)),
		Status: when(base, feishuserver.DepartmentStatus{IsDeleted: new(false)}),
		Order:  when(tree, strconv.FormatInt(feishuOrder(dept, own), 10)),

		GroupChatEmployeeTypes: when(base && own.chatTypes != nil, own.chatTypes),
	}
	if tree {
		out.ParentDepartmentID = new(cmp.Or(v.departmentID(dept.Parent), "0"))
	}
	if base {
		members, primary := v.dir.headcount(dept.Key)
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

func feishuChat(seed uint64, key DepartmentKey) string {
	return "oc_" + deriveText(seed, "feishu chat", int(key), hexDigits, 32)
}

// feishuOrder is the place among the siblings: smaller comes first, the other way round than in the company's own records, and no
// two siblings have the same.
func feishuOrder(dept *Department, own feishuDepartment) int64 {
	if own.order != nil {
		return *own.order
	}
	return (1<<32-dept.Order)*100_000 + int64(dept.Key)
}

// headcount counts the people in a department and below it, each once, and those of them whose main department is there.
func (d *directory) headcount(key DepartmentKey) (members, primary int64) {
	inside := make(map[DepartmentKey]bool)
	for _, dept := range d.subtree(key) {
		inside[dept.Key] = true
	}
	counted := make(map[PersonKey]bool)
	for dept := range inside {
		for person := range d.memberKeys[dept] {
			if counted[person] {
				continue
			}
			counted[person] = true
			members++
			if inside[d.people[person].MainDepartment] {
				primary++
			}
		}
	}
	return members, primary
}

// leaders returns who leads a department: those who were set and still do, and members who were made leaders elsewhere.
func (v feishuView) leaders(dept *Department, own feishuDepartment) []feishuLeader {
	var out []feishuLeader
	for _, l := range own.leaders {
		p := v.dir.person(l.person)
		if p == nil {
			continue
		}
		if m, member := p.In(dept.Key); !member || m.Leader {
			out = append(out, l)
		}
	}
	for _, p := range v.dir.leaders(dept.Key) {
		if !slices.ContainsFunc(out, func(l feishuLeader) bool { return l.person == p.Key }) {
			out = append(out, feishuLeader{person: p.Key, deputy: len(out) > 0})
		}
	}
	return out
}

// showLeaders fills in the leaders. Without any, leaders is null.
func (v feishuView) showLeaders(out *feishuserver.Department, dept *Department, own feishuDepartment) {
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
func (v feishuView) departments(list []*Department, p feishuPage, emptyAtEnd bool) *feishuserver.DepartmentPage {
	page, token, more := feishuCut(v.f, list, p, func(dept *Department) int { return int(dept.Key) })
	items := []feishuserver.Department{}
	for _, dept := range page {
		if v.seesDepartment(dept.Key) {
			items = append(items, v.showDepartment(dept))
		}
	}
	return &feishuserver.DepartmentPage{
		HasMore:   &more,
		Items:     when(more || len(items) > 0, items), // a list that is all there, and empty, is left out
		PageToken: feishuPageToken(p, token, more, emptyAtEnd),
	}
}
