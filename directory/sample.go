package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory/internal/diagnosis"
)

const (
	// sampledDepartments is in how many departments people are looked for, at most.
	sampledDepartments = 24

	// sampledSingles is how many of the people given one by one are looked at.
	sampledSingles = 10

	// sampledDetails is how many people are asked about once more.
	sampledDetails = 5

	// enough is how many people there have to be before it means something that nobody has a field.
	enough = 5
)

// sample counts what some people have.
type sample struct {
	users     map[string]bool // by id, those counted for lists
	spellings map[string]map[string]bool
	homeless  int
	has       map[string]int // by field, of lists
	details   int            // people asked about
	detailed  map[string]int // by field, of the calls for one person
	asked     int            // people whose own fields a call of their own was asked for
	empty     int            // departments without people or departments below
	judged    int            // departments without others below, whose members have been read
}

func (s *sample) init() {
	s.users, s.spellings = make(map[string]bool), make(map[string]map[string]bool)
	s.has, s.detailed = make(map[string]int), make(map[string]int)
}

// add counts a row of a department's list.
func (s *sample) add(u *User) {
	s.spell(u)
	if s.users[u.ID] {
		return
	}
	s.users[u.ID] = true
	for _, name := range fieldsOf(u) {
		s.has[name]++
	}
	if u.Departments != nil && len(u.Departments) == 0 {
		s.homeless++
	}
}

func (s *sample) spell(u *User) {
	key := strings.ToLower(u.ID)
	if s.spellings[key] == nil {
		s.spellings[key] = make(map[string]bool)
	}
	if strings.EqualFold(u.UserName, u.ID) {
		s.spellings[key][u.UserName] = true
	}
}

// addDetail counts what the call for one person tells.
func (s *sample) addDetail(u *User) {
	s.details++
	for _, name := range fieldsOf(u) {
		s.detailed[name]++
	}
}

// fieldsOf names the fields that a person has, as package diagnosis calls them.
func fieldsOf(u *User) []string {
	var names []string
	note := func(has bool, name string) {
		if has {
			names = append(names, name)
		}
	}
	kind := func(values []Value, kinds ...string) bool {
		return slices.ContainsFunc(values, func(v Value) bool { return slices.Contains(kinds, v.Type) })
	}
	place := func(has func(Membership) bool) bool { return slices.ContainsFunc(u.Departments, has) }
	note(u.ID != "", "id")
	note(u.ExternalID != "", "externalId")
	note(u.UnionID != "", "unionId")
	note(u.UserName != "" && u.UserNameFrom != UserNameFromOpenID && u.UserNameFrom != UserNameFromID, "userName")
	note(u.DisplayName != "", "displayName")
	note(u.NickName != "", "nickName")
	note(u.Title != "", "title")
	note(u.Status != "", "status")
	note(u.Gender != "", "gender")
	note(u.PhotoURL != "", "photo")
	note(u.Location != "", "location")
	note(u.EmployeeNo != "", "employeeNumber")
	note(u.EmployeeType != "", "employeeType")
	note(u.HireDate != "", "hireDate")
	note(u.ManagerID != "", "manager")
	note(kind(u.Emails, "work"), "emails.work")
	note(kind(u.Emails, "home"), "emails.home")
	note(kind(u.PhoneNumbers, "mobile"), "phoneNumbers.mobile")
	note(kind(u.PhoneNumbers, "work"), "phoneNumbers.work")
	note(u.Departments != nil, "departments")
	note(place(func(m Membership) bool { return m.Leader != nil }), "departments.leader")
	note(place(func(m Membership) bool { return m.Primary != nil }), "departments.primary")
	note(place(func(m Membership) bool { return m.Order != "" }), "departments.order")
	note(u.Attributes != nil, fieldAttributes)
	return names
}

// spread picks n of the departments, evenly from the first to the last.
func spread(all []Department, n int) []Department {
	if len(all) <= n {
		return all
	}
	var picked []Department
	for i := range n {
		picked = append(picked, all[i*(len(all)-1)/(n-1)])
	}
	return picked
}

// lookAtPeople reads the members of some departments and some people one by one. fallback is a department to try where
// none could be listed.
func (x *examination) lookAtPeople(fallback string) {
	if x.has(diagnosis.RangeEmpty) {
		x.judgeFields()
		return
	}
	from := x.departments
	if len(from) == 0 {
		for _, id := range x.scope.Departments {
			from = append(from, Department{ID: id})
		}
		if len(from) == 0 && !(x.scopeSeen && x.scope.Known && !x.scope.Whole) {
			from = []Department{{ID: fallback}}
		}
	}
	hasBelow := make(map[string]bool)
	for _, d := range x.departments {
		hasBelow[d.ParentID] = true
	}
	var ids []string // of people
	picked := spread(from, sampledDepartments)
	everybody := x.allListed && x.scopeSeen && x.scope.Known && len(picked) == len(from) &&
		len(x.scope.Users) <= sampledSingles
	for i, d := range picked {
		if len(x.people.users) >= x.options.Sample || x.shut != "" || x.outage != nil {
			everybody = false
			break
		}
		share := max(1, (x.options.Sample-len(x.people.users))/(len(picked)-i))
		found := 0
		ok := x.look(partPermissions, whatMembers, func(ctx context.Context) error {
			for u, err := range x.d.Members(ctx, d.ID) {
				if err != nil {
					return err
				}
				if found++; found > share {
					everybody = false
					return nil
				}
				x.people.add(&u)
				ids = append(ids, u.ID)
			}
			return nil
		})
		if !ok {
			everybody = false
			break
		}
		x.out.Range.SampledDepartments++
		if x.allListed && !hasBelow[d.ID] {
			x.people.judged++
			if found == 0 {
				x.people.empty++
			}
		}
	}
	x.lookAtSingles(&ids)
	x.lookAtDetails(ids)
	x.out.Range.SampledPeople = len(x.people.users)
	if n := len(x.people.users); everybody && x.out.Range.People == nil {
		x.out.Range.People = &n
	}
	if r := &x.out.Range; r.SampledPeople == 0 && r.SampledDepartments > 0 && r.SampledDepartments == len(picked) &&
		len(x.scope.Users) == 0 && x.allListed {
		x.find(diagnosis.RangeEmpty, nil, Finding{})
	}
	x.judgePeople()
	x.judgeFields()
}

// lookAtSingles reads people who were given to the app one by one.
func (x *examination) lookAtSingles(ids *[]string) {
	singles := x.scope.Users[:min(len(x.scope.Users), sampledSingles)]
	for _, id := range singles {
		if !x.look(partPermissions, "people given to the app one by one", func(ctx context.Context) error {
			u, err := x.d.User(ctx, id)
			if errors.Is(err, clients.ErrNotFound) {
				return nil
			}
			if err == nil {
				x.people.add(&u)
				*ids = append(*ids, u.ID)
			}
			return err
		}) {
			return
		}
	}
}

// lookAtDetails asks about some people once more.
func (x *examination) lookAtDetails(ids []string) {
	if len(ids) == 0 {
		return
	}
	step := max(1, len(ids)/sampledDetails)
	for i := 0; i < len(ids) && x.people.details < sampledDetails; i += step {
		id := ids[i]
		if !x.look(partPermissions, whatDetails, func(ctx context.Context) error {
			u, err := x.d.User(ctx, id)
			if errors.Is(err, clients.ErrNotFound) {
				return nil // has just left
			}
			if err == nil {
				x.people.addDetail(&u)
			}
			return err
		}) {
			return
		}
	}
	if x.attributes != nil {
		x.attributes(x, ids[:min(len(ids), 50)])
	}
}

// judgePeople says what is odd about people and departments.
func (x *examination) judgePeople() {
	s := &x.people
	number := strconv.Itoa
	if len(s.users) > 0 {
		x.looked[partPeople] = true
	}
	if s.homeless > 0 {
		x.find(diagnosis.NoDepartment, map[string]string{"has": number(s.homeless), "of": number(len(s.users))},
			Finding{})
	}
	x.out.Range.LeafDepartments, x.out.Range.EmptyDepartments = s.judged, s.empty
	if s.judged >= enough && s.empty*2 > s.judged { // a few are empty everywhere
		x.find(diagnosis.EmptyDepartments, map[string]string{"has": number(s.empty), "of": number(s.judged)}, Finding{})
	}
	twice := 0
	for _, spelt := range s.spellings {
		if len(spelt) > 1 {
			twice++
		}
	}
	if _, _, folds := diagnosis.Find(diagnosis.SpelledTwice, x.out.Vendor); folds && twice > 0 {
		x.find(diagnosis.SpelledTwice, map[string]string{"has": number(twice), "of": number(len(s.users))}, Finding{})
	}
}

// judgeFields says why a field is missing that nobody has.
func (x *examination) judgeFields() {
	s := &x.people
	missing := make(map[string][]string) // fields by the permissions that open them
	order := []string{}
	var permissions = make(map[string][]string)
	var dated, there []string // of the fields that a date rule hides
	for _, f := range diagnosis.Fields() {
		source, ok := f.Sources[x.out.Vendor]
		if !ok {
			continue
		}
		count := FieldCount{Field: f.Name, Call: source.Call, Has: s.has[f.Name], Of: len(s.users),
			Permissions: source.AnyOf}
		switch {
		case source.Call == "detail":
			count.Has, count.Of = s.detailed[f.Name], s.details
			if f.Name == fieldAttributes {
				count.Of = s.asked
			}
		case strings.HasPrefix(f.Name, departmentPrefix):
			count.Has, count.Of = x.departmentsWith(f.Name), len(x.departments)
		}
		if source.Call != diagnosis.Department && len(source.Properties) > 0 {
			x.out.Fields = append(x.out.Fields, count)
		}
		if source.Rule == diagnosis.FieldDateRule && count.Of >= enough {
			if count.Has == 0 {
				dated = append(dated, f.Name)
			} else {
				there = append(there, f.Name)
			}
		}
		granted, known := x.grants(source.AnyOf)
		switch {
		case len(source.AnyOf) == 0:
		case known && granted:
			if count.Has == 0 && count.Of >= enough && !source.Rare {
				x.find(diagnosis.FieldEmpty, map[string]string{"of": strconv.Itoa(count.Of), "fields": f.Name},
					Finding{Fields: []string{f.Name}})
			}
		case known, count.Has == 0 && count.Of >= enough && !source.Rare:
			key := strings.Join(source.AnyOf, " ")
			if missing[key] == nil {
				order, permissions[key] = append(order, key), source.AnyOf
			}
			missing[key] = append(missing[key], f.Name)
		}
	}
	for _, key := range order {
		has := 0
		for _, name := range missing[key] {
			has = max(has, s.has[name])
		}
		lacks, seen := "seems to lack", ""
		if x.out.Granted != nil {
			lacks = "lacks"
		}
		if len(s.users) > 0 {
			seen = fmt.Sprintf("; %d of %d people in the sample have it", has, len(s.users))
		}
		x.find(diagnosis.FieldPermission, map[string]string{"lacks": lacks, "sample": seen,
			"fields": andList(missing[key]), "permissions": x.oneOf(permissions[key]),
			"permission": x.permission(permissions[key])},
			Finding{Fields: missing[key], Permissions: permissions[key]})
	}
	if len(dated) > 0 && len(there) == 0 {
		x.find(diagnosis.FieldDateRule, map[string]string{"of": strconv.Itoa(len(s.users)), "fields": orList(dated)},
			Finding{Fields: dated})
	}
	x.fieldsUnseen()
}

// departmentsWith counts the listed departments that have a field. Feishu's root has none, and is not counted as
// lacking it.
func (x *examination) departmentsWith(name string) (n int) {
	for _, d := range x.departments {
		has := map[string]bool{
			departmentPrefix + "displayName": d.Name != "" && d.Name != feishuRootName, departmentPrefix +
				"externalId": d.ExternalID != "",
			departmentPrefix + "leaders": d.LeaderIDs != nil, departmentPrefix + "order": d.Order != "",
		}[name]
		if has {
			n++
		}
	}
	return n
}

// fieldsUnseen says why nothing can be said about fields.
func (x *examination) fieldsUnseen() {
	var because []string
	for _, f := range x.out.Findings {
		if f.Severity == SeverityError && !slices.Contains(because, f.Code) {
			because = append(because, f.Code)
		}
	}
	switch n := len(x.people.users); {
	case n >= enough:
		x.looked[partFields] = true
	case n > 0:
		x.unseen(whatFields, fmt.Sprintf("%d people are too few to tell a missing permission from an empty field", n),
			because...)
	default:
		x.unseen(whatFields, "nobody could be read", because...)
	}
}

// grants tells whether the app has one of some permissions, where the vendor lists them.
func (x *examination) grants(anyOf []string) (granted, known bool) {
	if x.out.Granted == nil {
		return false, false
	}
	return slices.ContainsFunc(anyOf, func(p string) bool { return slices.Contains(x.out.Granted, p) }), true
}
