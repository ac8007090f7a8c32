package sim

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// feishuMailDomain is the domain of the tenant's business mailboxes.
const feishuMailDomain = "@example.cn"

// feishuUserID tells whether a person may have the user_id.
func feishuUserID(id string) bool {
	return id != "" && utf8.RuneCountInString(id) <= 64 && !strings.ContainsAny(id, " \t\r\n")
}

// checkFeishuChange holds a change against the limits of the vendor's pages. What depends on others is checked by apply.
func checkFeishuChange(change feishuChange) error {
	checks := []struct {
		bad bool
		err feishuError
	}{
		{change.name != nil && *change.name == "", feishuError{code: feishuapi.ErrorCodeNameEmpty}},
		{outside(change.name, 0, 255), feishuError{code: feishuapi.ErrorCodeNameTooLong}},
		{outside(change.enName, 0, 255), feishuError{code: feishuapi.ErrorCodeEnglishNameTooLong}},
		{outside(change.nickname, 0, 255), feishuError{code: feishuapi.ErrorCodeNicknameTooLong}},
		{outside(change.title, 0, 255), feishuError{code: feishuapi.ErrorCodeJobTitleTooLong}},
		{outside(change.city, 0, 100), feishuField("city", "", "longer than 100 characters")},
		{outside(change.station, 0, 255), feishuField("work_station", "", "longer than 255 characters")},
		{outside(change.number, 0, 255), feishuField("employee_no", "", "longer than 255 characters")},
		{!isBlank(change.email) && !validMail(*change.email, 255), feishuError{code: feishuapi.ErrorCodeInvalidEmail}},
		{!isBlank(change.corpEmail) && !validMail(*change.corpEmail, 255), feishuError{code: feishuapi.ErrorCodeInvalidEmail}},
		{!isBlank(change.corpEmail) && !strings.HasSuffix(*change.corpEmail, feishuMailDomain), feishuError{code: feishuapi.ErrorCodeMailDomainUnavailable}},
		{change.gender != nil && !change.gender.Valid(), feishuError{code: feishuapi.ErrorCodeInvalidGender}},
		{change.joined != nil && *change.joined < 0, feishuError{code: feishuapi.ErrorCodeInvalidJoinTime}},
		{change.avatarKey != nil && strings.ContainsAny(*change.avatarKey, " \t\r\n/"), feishuError{code: feishuapi.ErrorCodeInvalidAvatarKey}},
		{!isBlank(change.geo) && *change.geo != "cn", feishuError{code: feishuapi.ErrorCodeGeoUnknown}},
		{!isBlank(change.jobLevel) && !strings.HasPrefix(*change.jobLevel, "demo-level-"), feishuError{code: feishuapi.ErrorCodeInvalidJobLevel}},
		{!isBlank(change.jobFamily) && !strings.HasPrefix(*change.jobFamily, "demo-family-"), feishuError{code: feishuapi.ErrorCodeInvalidJobFamily}},
		{change.subscriptions != nil && slices.ContainsFunc(*change.subscriptions, func(id string) bool { return id != feishuLicence }), feishuError{code: feishuapi.ErrorCodeInvalidLicence}},
		{change.orders != nil && change.departments == nil, feishuError{code: feishuapi.ErrorCodeOrderWithoutDepartments}},
	}
	for _, check := range checks {
		if check.bad {
			return check.err
		}
	}
	return nil
}

// apply puts a change into a person. leftOut is a refusal for what was left out where the rest is written.
func (v feishuView) apply(p *Person, own *feishuPerson, change feishuChange) (leftOut error, err error) {
	if err := checkFeishuChange(change); err != nil {
		return nil, err
	}
	for _, step := range []func(*Person, *feishuPerson, feishuChange) error{
		v.applyContacts, v.applyDepartments, v.applyOrders, v.applyLeaders, v.applyEmployment, v.applyState, v.applyAttributes,
	} {
		if err := step(p, own, change); err != nil {
			return nil, err
		}
	}
	set(&p.Name, change.name)
	set(&p.EnglishName, change.enName)
	set(&p.Nickname, change.nickname)
	set(&p.CorpEmail, change.corpEmail)
	set(&p.WorkPlace, change.station)
	set(&own.avatarKey, change.avatarKey)
	set(&own.country, change.country)
	set(&own.geo, change.geo)
	set(&own.jobLevel, change.jobLevel)
	set(&own.jobFamily, change.jobFamily)
	if change.visible != nil {
		p.MobileHidden = !*change.visible
	}
	if change.subscriptions != nil {
		own.subscriptions = append([]string{}, *change.subscriptions...)
	}
	return v.applyLists(p, change), nil
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// applyContacts sets mobile number and email. One of them must be left, and a foreign number needs an email beside it.
func (v feishuView) applyContacts(p *Person, _ *feishuPerson, change feishuChange) error {
	if change.mobile == nil && change.email == nil {
		return nil
	}
	set(&p.Email, change.email)
	if change.mobile != nil {
		number, ok := ParseMobile(*change.mobile)
		switch {
		case *change.mobile == "" && p.Email == "":
			return feishuError{code: feishuapi.ErrorCodeEmailOrMobileRequired}
		case *change.mobile == "":
			return feishuError{code: feishuapi.ErrorCodeMobileRequired}
		case !ok:
			return feishuError{code: feishuapi.ErrorCodeInvalidMobile}
		}
		p.Mobile = number
	}
	switch {
	case p.Mobile.Number == "" && p.Email == "":
		return feishuError{code: feishuapi.ErrorCodeEmailOrMobileRequired}
	case p.Mobile.Number != "" && p.Mobile.Country != "86" && p.Email == "":
		return feishuError{code: feishuapi.ErrorCodeForeignMobileNeedsEmail}
	}
	return nil
}

// The vendor's limits on memberships.
const (
	feishuMaxDepartments = 50
	feishuMaxMembers     = 10_000
)

// applyDepartments sets the departments. What is known of a membership that stays is kept.
func (v feishuView) applyDepartments(p *Person, _ *feishuPerson, change feishuChange) error {
	if change.departments == nil {
		return nil
	}
	ids := *change.departments
	switch {
	case len(ids) == 0:
		return feishuError{code: feishuapi.ErrorCodeDepartmentIDsMissing}
	case len(ids) > feishuMaxDepartments:
		return feishuError{code: feishuapi.ErrorCodeTooManyDepartments}
	case len(ids) > 1 && v.f.config.SingleDepartment:
		return feishuError{code: feishuapi.ErrorCodeSeveralDepartmentsDisabled}
	}
	memberships, err := v.memberships(p, ids)
	if err != nil {
		return err
	}
	p.Memberships = memberships
	if _, still := p.In(p.MainDepartment); !still {
		p.MainDepartment = memberships[0].Department
	}
	return nil
}

// memberships makes memberships of departments.
func (v feishuView) memberships(p *Person, ids []string) ([]Membership, error) {
	var out []Membership
	for _, id := range ids {
		dept, err := v.department(id, feishuapi.ErrorCodeDepartmentOutOfRange)
		if err != nil {
			return nil, err
		}
		m, member := p.In(dept.Key)
		switch {
		case slices.ContainsFunc(out, func(m Membership) bool { return m.Department == dept.Key }):
			return nil, feishuError{code: feishuapi.ErrorCodeDepartmentIDInvalid}
		case !member && v.dir.memberCount(dept.Key) >= feishuMaxMembers:
			return nil, feishuError{code: feishuapi.ErrorCodeDepartmentFull}
		case !member:
			m = Membership{Department: dept.Key, DingTalkOrder: v.dir.dingTalkOrder(p.Key, dept.Key)}
		}
		out = append(out, m)
	}
	return out, nil
}

// applyOrders sets the places in departments, and by them the main department.
func (v feishuView) applyOrders(p *Person, own *feishuPerson, change feishuChange) error {
	if change.orders == nil || len(*change.orders) == 0 {
		return nil
	}
	ranks := make(map[DepartmentKey]int64)
	var primary, first DepartmentKey
	for _, order := range *change.orders {
		i := slices.IndexFunc(p.Memberships, func(m Membership) bool {
			return order.DepartmentID != nil && v.departmentID(m.Department) == *order.DepartmentID
		})
		if i < 0 {
			return feishuError{code: feishuapi.ErrorCodeInvalidOrderDepartment}
		}
		key := p.Memberships[i].Department
		set(&p.Memberships[i].Order, order.UserOrder)
		if order.IsPrimaryDept != nil && *order.IsPrimaryDept {
			primary = key
		}
		if order.DepartmentOrder == nil {
			continue
		}
		ranks[key] = *order.DepartmentOrder
		if first == 0 || ranks[key] > ranks[first] {
			first = key
		}
	}
	if primary != 0 && first != 0 && ranks[primary] < ranks[first] {
		return feishuError{code: feishuapi.ErrorCodePrimaryDepartmentNotFirst}
	}
	switch {
	case primary != 0:
		p.MainDepartment = primary
	case first != 0:
		p.MainDepartment = first
	}
	for _, m := range p.Memberships {
		if _, said := ranks[m.Department]; !said {
			ranks[m.Department] = 0
		}
	}
	own.ranks = ranks
	return nil
}

// applyLeaders sets whom the person reports to.
func (v feishuView) applyLeaders(p *Person, own *feishuPerson, change feishuChange) error {
	leader := func(id string) (PersonKey, error) {
		found, left := v.findPerson(id)
		switch {
		case found == nil:
			return 0, feishuError{code: feishuapi.ErrorCodeInvalidLeader}
		case left:
			return 0, feishuError{code: feishuapi.ErrorCodeLeaderResigned}
		case found.Key == p.Key:
			return 0, feishuError{code: feishuapi.ErrorCodeLeaderIsSelf}
		}
		return found.Key, nil
	}
	if change.leader != nil {
		p.Manager = 0
		if *change.leader != "" {
			key, err := leader(*change.leader)
			if err != nil {
				return err
			}
			p.Manager = key
		}
	}
	if change.dotted != nil {
		own.dotted = nil
		for _, id := range *change.dotted {
			key, err := leader(id)
			if err != nil {
				return err
			}
			own.dotted = append(own.dotted, key)
		}
	}
	return nil
}

// applyEmployment sets contract, number and first day.
func (v feishuView) applyEmployment(p *Person, own *feishuPerson, change feishuChange) error {
	if change.employeeType != nil {
		types := feishuEmployeeTypes()
		i := slices.IndexFunc(types, func(t feishuEmployeeType) bool { return t.value == *change.employeeType })
		switch {
		case i < 0:
			return feishuError{code: change.badEmployeeType}
		case types[i].inactive:
			return feishuError{code: feishuapi.ErrorCodeEmployeeTypeInactive}
		case types[i].own: // the company's own records know the common ones only
			p.Employment, own.employeeType = EmploymentRegular, types[i].value
		default:
			p.Employment, own.employeeType = Employment(types[i].value), 0
		}
	}
	if !isBlank(change.number) {
		for _, other := range v.dir.allPeople() {
			if other.Key != p.Key && other.EmployeeNumber == *change.number {
				return feishuError{code: feishuapi.ErrorCodeEmployeeNoTaken}
			}
		}
	}
	set(&p.EmployeeNumber, change.number)
	if change.joined != nil {
		p.Hired = time.Time{}
		if *change.joined != 0 {
			p.Hired = time.Unix(*change.joined, 0).UTC()
		}
	}
	if change.gender != nil {
		p.Gender, own.otherGender = Gender(*change.gender), false
		if *change.gender == feishuserver.GenderOther {
			p.Gender, own.otherGender = GenderUnknown, true
		}
	}
	return nil
}

// applyState freezes and thaws.
func (v feishuView) applyState(p *Person, own *feishuPerson, change feishuChange) error {
	switch {
	case change.frozen == nil || *change.frozen == (p.Status == StatusDisabled):
	case *change.frozen && p.Founder:
		return feishuError{code: feishuapi.ErrorCodeFounderProtected}
	case *change.frozen:
		own.thawsTo, p.Status = p.Status, StatusDisabled
	default:
		p.Status, own.thawsTo = own.thawsTo, StatusActive
	}
	return nil
}

// applyAttributes sets the tenant's own fields.
func (v feishuView) applyAttributes(p *Person, own *feishuPerson, change feishuChange) error {
	if change.attributes == nil {
		return nil
	}
	if change.replace {
		p.Attributes, own.attributes = nil, nil
	}
	return v.setAttributes(p, own, *change.attributes)
}

// applyLists sets city and job title, which are added to the tenant's lists if they are new, unless nothing can be added to them.
func (v feishuView) applyLists(p *Person, change feishuChange) error {
	known := func(value *string, of func(*Person) string) bool {
		if isBlank(value) || !v.f.config.FixedLists {
			return true
		}
		for _, other := range v.dir.allPeople() {
			if of(other) == *value {
				return true
			}
		}
		return false
	}
	title := change.title
	if title != nil {
		title = new(strings.TrimSpace(*title)) // spaces alone clear it
	}
	city := known(change.city, func(p *Person) string { return p.City })
	position := known(title, func(p *Person) string { return p.Position })
	if city {
		set(&p.City, change.city)
	}
	if position {
		set(&p.Position, title)
	}
	switch {
	case !city && !position:
		return feishuError{code: change.noCityAndTitle}
	case !city:
		return feishuError{code: change.noCity}
	case !position:
		return feishuError{code: change.noTitle}
	}
	return nil
}

// checkAcceptor refuses somebody who cannot take over what another leaves behind.
func (v feishuView) checkAcceptor(p *Person, id *string) error {
	if isBlank(id) {
		return nil
	}
	acceptor, left := v.findPerson(*id)
	if acceptor == nil || left || acceptor.Key == p.Key || acceptor.Status != StatusActive || !v.seesPerson(acceptor) {
		return feishuError{code: feishuapi.ErrorCodeInvalidAcceptor, text: v.f.text(feishuapi.ErrorCodeInvalidAcceptor) + ": " + strconv.Quote(*id)}
	}
	return nil
}
