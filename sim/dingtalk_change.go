package sim

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// dingTalkChange is what a call says of a member; what is nil is not said. The older and the current calls differ in the names of
// the members and in how long a text may be.
type dingTalkChange struct {
	name, mobile, title, telephone, workPlace, remark, email, orgEmail, orgEmailType, jobNumber, manager *string
	exclusiveType, loginID, nickname                                                                     *string
	hide, senior, exclusive                                                                              *bool
	hired                                                                                                *int64
	departments                                                                                          *[]int64
	orders                                                                                               map[int64]int64
	titles                                                                                               map[int64]string
	positions                                                                                            *[]dingtalkserver.DeptPositionInput
	attributes                                                                                           *map[string]string
	i18n                                                                                                 *json.RawMessage
	addAttributes, clearManager                                                                          bool
	most                                                                                                 dingTalkLimits
}

// dingTalkLimits are the greatest numbers of characters, and of departments.
type dingTalkLimits struct {
	name, title, telephone, workPlace, remark, email, orgEmail, jobNumber, departments int
}

func dingTalkLimitsV1() dingTalkLimits {
	return dingTalkLimits{name: 64, title: 64, telephone: 50, workPlace: 50, remark: 1000, email: 64, orgEmail: 100, jobNumber: 64, departments: 100}
}

func dingTalkLimitsV2() dingTalkLimits {
	return dingTalkLimits{name: 80, title: 200, telephone: 50, workPlace: 100, remark: 2000, email: 50, orgEmail: 100, jobNumber: 50, departments: 100}
}

// check holds a change against the limits of the vendor's pages. What depends on the rest of the corp is checked later.
func (change dingTalkChange) check() error {
	checks := []struct {
		bad  bool
		code dingtalkapi.ErrorCode
	}{
		{outside(change.name, 1, change.most.name), dingtalkapi.ErrorCodeInvalidName},
		{!isBlank(change.mobile) && !validMobile(*change.mobile), dingtalkapi.ErrorCodeInvalidMobile},
		{outside(change.title, 0, change.most.title), dingtalkapi.ErrorCodeInvalidPosition},
		{outside(change.telephone, 0, change.most.telephone), dingtalkapi.ErrorCodeTelTooLong},
		{outside(change.workPlace, 0, change.most.workPlace), dingtalkapi.ErrorCodeWorkPlaceTooLong},
		{outside(change.remark, 0, change.most.remark), dingtalkapi.ErrorCodeRemarkTooLong},
		{!isBlank(change.email) && !validMail(*change.email, change.most.email), dingtalkapi.ErrorCodeInvalidEmail},
		{!isBlank(change.orgEmail) && !validMail(*change.orgEmail, change.most.orgEmail), dingtalkapi.ErrorCodeInvalidEmail},
		{outside(change.jobNumber, 0, change.most.jobNumber), dingtalkapi.ErrorCodeInvalidJobNumber},
		{change.hired != nil && *change.hired < 1, change.argument()},
		{change.attributes != nil && utf8.RuneCountInString(dingTalkJSON(*change.attributes)) > 2000, dingtalkapi.ErrorCodeInvalidExtAttr},
		{change.orgEmailType != nil && *change.orgEmailType != "profession" && *change.orgEmailType != "base", change.argument()},
		{change.exclusiveType != nil && *change.exclusiveType != "sso" && *change.exclusiveType != "dingtalk", change.argument()},
	}
	for _, check := range checks {
		if check.bad {
			return dingTalkError{code: check.code}
		}
	}
	if change.departments == nil {
		return nil
	}
	if n := len(*change.departments); n == 0 || n > change.most.departments {
		return dingTalkError{code: dingtalkapi.ErrorCodeInvalidDepartmentList}
	}
	for i, id := range *change.departments {
		if slices.Contains((*change.departments)[:i], id) {
			return dingTalkError{code: dingtalkapi.ErrorCodeInvalidDepartmentList}
		}
	}
	return nil
}

// argument is the code for an argument that has no code of its own.
func (change dingTalkChange) argument() dingtalkapi.ErrorCode {
	if change.most == dingTalkLimitsV1() {
		return dingtalkapi.ErrorCodeInvalidParameter
	}
	return dingtalkapi.ErrorCodeInvalidArgumentV2
}

// apply writes a change that was checked into p and returns what only DingTalk knows of the person then.
func (change dingTalkChange) apply(v dingTalkView, p *Person) (dingTalkProfile, error) {
	write := func(field *string, value *string) {
		if value != nil {
			*field = *value
		}
	}
	write(&p.Name, change.name)
	write(&p.Position, change.title)
	write(&p.Telephone, change.telephone)
	write(&p.WorkPlace, change.workPlace)
	write(&p.Remark, change.remark)
	write(&p.Email, change.email)
	write(&p.CorpEmail, change.orgEmail)
	write(&p.EmployeeNumber, change.jobNumber)
	if change.hide != nil {
		p.MobileHidden = *change.hide
	}
	if !isBlank(change.telephone) && v.telephoneTaken(p) {
		return dingTalkProfile{}, dingTalkError{code: dingtalkapi.ErrorCodeTelExists}
	}
	if err := change.applyMobile(p); err != nil {
		return dingTalkProfile{}, err
	}
	switch {
	case change.clearManager:
		p.Manager = 0
	case !isBlank(change.manager): // "" does not clear
		manager := v.dir.findPerson(ByUserID, *change.manager)
		if manager == nil || manager.Key == p.Key {
			return dingTalkProfile{}, dingTalkError{code: dingtalkapi.ErrorCodeInvalidManager}
		}
		p.Manager = manager.Key
	}
	change.applyAttributes(p)
	if err := change.applyDepartments(v, p); err != nil {
		return dingTalkProfile{}, err
	}
	return change.applyProfile(v, p)
}

// applyMobile sets a number. Once the account is in use the number belongs to the person, and the corp cannot change it.
func (change dingTalkChange) applyMobile(p *Person) error {
	if isBlank(change.mobile) {
		return nil
	}
	mobile, _ := ParseMobile(*change.mobile)
	if mobile != p.Mobile && p.Mobile.Number != "" && dingTalkActive(p) {
		return dingTalkError{code: dingtalkapi.ErrorCodeMobileChangeRefused}
	}
	p.Mobile = mobile
	return nil
}

// telephoneTaken tells whether somebody else has the person's desk telephone.
func (v dingTalkView) telephoneTaken(p *Person) bool {
	for _, other := range v.dir.allPeople() {
		if other.Key != p.Key && other.Telephone == p.Telephone {
			return true
		}
	}
	return false
}

// applyAttributes replaces the self-defined fields, so that those which are left out are lost, or adds to them.
func (change dingTalkChange) applyAttributes(p *Person) {
	if change.attributes == nil {
		return
	}
	old := dingTalkAttributes(p)
	if !change.addAttributes {
		p.Attributes = slices.DeleteFunc(p.Attributes, func(a Attribute) bool {
			_, kept := (*change.attributes)[a.Name]
			return !kept
		})
	}
	for _, name := range slices.Sorted(maps.Keys(*change.attributes)) {
		value := (*change.attributes)[name]
		if value == old[name] {
			continue // it may be a link with a title
		}
		set := Attribute{Name: name, Text: value}
		i := slices.IndexFunc(p.Attributes, func(a Attribute) bool { return a.Name == name })
		if i < 0 {
			p.Attributes = append(p.Attributes, set)
		} else {
			p.Attributes[i] = set
		}
	}
}

// applyDepartments puts p into the departments of a change and sorts p there.
func (change dingTalkChange) applyDepartments(v dingTalkView, p *Person) error {
	if change.departments != nil {
		var memberships []Membership
		for _, id := range *change.departments {
			dept, err := v.department(id)
			if err != nil {
				return err
			}
			m, was := p.In(dept.Key)
			if !was {
				if v.dir.memberCount(dept.Key) >= dingTalkMaxMembers {
					return dingTalkError{code: dingtalkapi.ErrorCodeDepartmentMemberLimit}
				}
				m = Membership{Department: dept.Key}
			}
			memberships = append(memberships, m)
		}
		p.Memberships = memberships
	}
	for _, id := range slices.Sorted(maps.Keys(change.orders)) {
		i, err := v.membership(p, id)
		if err != nil {
			return err
		}
		p.Memberships[i].DingTalkOrder = change.orders[id]
	}
	return nil
}

// dingTalkMaxMembers is how many members a department takes.
const dingTalkMaxMembers = 1000

// membership is the index of p's membership of the department with an id.
func (v dingTalkView) membership(p *Person, id int64) (int, error) {
	dept := v.dir.findDepartment(ByDingTalkID, strconv.FormatInt(id, 10))
	i := -1
	if dept != nil {
		i = slices.IndexFunc(p.Memberships, func(m Membership) bool { return m.Department == dept.Key })
	}
	if i < 0 {
		return 0, dingTalkError{code: dingtalkapi.ErrorCodeInvalidDepartmentList}
	}
	return i, nil
}

// applyProfile returns what only DingTalk knows of p after the change. Positions in departments that p has left are forgotten.
func (change dingTalkChange) applyProfile(v dingTalkView, p *Person) (dingTalkProfile, error) {
	profile := v.k.profile(p.Key)
	if change.hired != nil {
		profile.hired = *change.hired
		p.Hired = dingTalkHiredDay(*change.hired)
	}
	if change.senior != nil {
		profile.senior = *change.senior
	}
	if change.exclusive != nil {
		profile.exclusive = *change.exclusive
	}
	if change.i18n != nil {
		profile.i18n = *change.i18n
	}
	for field, value := range map[*string]*string{
		&profile.orgEmailType: change.orgEmailType, &profile.exclusiveType: change.exclusiveType,
		&profile.loginID: change.loginID, &profile.nickname: change.nickname,
	} {
		if value != nil {
			*field = *value
		}
	}
	positions := make(map[DepartmentKey]dingTalkPosition)
	for key, position := range profile.positions {
		if _, in := p.In(key); in {
			positions[key] = position
		}
	}
	for _, id := range slices.Sorted(maps.Keys(change.titles)) {
		i, err := v.membership(p, id)
		if err != nil {
			return profile, err
		}
		position := positions[p.Memberships[i].Department]
		position.title = change.titles[id]
		positions[p.Memberships[i].Department] = position
	}
	if change.positions != nil {
		for _, row := range *change.positions {
			i, err := v.membership(p, row.DeptID)
			if err != nil {
				return profile, err
			}
			position := positions[p.Memberships[i].Department]
			if row.Title != nil {
				position.title = *row.Title
			}
			if row.WorkPlace != nil {
				position.workPlace = *row.WorkPlace
			}
			if row.IsMain != nil {
				if position.main = *row.IsMain; position.main {
					p.MainDepartment = p.Memberships[i].Department
				}
			}
			positions[p.Memberships[i].Department] = position
		}
	}
	profile.positions = positions
	return profile, nil
}

// dingTalkNames splits names or ids that stand in one text; nil is not said, "" is none.
func dingTalkNames(text *string, separator string) *[]string {
	if text == nil {
		return nil
	}
	names := []string{}
	if *text != "" {
		for name := range strings.SplitSeq(*text, separator) {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return &names
}
