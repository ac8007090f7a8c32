package feishu

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// mailDomain is the domain of the tenant's business mailboxes.
const mailDomain = "@example.cn"

// userID tells whether a person may have the user_id.
func userID(id string) bool {
	return id != "" && utf8.RuneCountInString(id) <= 64 && !strings.ContainsAny(id, " \t\r\n")
}

// checkChange refuses what is beyond the limits of the vendor's pages. What depends on others is checked by apply.
func (f *Vendor) checkChange(change userChange) error {
	checks := []struct {
		bad bool
		err refusal
	}{
		{change.name != nil && *change.name == "", refusal{code: feishuapi.ErrorCodeNameEmpty}},
		{desk.Outside(change.name, 0, 255), refusal{code: feishuapi.ErrorCodeNameTooLong}},
		{desk.Outside(change.enName, 0, 255), refusal{code: feishuapi.ErrorCodeEnglishNameTooLong}},
		{desk.Outside(change.nickname, 0, 255), refusal{code: feishuapi.ErrorCodeNicknameTooLong}},
		{desk.Outside(change.title, 0, 255), refusal{code: feishuapi.ErrorCodeJobTitleTooLong}},
		{desk.Outside(change.city, 0, 100), fieldRefusal("city", "", "longer than 100 characters")},
		{desk.Outside(change.station, 0, 255), fieldRefusal("work_station", "", "longer than 255 characters")},
		{desk.Outside(change.number, 0, 255), fieldRefusal("employee_no", "", "longer than 255 characters")},
		{!desk.IsBlank(change.email) && !company.ValidMail(*change.email, 255),
			refusal{code: feishuapi.ErrorCodeInvalidEmail}},
		{!desk.IsBlank(change.corpEmail) && !company.ValidMail(*change.corpEmail, 255),
			refusal{code: feishuapi.ErrorCodeInvalidEmail}},
		{!desk.IsBlank(change.corpEmail) && !strings.HasSuffix(*change.corpEmail, mailDomain),
			refusal{code: feishuapi.ErrorCodeMailDomainUnavailable}},
		{change.gender != nil && !change.gender.Valid(), refusal{code: feishuapi.ErrorCodeInvalidGender}},
		{change.joined != nil && *change.joined < 0, refusal{code: feishuapi.ErrorCodeInvalidJoinTime}},
		{change.avatarKey != nil && strings.ContainsAny(*change.avatarKey, " \t\r\n/"),
			refusal{code: feishuapi.ErrorCodeInvalidAvatarKey}},
		{!desk.IsBlank(change.geo) && *change.geo != "cn", refusal{code: feishuapi.ErrorCodeGeoUnknown}},
		{!desk.IsBlank(change.jobLevel) && !f.levels.usable(*change.jobLevel),
			refusal{code: feishuapi.ErrorCodeInvalidJobLevel}},
		{!desk.IsBlank(change.jobFamily) && !f.families.usable(*change.jobFamily),
			refusal{code: feishuapi.ErrorCodeInvalidJobFamily}},
		{change.subscriptions != nil && slices.ContainsFunc(*change.subscriptions,
			func(id string) bool { return id != licence }), refusal{code: feishuapi.ErrorCodeInvalidLicence}},
		{change.orders != nil && change.departments == nil, refusal{code: feishuapi.ErrorCodeOrderWithoutDepartments}},
	}
	for _, check := range checks {
		if check.bad {
			return check.err
		}
	}
	return nil
}

// apply puts a change into a person. leftOut is a refusal for what was left out where the rest is written.
func (v view) apply(p *company.Person, own *person, change userChange) (leftOut error, err error) {
	if err := v.f.checkChange(change); err != nil {
		return nil, err
	}
	for _, step := range []func(*company.Person, *person, userChange) error{
		v.applyContacts, v.applyDepartments, v.applyOrders, v.applyLeaders, v.applyEmployment, v.applyState,
		v.applyAttributes,
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
func (v view) applyContacts(p *company.Person, _ *person, change userChange) error {
	if change.mobile == nil && change.email == nil {
		return nil
	}
	set(&p.Email, change.email)
	if change.mobile != nil {
		number, ok := company.ParseMobile(*change.mobile)
		switch {
		case *change.mobile == "" && p.Email == "":
			return refusal{code: feishuapi.ErrorCodeEmailOrMobileRequired}
		case *change.mobile == "":
			return refusal{code: feishuapi.ErrorCodeMobileRequired}
		case !ok:
			return refusal{code: feishuapi.ErrorCodeInvalidMobile}
		}
		p.Mobile = number
	}
	switch {
	case p.Mobile.Number == "" && p.Email == "":
		return refusal{code: feishuapi.ErrorCodeEmailOrMobileRequired}
	case p.Mobile.Number != "" && p.Mobile.Country != "86" && p.Email == "":
		return refusal{code: feishuapi.ErrorCodeForeignMobileNeedsEmail}
	}
	return nil
}

// The vendor's limits on memberships.
const (
	maxDepartments = 50
	maxMembers     = 10_000
)

// applyDepartments sets the departments. What is known of a membership that stays is kept.
func (v view) applyDepartments(p *company.Person, _ *person, change userChange) error {
	if change.departments == nil {
		return nil
	}
	ids := *change.departments
	switch {
	case len(ids) == 0:
		return refusal{code: feishuapi.ErrorCodeDepartmentIDsMissing}
	case len(ids) > maxDepartments:
		return refusal{code: feishuapi.ErrorCodeTooManyDepartments}
	case len(ids) > 1 && v.f.config.SingleDepartment:
		return refusal{code: feishuapi.ErrorCodeSeveralDepartmentsDisabled}
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
func (v view) memberships(p *company.Person, ids []string) ([]company.Membership, error) {
	var out []company.Membership
	for _, id := range ids {
		dept, err := v.department(id, feishuapi.ErrorCodeDepartmentOutOfRange)
		if err != nil {
			return nil, err
		}
		m, member := p.In(dept.Key)
		switch {
		case slices.ContainsFunc(out, func(m company.Membership) bool { return m.Department == dept.Key }):
			return nil, refusal{code: feishuapi.ErrorCodeDepartmentIDInvalid}
		case !member && v.dir.MemberCount(dept.Key) >= maxMembers:
			return nil, refusal{code: feishuapi.ErrorCodeDepartmentFull}
		case !member:
			m = company.Membership{Department: dept.Key, DingTalkOrder: v.dir.DingTalkOrder(p.Key, dept.Key)}
		}
		out = append(out, m)
	}
	return out, nil
}

// applyOrders sets the places in departments, and by them the main department.
func (v view) applyOrders(p *company.Person, own *person, change userChange) error {
	if change.orders == nil || len(*change.orders) == 0 {
		return nil
	}
	ranks := make(map[company.DepartmentKey]int64)
	var primary, first company.DepartmentKey
	for _, order := range *change.orders {
		i := slices.IndexFunc(p.Memberships, func(m company.Membership) bool {
			return order.DepartmentID != nil && v.departmentID(m.Department) == *order.DepartmentID
		})
		if i < 0 {
			return refusal{code: feishuapi.ErrorCodeInvalidOrderDepartment}
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
		return refusal{code: feishuapi.ErrorCodePrimaryDepartmentNotFirst}
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
func (v view) applyLeaders(p *company.Person, own *person, change userChange) error {
	leader := func(id string) (company.PersonKey, error) {
		found, left := v.findPerson(id)
		switch {
		case found == nil:
			return 0, refusal{code: feishuapi.ErrorCodeInvalidLeader}
		case left:
			return 0, refusal{code: feishuapi.ErrorCodeLeaderResigned}
		case found.Key == p.Key:
			return 0, refusal{code: feishuapi.ErrorCodeLeaderIsSelf}
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
func (v view) applyEmployment(p *company.Person, own *person, change userChange) error {
	if change.employeeType != nil {
		t, ok := v.f.types.with(*change.employeeType)
		switch {
		case !ok:
			return refusal{code: change.badEmployeeType}
		case t.inactive:
			return refusal{code: feishuapi.ErrorCodeEmployeeTypeInactive}
		case t.own: // the company's own records know the common ones only
			p.Employment, own.employeeType = company.EmploymentRegular, t.value
		default:
			p.Employment, own.employeeType = company.Employment(t.value), 0
		}
	}
	if !desk.IsBlank(change.number) {
		for _, other := range v.dir.AllPeople() {
			if other.Key != p.Key && other.EmployeeNumber == *change.number {
				return refusal{code: feishuapi.ErrorCodeEmployeeNoTaken}
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
		p.Gender, own.otherGender = company.Gender(*change.gender), false
		if *change.gender == feishuserver.GenderOther {
			p.Gender, own.otherGender = company.GenderUnknown, true
		}
	}
	return nil
}

// applyState freezes and thaws.
func (v view) applyState(p *company.Person, own *person, change userChange) error {
	switch {
	case change.frozen == nil || *change.frozen == (p.Status == company.StatusDisabled):
	case *change.frozen && p.Founder:
		return refusal{code: feishuapi.ErrorCodeFounderProtected}
	case *change.frozen:
		own.thawsTo, p.Status = p.Status, company.StatusDisabled
	default:
		p.Status, own.thawsTo = own.thawsTo, company.StatusActive
	}
	return nil
}

// applyAttributes sets the tenant's own fields.
func (v view) applyAttributes(p *company.Person, own *person, change userChange) error {
	if change.attributes == nil {
		return nil
	}
	if change.replace {
		p.Attributes, own.attributes = nil, nil
	}
	return v.setAttributes(p, own, *change.attributes)
}

// applyLists sets city and job title, which are added to the tenant's lists if they are new, unless nothing can be
// added to them.
func (v view) applyLists(p *company.Person, change userChange) error {
	known := func(value *string, of func(*company.Person) string) bool {
		if desk.IsBlank(value) || !v.f.config.FixedLists {
			return true
		}
		for _, other := range v.dir.AllPeople() {
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
	city := known(change.city, func(p *company.Person) string { return p.City })
	position := known(title, func(p *company.Person) string { return p.Position })
	if city {
		set(&p.City, change.city)
	}
	if position {
		set(&p.Position, title)
	}
	switch {
	case !city && !position:
		return refusal{code: change.noCityAndTitle}
	case !city:
		return refusal{code: change.noCity}
	case !position:
		return refusal{code: change.noTitle}
	}
	return nil
}

// checkAcceptor refuses somebody who cannot take over what another leaves behind.
func (v view) checkAcceptor(p *company.Person, id *string) error {
	if desk.IsBlank(id) {
		return nil
	}
	acceptor, left := v.findPerson(*id)
	if acceptor == nil || left || acceptor.Key == p.Key || acceptor.Status != company.StatusActive ||
		!v.seesPerson(acceptor) {
		return refusal{code: feishuapi.ErrorCodeInvalidAcceptor, text: v.f.text(feishuapi.ErrorCodeInvalidAcceptor) +
			": " + strconv.Quote(*id)}
	}
	return nil
}
