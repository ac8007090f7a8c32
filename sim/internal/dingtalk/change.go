package dingtalk

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// userChange is what a call says of a member; what is nil is not said. The older and the current calls differ in the
// names of the members and in how long a text may be.
type userChange struct {
	name, mobile, title, telephone, workPlace, remark *string
	email, orgEmail, orgEmailType, jobNumber, manager *string
	exclusiveType, loginID, nickname                  *string
	hide, senior, exclusive                           *bool
	hired                                             *int64
	departments                                       *[]int64
	orders                                            map[int64]int64
	titles                                            map[int64]string
	positions                                         *[]dingtalkserver.DeptPositionInput
	attributes                                        *map[string]string
	i18n                                              *json.RawMessage
	addAttributes, clearManager                       bool
	most                                              limits
}

// limits are the greatest numbers of characters, and of departments.
type limits struct {
	name, title, telephone, workPlace, remark, email, orgEmail, jobNumber, departments int
}

func limitsV1() limits {
	return limits{name: 64, title: 64, telephone: 50, workPlace: 50, remark: 1000, email: 64, orgEmail: 100,
		jobNumber: 64, departments: 100}
}

func limitsV2() limits {
	return limits{name: 80, title: 200, telephone: 50, workPlace: 100, remark: 2000, email: 50, orgEmail: 100,
		jobNumber: 50, departments: 100}
}

// check refuses what is beyond the limits of the vendor's pages. What depends on the rest of the corp is checked later.
func (change userChange) check() error {
	checks := []struct {
		bad  bool
		code dingtalkapi.ErrorCode
	}{
		{desk.Outside(change.name, 1, change.most.name), dingtalkapi.ErrorCodeInvalidName},
		{!desk.IsBlank(change.mobile) && !company.ValidMobile(*change.mobile), dingtalkapi.ErrorCodeInvalidMobile},
		{desk.Outside(change.title, 0, change.most.title), dingtalkapi.ErrorCodeInvalidPosition},
		{desk.Outside(change.telephone, 0, change.most.telephone), dingtalkapi.ErrorCodeTelTooLong},
		{desk.Outside(change.workPlace, 0, change.most.workPlace), dingtalkapi.ErrorCodeWorkPlaceTooLong},
		{desk.Outside(change.remark, 0, change.most.remark), dingtalkapi.ErrorCodeRemarkTooLong},
		{!desk.IsBlank(change.email) && !company.ValidMail(*change.email, change.most.email),
			dingtalkapi.ErrorCodeInvalidEmail},
		{!desk.IsBlank(change.orgEmail) && !company.ValidMail(*change.orgEmail, change.most.orgEmail),
			dingtalkapi.ErrorCodeInvalidEmail},
		{desk.Outside(change.jobNumber, 0, change.most.jobNumber), dingtalkapi.ErrorCodeInvalidJobNumber},
		{change.hired != nil && *change.hired < 1, change.argument()},
		{change.attributes != nil && utf8.RuneCountInString(jsonText(*change.attributes)) > 2000,
			dingtalkapi.ErrorCodeInvalidExtAttr},
		{change.orgEmailType != nil && *change.orgEmailType != "profession" && *change.orgEmailType != "base",
			change.argument()},
		{change.exclusiveType != nil && *change.exclusiveType != "sso" && *change.exclusiveType != "dingtalk",
			change.argument()},
	}
	for _, check := range checks {
		if check.bad {
			return refusal{code: check.code}
		}
	}
	if change.departments == nil {
		return nil
	}
	if n := len(*change.departments); n == 0 || n > change.most.departments {
		return refusal{code: dingtalkapi.ErrorCodeInvalidDepartmentList}
	}
	for i, id := range *change.departments {
		if slices.Contains((*change.departments)[:i], id) {
			return refusal{code: dingtalkapi.ErrorCodeInvalidDepartmentList}
		}
	}
	return nil
}

// argument is the code for an argument that has no code of its own.
func (change userChange) argument() dingtalkapi.ErrorCode {
	if change.most == limitsV1() {
		return dingtalkapi.ErrorCodeInvalidParameter
	}
	return dingtalkapi.ErrorCodeInvalidArgumentV2
}

// apply writes a change that was checked into p and returns what only DingTalk knows of the person then.
func (change userChange) apply(v view, p *company.Person) (userProfile, error) {
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
	if !desk.IsBlank(change.telephone) && v.telephoneTaken(p) {
		return userProfile{}, refusal{code: dingtalkapi.ErrorCodeTelExists}
	}
	if err := change.applyMobile(p); err != nil {
		return userProfile{}, err
	}
	switch {
	case change.clearManager:
		p.Manager = 0
	case !desk.IsBlank(change.manager): // "" does not clear
		manager := v.dir.FindPerson(company.ByUserID, *change.manager)
		if manager == nil || manager.Key == p.Key {
			return userProfile{}, refusal{code: dingtalkapi.ErrorCodeInvalidManager}
		}
		p.Manager = manager.Key
	}
	change.applyAttributes(p)
	if err := change.applyDepartments(v, p); err != nil {
		return userProfile{}, err
	}
	return change.applyProfile(v, p)
}

// applyMobile sets a number. Once the account is in use the number belongs to the person, and the corp cannot change
// it.
func (change userChange) applyMobile(p *company.Person) error {
	if desk.IsBlank(change.mobile) {
		return nil
	}
	mobile, _ := company.ParseMobile(*change.mobile)
	if mobile != p.Mobile && p.Mobile.Number != "" && active(p) {
		return refusal{code: dingtalkapi.ErrorCodeMobileChangeRefused}
	}
	p.Mobile = mobile
	return nil
}

// telephoneTaken tells whether somebody else has the person's desk telephone.
func (v view) telephoneTaken(p *company.Person) bool {
	for _, other := range v.dir.AllPeople() {
		if other.Key != p.Key && other.Telephone == p.Telephone {
			return true
		}
	}
	return false
}

// applyAttributes replaces the self-defined fields, so that those which are left out are lost, or adds to them.
func (change userChange) applyAttributes(p *company.Person) {
	if change.attributes == nil {
		return
	}
	old := attributesOf(p)
	if !change.addAttributes {
		p.Attributes = slices.DeleteFunc(p.Attributes, func(a company.Attribute) bool {
			_, kept := (*change.attributes)[a.Name]
			return !kept
		})
	}
	for _, name := range slices.Sorted(maps.Keys(*change.attributes)) {
		value := (*change.attributes)[name]
		if value == old[name] {
			continue // it may be a link with a title
		}
		set := company.Attribute{Name: name, Text: value}
		i := slices.IndexFunc(p.Attributes, func(a company.Attribute) bool { return a.Name == name })
		if i < 0 {
			p.Attributes = append(p.Attributes, set)
		} else {
			p.Attributes[i] = set
		}
	}
}

// applyDepartments puts p into the departments of a change and sorts p there.
func (change userChange) applyDepartments(v view, p *company.Person) error {
	if change.departments != nil {
		var memberships []company.Membership
		for _, id := range *change.departments {
			dept, err := v.department(id)
			if err != nil {
				return err
			}
			m, was := p.In(dept.Key)
			if !was {
				if v.dir.MemberCount(dept.Key) >= maxMembers {
					return refusal{code: dingtalkapi.ErrorCodeDepartmentMemberLimit}
				}
				m = company.Membership{Department: dept.Key}
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

// maxMembers is how many members a department takes.
const maxMembers = 1000

// membership is the index of p's membership of the department with an id.
func (v view) membership(p *company.Person, id int64) (int, error) {
	dept := v.dir.FindDepartment(company.ByDingTalkID, strconv.FormatInt(id, 10))
	i := -1
	if dept != nil {
		i = slices.IndexFunc(p.Memberships, func(m company.Membership) bool { return m.Department == dept.Key })
	}
	if i < 0 {
		return 0, refusal{code: dingtalkapi.ErrorCodeInvalidDepartmentList}
	}
	return i, nil
}

// applyProfile returns what only DingTalk knows of p after the change. Positions in departments that p has left are
// forgotten.
func (change userChange) applyProfile(v view, p *company.Person) (userProfile, error) {
	profile := v.k.profile(p.Key)
	if change.hired != nil {
		profile.hired = *change.hired
		p.Hired = hiredDay(*change.hired)
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
	positions := make(map[company.DepartmentKey]userPosition)
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

// names splits names or ids that stand in one text; nil is not said, "" is none.
func names(text *string, separator string) *[]string {
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
