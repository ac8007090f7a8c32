package company

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// generator makes an organisation. Everything follows from the seed; the clock plays no part.
type generator struct {
	dir    *Directory
	rand   *rand.Rand
	epoch  time.Time // what the records take for the day on which they were entered
	levels [][]DepartmentKey
}

// Generate makes an organisation of so many departments, the root included, and so many people.
func Generate(seed uint64, departments, people int, now func() time.Time) *Organisation {
	g := &generator{
		dir:   newDirectory(seed),
		rand:  rand.New(rand.NewPCG(seed, 0x726f73746572)),
		epoch: time.Date(2026, time.January, 5, 1, 0, 0, 0, time.UTC),
	}
	g.makeDepartments(max(departments, 1))
	g.makePeople(people)
	g.chooseLeaders()
	g.makeGroups()
	g.dir.now = now
	return &Organisation{dir: g.dir, now: now}
}

// makeDepartments spreads n departments over five levels.
func (g *generator) makeDepartments(n int) {
	root := g.addDepartment(1, 0, 0)
	g.levels = [][]DepartmentKey{{root}}
	rest := n - 1
	share := []int{rest * 15 / 100, rest * 35 / 100, rest * 30 / 100}
	for level := 2; level <= 5 && rest > 0; level++ {
		count := rest
		if level < 5 {
			count = min(rest, max(1, share[level-2]))
		}
		rest -= count
		above := g.levels[level-2]
		perParent := make(map[DepartmentKey]int)
		var keys []DepartmentKey
		for i := range count {
			// The first one goes below the first parent, so that a chain through all levels is certain.
			parent := above[0]
			if i > 0 {
				parent = above[g.rand.IntN(len(above))]
			}
			keys = append(keys, g.addDepartment(level, parent, perParent[parent]))
			perParent[parent]++
		}
		g.levels = append(g.levels, keys)
	}
}

// addDepartment adds the nth child of parent.
func (g *generator) addDepartment(level int, parent DepartmentKey, nth int) DepartmentKey {
	titles := departmentTitles(level)
	t := titles[(nth+int(parent)*3)%len(titles)]
	if level == 2 {
		t = titles[nth%len(titles)]
	}
	dept := Department{Parent: parent, Name: t.zh, EnglishName: t.en, Order: 100_000_000, Created: g.epoch}
	if round := nth / len(titles); round > 0 {
		dept.Name += strconv.Itoa(round + 1)
		dept.EnglishName += " " + strconv.Itoa(round+1)
	}
	switch {
	case level == 1:
	case nth%6 == 4:
		dept.Order = 4294967295
	case nth%6 == 5:
		dept.Order = 2147484646 + int64(nth)
	case nth%6 == 3:
		dept.Order = 0
	default:
		dept.Order -= int64(nth) * 1000
	}
	added, err := g.dir.AddDepartment(dept)
	if err != nil {
		return RootDepartment // cannot happen: the names of siblings differ and the parent is there
	}
	return added.Key
}

// makePeople adds n people. Departments fill up unevenly, and one leaf in six stays empty.
func (g *generator) makePeople(n int) {
	var pool []DepartmentKey
	leaves := 0
	for level, keys := range g.levels {
		for _, key := range keys {
			weight := []int{0, 1, 3, 5, 4}[level] * (1 + g.rand.IntN(4))
			if level > 0 && len(g.dir.childKeys[key]) == 0 {
				if leaves++; leaves%6 == 2 {
					weight = 0
				}
			}
			for range weight {
				pool = append(pool, key)
			}
		}
	}
	if len(pool) == 0 {
		pool = []DepartmentKey{RootDepartment}
	}
	for i := range n {
		p := g.makePerson(i)
		g.place(&p, i, pool)
		if _, err := g.dir.AddPerson(p); err != nil {
			continue // cannot happen: makePerson takes care of the ids
		}
	}
}

// place chooses the departments of the ith person.
func (g *generator) place(p *Person, i int, pool []DepartmentKey) {
	in := []DepartmentKey{pool[g.rand.IntN(len(pool))]}
	if i%150 == 0 { // the founder and a few others are directly in the root
		in[0] = RootDepartment
	}
	more := 0
	switch r := g.rand.IntN(100); {
	case r < 12:
		more = 1
	case r < 16:
		more = 2
	case r < 17:
		more = 3 + g.rand.IntN(4)
	}
	for range more {
		in = append(in, pool[g.rand.IntN(len(pool))])
	}
	if i > 0 && i%210 == 0 {
		in = append(in, RootDepartment)
	}
	for n, key := range in {
		if _, twice := p.In(key); twice {
			continue
		}
		p.Memberships = append(p.Memberships,
			Membership{Department: key, Order: g.order(i + n), DingTalkOrder: g.dir.DingTalkOrder(PersonKey(i+1), key)})
	}
	p.MainDepartment = in[0]
	if len(p.Memberships) > 1 && i%4 == 0 {
		p.MainDepartment = p.Memberships[1].Department
	}
}

// order makes a rank as tenants have them: mostly none, some small, some from the upper end of the 32 bits.
func (g *generator) order(i int) int64 {
	switch r := g.rand.IntN(20); {
	case r < 12:
		return 0
	case r < 15:
		return int64(i + 1)
	case r < 17:
		return 2147484646 + g.rand.Int64N(1000)
	case r < 19:
		return 4294967295 - g.rand.Int64N(100)
	default:
		return 100_000_000
	}
}

// makePerson makes the ith person, who is not in a department yet.
func (g *generator) makePerson(i int) Person {
	family := pick(g.rand, surnames())
	gender, given, english := GenderMale, maleNames(), maleEnglishNames()
	if g.rand.IntN(2) == 0 {
		gender, given, english = GenderFemale, femaleNames(), femaleEnglishNames()
	}
	first := pick(g.rand, given)
	if g.rand.IntN(5) < 3 {
		second := pick(g.rand, given)
		first = syllable{first.han + second.han, first.latin + second.latin}
	}
	city := pick(g.rand, cities())
	n := i + 1
	p := Person{
		Name:           family.han + first.han,
		Gender:         gender,
		Mobile:         Mobile{Country: "86", Number: fmt.Sprintf("1300%07d", n)},
		Position:       pick(g.rand, positions()),
		EmployeeNumber: fmt.Sprintf("A%05d", n),
		Employment:     EmploymentRegular,
		Hired:          time.Date(2012, time.March, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, g.rand.IntN(5000)),
		City:           city.zh,
		WorkPlace:      city.zh + "办公区",
		AvatarURL:      fmt.Sprintf("https://img.example.org/avatar/%d.png", n),
		Created:        g.epoch,
		Changed:        g.epoch,
	}
	g.identify(&p, i, family.latin, first.latin)
	local := strings.ToLower(family.latin) + "." + first.latin + strconv.Itoa(n)
	p.Email = local + "@mail.example.org"
	p.CorpEmail = local + "@example.cn"
	if i%3 == 0 {
		p.EnglishName = pick(g.rand, english) + " " + strings.ToUpper(family.latin[:1]) + family.latin[1:]
	}
	if i%5 == 2 {
		p.Nickname = pick(g.rand, english)
	}
	if n%10 != 4 {
		p.WeChatOpenID = "oW" + DeriveText(g.dir.Seed, "wechat openid", n, Base64Digits, 26)
	}
	switch i % 12 {
	case 4:
		p.Attributes = []Attribute{{Name: "工号", Text: p.EmployeeNumber}}
	case 8:
		p.Attributes = []Attribute{{Name: "工位", Text: fmt.Sprintf("3F-%02d", n%80)},
			{Name: "主页", Text: "主页", URL: fmt.Sprintf("https://example.org/u/%d", n)}}
	}
	if i%6 == 1 {
		p.Telephone = fmt.Sprintf("0571-8800-%04d", n%10000)
	}
	if i%9 == 2 {
		p.Address = city.zh + city.en
	}
	if i > 0 {
		g.wear(&p, i)
	} else {
		p.Founder, p.Admin, p.Position = true, true, "总经理"
	}
	return p
}

// identify gives the ith person a user id in one of the styles that grown tenants mix.
func (g *generator) identify(p *Person, i int, family, given string) {
	capital := strings.ToUpper(family[:1]) + family[1:] + strings.ToUpper(given[:1]) + given[1:]
	base := family + "." + given
	switch {
	case i%97 == 50:
		base, p.GeneratedUserID = DeriveText(g.dir.Seed, "generated userid", i, HexDigits, 10), true
	case i%29 == 11:
		base = fmt.Sprintf("E%05d", i+1)
	case i%23 == 7:
		base = family + "." + given + "@rd"
	case i%19 == 3:
		base = family + "_" + given + "-x"
	case i%11 == 5:
		base = capital
	}
	p.UserID = Unused(func(attempt int) string {
		if attempt == 0 {
			return base
		}
		return base + strconv.Itoa(attempt+1)
	}, func(id string) bool { return g.dir.FindPerson(ByUserID, id) != nil })
}

// wear takes from a complete record what real records lack.
func (g *generator) wear(p *Person, i int) {
	switch i % 25 {
	case 7:
		p.Status = StatusDisabled
	case 13:
		p.Status = StatusNotActivated
	}
	switch i % 40 {
	case 9:
		p.Mobile = Mobile{}
	case 14:
		p.Mobile = Mobile{Country: "852", Number: fmt.Sprintf("5%07d", i)}
	case 19:
		p.Mobile = Mobile{Country: "1", Number: fmt.Sprintf("555%07d", i)}
	}
	if i%8 == 3 && p.Mobile.Number != "" {
		p.Email = ""
	}
	if i%10 == 6 {
		p.CorpEmail = ""
	}
	if i%14 == 5 {
		p.Position = ""
	}
	if i%16 == 9 {
		p.EmployeeNumber = ""
	}
	if i%18 == 4 {
		p.Hired = time.Time{}
	}
	if i%21 == 10 {
		p.Gender = GenderUnknown
	}
	if i%5 == 3 {
		p.AvatarURL = ""
	}
	if i%30 == 12 {
		p.City, p.WorkPlace = "", ""
	}
	switch i % 50 {
	case 21:
		p.Employment = EmploymentIntern
	case 33:
		p.Employment = EmploymentOutsourced
	case 47:
		p.Employment = EmploymentConsultant
	}
	p.MobileHidden = i%35 == 20
	p.Admin = i%400 == 1
	if i%60 == 31 {
		p.Remark = "借调"
	}
}

// chooseLeaders gives most departments a leader, some two and some none, and everybody a manager who leads one of the
// departments above.
func (g *generator) chooseLeaders() {
	leaders := make(map[DepartmentKey][]PersonKey)
	for _, dept := range g.dir.AllDepartments() {
		wanted := 1
		switch r := g.rand.IntN(10); {
		case r == 0 && dept.Key != RootDepartment:
			wanted = 0
		case r <= 2:
			wanted = 2
		}
		for _, key := range slices.Sorted(maps.Keys(g.dir.memberKeys[dept.Key])) {
			p := g.dir.Person(key)
			if len(leaders[dept.Key]) == wanted {
				break
			}
			if p.Status != StatusActive {
				continue
			}
			leaders[dept.Key] = append(leaders[dept.Key], key)
			for i := range p.Memberships {
				if p.Memberships[i].Department == dept.Key {
					p.Memberships[i].Leader = true
				}
			}
		}
	}
	for _, p := range g.dir.people {
		if p.Key%71 != 36 { // a few records lack it
			p.Manager = g.managerOf(p, leaders)
		}
	}
}

// managerOf finds the nearest leader with a smaller key, so that nobody reports to himself through others.
func (g *generator) managerOf(p *Person, leaders map[DepartmentKey][]PersonKey) PersonKey {
	for _, dept := range g.dir.Path(p.MainDepartment) {
		for _, leader := range leaders[dept.Key] {
			if leader < p.Key {
				return leader
			}
		}
	}
	return 0
}

// makeGroups makes groups of people and departments. They draw from a source of their own, so that the people are the
// same with and without them.
func (g *generator) makeGroups() {
	random := rand.New(rand.NewPCG(g.dir.Seed, 0x67726f757073))
	people, departments := g.dir.AllPeople(), g.dir.AllDepartments()
	if len(people) == 0 {
		return
	}
	for _, kind := range []GroupKind{Tag, Role} {
		for i, name := range groupNames(kind) {
			group := Group{Kind: kind, Name: name, Created: g.epoch}
			// The last one of each kind is empty: a group need not have members.
			for range min(len(people), 1+random.IntN(40)) * min(1, len(groupNames(kind))-1-i) {
				if key := pick(random, people).Key; !slices.Contains(group.People, key) {
					group.People = append(group.People, key)
				}
			}
			if kind == Tag && i%2 == 1 && len(departments) > 1 {
				group.Departments = []DepartmentKey{pick(random, departments[1:]).Key}
			}
			if _, err := g.dir.AddGroup(group); err != nil {
				continue // cannot happen: the names differ and the members are there
			}
		}
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
