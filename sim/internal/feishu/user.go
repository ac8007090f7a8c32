package feishu

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// person is what only Feishu knows of a person. It is replaced as a whole, never changed.
type person struct {
	avatarKey, country, geo, jobLevel, jobFamily string

	// one of the tenant's own, from 6 on; 0 for what Person.Employment says
	employeeType  int64
	otherGender   bool                            // beside GenderUnknown
	ranks         map[company.DepartmentKey]int64 // department_order, where it was set
	attributes    []feishuserver.UserCustomAttr
	subscriptions []string // nil for the licence that everybody has
	dotted        []company.PersonKey
	pcURLs        map[string]string // of links, by field

	thawsTo company.Status // what a frozen person was before
	renamed int            // changes of user_id

	restored time.Time // the last time that the person was brought back

	// What only directory/v1 knows.
	signature, place, extension string
	leaving                     *leaving // what is known of the person's leaving
}

// leaving is when and why somebody leaves or left. It is never changed.
type leaving struct {
	coming       bool // the person is still on the staff
	date, remark string
	reason       feishuserver.ResignReason
	kind         feishuserver.ResignType
}

// person returns what only Feishu knows of a person.
func (f *Vendor) person(key company.PersonKey) person {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.people[key]
}

// keep remembers what only Feishu knows of a person.
func (f *Vendor) keep(key company.PersonKey, own person) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.people[key] = own
}

// fieldSet says which fields of a person an operation shows. The vendor's operations differ in nothing else.
type fieldSet struct {
	avatarKey, frozen, subscriptions, licences, path, description bool
}

func fieldsOfGet() fieldSet {
	return fieldSet{licences: true, path: true, description: true}
}
func fieldsOfList() fieldSet {
	return fieldSet{frozen: true, subscriptions: true, path: true}
}
func fieldsOfBatch() fieldSet { return fieldSet{avatarKey: true, frozen: true} }
func fieldsOfWrite() fieldSet {
	return fieldSet{avatarKey: true, frozen: true, subscriptions: true}
}

// show shows a person. A field that the caller may not read is absent; one that it may read and that has no value is
// empty.
func (v view) show(p *company.Person, fields fieldSet) feishuserver.User {
	read := contactRead()
	base := v.may(append(read, scopeUserBase)...)
	employee := v.may(append(read, scopeUserEmployee)...)
	department := v.may(append(read, scopeUserDepartment)...)
	own := v.f.person(p.Key)
	u := feishuserver.User{
		UnionID:       new(p.FeishuUnionID),
		OpenID:        new(p.FeishuOpenID),
		UserID:        when(v.may(scopeUserID), p.FeishuUserID),
		MobileVisible: new(!p.MobileHidden),

		Name:        when(base, p.Name),
		EnName:      when(base, p.EnglishName),
		Nickname:    when(base && p.Nickname != "", p.Nickname),
		Avatar:      when(base, avatarOf(p)),
		AvatarKey:   when(base && fields.avatarKey && own.avatarKey != "", own.avatarKey),
		Description: when(base && fields.description, ""),
		Email:       when(v.may(scopeUserEmail), p.Email),
		Mobile:      when(v.may(scopeUserPhone), p.Mobile.E164()),
		Gender:      when(v.may(append(read, scopeUserGender)...), gender(p, own)),

		Status:          when(employee, statusOf(p)),
		City:            when(employee, p.City),
		Country:         when(employee, country(p, own)),
		WorkStation:     when(employee, p.WorkPlace),
		JobTitle:        when(employee, p.Position),
		EnterpriseEmail: when(employee && p.CorpEmail != "", p.CorpEmail),
		EmployeeNo:      when(employee || v.may(scopeEmployeeNumber), p.EmployeeNumber),
		EmployeeType:    when(employee, contract(p, own)),
		IsTenantManager: when(employee, p.Admin || p.Founder),
		IsFrozen:        when(employee && fields.frozen, p.Status == company.StatusDisabled),
		JoinTime:        when(employee, joinTime(p)),

		Geo:         when(v.may(scopeUserGeo) && own.geo != "", own.geo),
		JobLevelID:  when(v.may(scopeJobLevel), own.jobLevel),
		JobFamilyID: when(v.may(scopeJobFamily), own.jobFamily),

		SubscriptionIDs: when(fields.subscriptions && v.may(scopeSubscriptions), subscriptions(own)),
	}
	if employee {
		u.CustomAttrs = v.attributes(p, own)
	}
	if department {
		v.place(&u, p, own)
	}
	if v.may(scopeDottedLine) {
		leaders := []string{}
		for _, key := range own.dotted {
			if id := v.personID(key); id != "" {
				leaders = append(leaders, id)
			}
		}
		u.DottedLineLeaderUserIDs = &leaders
	}
	if fields.licences && v.may(scopeAssignInfo) {
		u.AssignInfo = licences(own)
	}
	if fields.path && v.user != 0 && v.may(scopeDepartmentPath) {
		u.DepartmentPath = v.paths(p)
	}
	return u
}

// place fills in where a person is. Those who left are nowhere.
func (v view) place(u *feishuserver.User, p *company.Person, own person) {
	departments := []string{}
	var orders []feishuserver.UserOrder
	if p.Left.IsZero() {
		ranks := ranksOf(p, own)
		for _, m := range p.Memberships {
			id := v.departmentID(m.Department)
			departments = append(departments, id)
			order := feishuserver.UserOrder{DepartmentID: &id, UserOrder: new(m.Order),
				DepartmentOrder: new(ranks[m.Department])}
			if p.Key%5 != 0 || len(p.Memberships) > 1 { // records from before the field was introduced do not have it
				order.IsPrimaryDept = new(m.Department == p.MainDepartment)
			}
			orders = append(orders, order)
		}
		if leader := v.personID(p.Manager); leader != "" {
			u.LeaderUserID = &leader
		}
	}
	u.DepartmentIDs, u.Orders = &departments, &orders // orders is null for those who left
}

// ranksOf returns department_order: the main department has the largest. What was set is kept as long as it says the
// same.
func ranksOf(p *company.Person, own person) map[company.DepartmentKey]int64 {
	ranks := make(map[company.DepartmentKey]int64)
	agrees := true
	for i, m := range p.Memberships {
		rank, set := own.ranks[m.Department]
		agrees = agrees && set && (m.Department == p.MainDepartment || rank < own.ranks[p.MainDepartment])
		ranks[m.Department] = int64(len(p.Memberships) - i)
	}
	if agrees && len(p.Memberships) > 0 {
		return maps.Clone(own.ranks)
	}
	if p.MainDepartment != 0 {
		ranks[p.MainDepartment] = int64(len(p.Memberships) + 1)
	}
	return ranks
}

// avatarOf makes the addresses of a picture. Who has none gets the one that everybody begins with.
func avatarOf(p *company.Person) feishuserver.Avatar {
	url := cmp.Or(p.AvatarURL, "https://img.example.org/avatar/default.png")
	sized := func(size string) *string { return new(strings.TrimSuffix(url, ".png") + "~" + size + ".png") }
	return feishuserver.Avatar{Avatar72: sized("72"), Avatar240: sized("240"), Avatar640: sized("640"),
		AvatarOrigin: &url}
}

func gender(p *company.Person, own person) feishuserver.Gender {
	if p.Gender == company.GenderUnknown && own.otherGender {
		return feishuserver.GenderOther
	}
	return feishuserver.Gender(p.Gender)
}

// country is empty for those whose city is not known either.
func country(p *company.Person, own person) string {
	if own.country == "" && p.City != "" {
		return "CN"
	}
	return own.country
}

func joinTime(p *company.Person) int64 {
	if p.Hired.IsZero() {
		return 0
	}
	return p.Hired.Unix()
}

// statusOf returns the five flags. Active means is_activated and none of the others.
func statusOf(p *company.Person) feishuserver.UserStatus {
	left := !p.Left.IsZero()
	return feishuserver.UserStatus{
		IsActivated: new(!left && p.Status != company.StatusNotActivated),
		IsExited:    new(false), // nobody here leaves by own choice
		IsFrozen:    new(!left && p.Status == company.StatusDisabled),
		IsResigned:  &left,
		IsUnjoin:    new(!left && p.Status == company.StatusNotActivated),
	}
}

// licence is the one licence that the tenant has. Its id does not fit into a float64.
const licence = "9007199254740993"

func subscriptions(own person) []string {
	if own.subscriptions == nil {
		return []string{licence}
	}
	return own.subscriptions
}

// licences shows licences with names and terms, all of it as text.
func licences(own person) *[]feishuserver.AssignedLicence {
	licences := []feishuserver.AssignedLicence{}
	for _, id := range subscriptions(own) {
		licences = append(licences, feishuserver.AssignedLicence{
			SubscriptionID: new(id),
			LicensePlanKey: new("demo_plan"),
			ProductName:    new("旗舰版"),
			I18NName:       &feishuserver.NameTranslations{ZhCN: new("旗舰版"), JaJP: new(""), EnUS: new("Flagship")},
			StartTime:      new("1767225600"),
			EndTime:        new("1798761600"),
		})
	}
	return &licences
}

// paths shows the way from the top to each department of a person. The root is on no way but its own.
func (v view) paths(p *company.Person) *[]feishuserver.UserDepartmentPath {
	out := []feishuserver.UserDepartmentPath{}
	for _, m := range p.Memberships {
		way := v.dir.Path(m.Department)
		if len(way) == 0 || !p.Left.IsZero() {
			continue
		}
		slices.Reverse(way)
		if len(way) > 1 {
			way = way[1:]
		}
		var ids, zh, en []string
		for _, dept := range way {
			ids, zh, en = append(ids, company.DepartmentIDOf(dept, v.byDepartment)), append(zh, dept.Name),
				append(en, dept.EnglishName)
		}
		last := way[len(way)-1]
		out = append(out, feishuserver.UserDepartmentPath{
			DepartmentID:   new(company.DepartmentIDOf(last, v.byDepartment)),
			DepartmentName: localized(last.Name, last.EnglishName),
			DepartmentPath: &feishuserver.DepartmentPath{
				DepartmentIDs:      &ids,
				DepartmentPathName: localized(strings.Join(zh, "/"), strings.Join(en, "/")),
			},
		})
	}
	return &out
}

func localized(zh, en string) *feishuserver.LocalizedName {
	return &feishuserver.LocalizedName{
		Name:     &zh,
		I18NName: &feishuserver.NameTranslations{ZhCN: &zh, JaJP: new(""), EnUS: &en},
	}
}
