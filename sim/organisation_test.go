package sim_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOrganisationIsMadeFromTheSeed(t *testing.T) {
	a, b, c := sim.New().Organisation(), sim.New().Organisation(), sim.New(sim.WithSeed(2)).Organisation()
	assert.Equal(t, a.Departments(), b.Departments())
	assert.Equal(t, a.People(), b.People())
	assert.NotEqual(t, a.People(), c.People())
}

func TestOrganisationShape(t *testing.T) {
	org := sim.New().Organisation()
	departments, people := org.Departments(), org.People()
	require.Len(t, departments, 60)
	require.Len(t, people, 2000)

	t.Run("five levels under one root", func(t *testing.T) {
		depth := map[sim.DepartmentKey]int{}
		levels := map[int]int{}
		for _, d := range departments {
			if d.Key == sim.RootDepartment {
				assert.Zero(t, d.Parent)
			} else {
				require.Contains(t, depth, d.Parent, "parents come first")
			}
			depth[d.Key] = depth[d.Parent] + 1
			levels[depth[d.Key]]++
		}
		assert.Equal(t, 1, levels[1])
		assert.Len(t, levels, 5)
		assert.Len(t, org.Subtree(sim.RootDepartment), 60)
	})

	t.Run("vendor ids", func(t *testing.T) {
		seen := map[string]bool{}
		unique := func(kind, id string) {
			assert.NotEmpty(t, id, kind)
			assert.False(t, seen[kind+id], "%s %s twice", kind, id)
			seen[kind+id] = true
		}
		large := 0
		for _, d := range departments {
			unique("wecom", fmt.Sprint(d.WeComID))
			unique("dingtalk", fmt.Sprint(d.DingTalkID))
			unique("feishu", d.FeishuID)
			unique("feishu open", d.FeishuOpenID)
			unique("wps", d.WPSID)
			assert.LessOrEqual(t, d.WeComID, int64(1<<32-1))
			if d.WeComID > 1<<31 {
				large++
			}
			if d.Key != sim.RootDepartment {
				assert.True(t, strings.HasPrefix(d.FeishuOpenID, "od-"))
			}
		}
		assert.Positive(t, large, "ids that do not fit into 31 bits")
		assert.Equal(t, int64(1), departments[0].WeComID)
		assert.Equal(t, int64(1), departments[0].DingTalkID)
		assert.Equal(t, "0", departments[0].FeishuOpenID)
		for _, p := range people {
			unique("userid", strings.ToLower(p.UserID))
			unique("wecom open", p.WeComOpenUserID)
			unique("unionid", p.DingTalkUnionID)
			unique("user_id", p.FeishuUserID)
			unique("open_id", p.FeishuOpenID)
			unique("union_id", p.FeishuUnionID)
			unique("wps person", p.WPSUserID)
			assert.True(t, strings.HasPrefix(p.FeishuOpenID, "ou_"))
			assert.True(t, strings.HasPrefix(p.FeishuUnionID, "on_"))
		}
	})

	t.Run("what real staff records show", func(t *testing.T) {
		count := map[string]int{}
		note := func(what string, is bool) {
			if is {
				count[what]++
			}
		}
		for _, p := range people {
			assert.False(t, p.Mobile.Number == "" && p.Email == "", "%s can be reached", p.UserID)
			assert.True(t, p.Email == "" || strings.HasSuffix(p.Email, "@mail.example.org"))
			_, inMain := p.In(p.MainDepartment)
			assert.True(t, inMain, "the main department is one of the memberships")
			note("several departments", len(p.Memberships) > 1)
			note("many departments", len(p.Memberships) > 3)
			_, inRoot := p.In(sim.RootDepartment)
			note("directly under the root", inRoot)
			note("disabled", p.Status == sim.StatusDisabled)
			note("not activated", p.Status == sim.StatusNotActivated)
			note("no mobile", p.Mobile.Number == "")
			note("no email", p.Email == "")
			note("no position", p.Position == "")
			note("no hire date", p.Hired.IsZero())
			note("no employee number", p.EmployeeNumber == "")
			note("no gender", p.Gender == sim.GenderUnknown)
			note("no manager", p.Manager == 0)
			note("English name", p.EnglishName != "")
			note("foreign number", p.Mobile.Number != "" && p.Mobile.Country != "86")
			note("@ in the user id", strings.Contains(p.UserID, "@"))
			note("capitals in the user id", p.UserID != strings.ToLower(p.UserID))
			for _, m := range p.Memberships {
				note("order near the end of 32 bits", m.Order > 1<<32-200)
				note("order beyond 31 bits", m.Order > 1<<31)
				note("order beyond a float64", m.DingTalkOrder > 1<<53 &&
					int64(float64(m.DingTalkOrder)) != m.DingTalkOrder)
				note("leader", m.Leader)
			}
		}
		for _, d := range departments {
			note("empty department", len(org.Members(d.Key)) == 0)
		}
		for _, what := range []string{
			"several departments", "many departments", "directly under the root", "disabled", "not activated",
			"no mobile", "no email",
			"no position", "no hire date", "no employee number", "no gender", "no manager", "English name",
			"foreign number",
			"@ in the user id", "capitals in the user id", "order near the end of 32 bits", "order beyond 31 bits",
			"order beyond a float64", "leader", "empty department",
		} {
			assert.Positive(t, count[what], what)
		}
	})
}

func TestOrganisationOfAnySize(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {1, 3}, {2, 1}, {5, 10}, {500, 100}} {
		org := sim.New(sim.WithDepartments(size[0]), sim.WithPeople(size[1])).Organisation()
		assert.Len(t, org.Departments(), max(size[0], 1))
		assert.Len(t, org.People(), size[1])
	}
}

func TestOrganisationHandsOutCopies(t *testing.T) {
	org := sim.New(small()...).Organisation()
	people := org.People()
	people[0].Memberships[0].Department = 999
	people[0].Name = "changed"
	again, ok := org.Person(people[0].Key)
	require.True(t, ok)
	assert.NotEqual(t, "changed", again.Name)
	assert.NotEqual(t, sim.DepartmentKey(999), again.Memberships[0].Department)
}

func TestOrganisationFinds(t *testing.T) {
	org := sim.New(small()...).Organisation()
	p := org.People()[1]
	for kind, id := range map[sim.PersonID]string{
		sim.ByUserID: strings.ToUpper(p.UserID), sim.ByMobile: p.Mobile.E164(), sim.ByEmail: p.Email,
		sim.ByCorpEmail:       p.CorpEmail,
		sim.ByWeComOpenUserID: p.WeComOpenUserID, sim.ByWeChatOpenID: p.WeChatOpenID,
		sim.ByDingTalkUnionID: p.DingTalkUnionID,
		sim.ByFeishuUserID:    p.FeishuUserID, sim.ByFeishuOpenID: p.FeishuOpenID, sim.ByFeishuUnionID: p.FeishuUnionID,
		sim.ByWPSUserID: p.WPSUserID,
	} {
		got, ok := org.FindPerson(kind, id)
		assert.True(t, ok, kind)
		assert.Equal(t, p.Key, got.Key, kind)
		_, ok = org.FindPerson(kind, "nobody")
		assert.False(t, ok, kind)
	}
	d := org.Departments()[3]
	for kind, id := range map[sim.DepartmentID]string{
		sim.ByWeComID: fmt.Sprint(d.WeComID), sim.ByDingTalkID: fmt.Sprint(d.DingTalkID), sim.ByFeishuID: d.FeishuID,
		sim.ByFeishuOpenDepartmentID: d.FeishuOpenID, sim.ByWPSID: d.WPSID,
	} {
		got, ok := org.FindDepartment(kind, id)
		assert.True(t, ok, kind)
		assert.Equal(t, d.Key, got.Key, kind)
	}
	_, ok := org.FindPerson(sim.PersonID(99), "x")
	assert.False(t, ok)
	_, ok = org.FindDepartment(sim.DepartmentID(-1), "x")
	assert.False(t, ok)
	assert.Equal(t, "unknown id", sim.PersonID(99).String())
	assert.Equal(t, "unknown id", sim.DepartmentID(99).String())
}

func TestOrganisationChanges(t *testing.T) {
	org := sim.New(small()...).Organisation()
	root := sim.RootDepartment

	d, err := org.AddDepartment(sim.Department{Parent: root, Name: "新部门"})
	require.NoError(t, err)
	_, err = org.AddDepartment(sim.Department{Parent: root, Name: "新部门"})
	require.ErrorIs(t, err, sim.ErrTaken)
	_, err = org.AddDepartment(sim.Department{Parent: 999, Name: "孤儿"})
	require.ErrorIs(t, err, sim.ErrUnknown)
	_, err = org.AddDepartment(sim.Department{Parent: root, Name: "同号", WeComID: d.WeComID})
	require.ErrorIs(t, err, sim.ErrTaken)
	child, err := org.AddDepartment(sim.Department{Parent: d.Key, Name: "下级"})
	require.NoError(t, err)
	move := func(to sim.DepartmentKey) func(*sim.Department) error {
		return func(d *sim.Department) error { d.Parent = to; return nil }
	}
	require.ErrorIs(t, org.UpdateDepartment(d.Key, move(child.Key)), sim.ErrInvalid, "below its own child")
	require.ErrorIs(t, org.UpdateDepartment(d.Key, move(d.Key)), sim.ErrInvalid, "below itself")
	require.ErrorIs(t, org.UpdateDepartment(root, move(d.Key)), sim.ErrInvalid)
	require.ErrorIs(t, org.UpdateDepartment(999, move(root)), sim.ErrUnknown)
	require.ErrorIs(t, org.RemoveDepartment(d.Key), sim.ErrNotEmpty)
	require.ErrorIs(t, org.RemoveDepartment(root), sim.ErrInvalid)
	assert.Len(t, org.Children(d.Key), 1)

	p, err := org.AddPerson(sim.Person{UserID: "neu", Name: "新人",
		Memberships: []sim.Membership{{Department: child.Key}}})
	require.NoError(t, err)
	assert.NotEmpty(t, p.FeishuOpenID)
	assert.Equal(t, child.Key, p.MainDepartment)
	_, err = org.AddPerson(sim.Person{UserID: "NEU"})
	require.ErrorIs(t, err, sim.ErrTaken)
	_, err = org.AddPerson(sim.Person{})
	require.ErrorIs(t, err, sim.ErrInvalid)
	_, err = org.AddPerson(sim.Person{UserID: "x", Memberships: []sim.Membership{{Department: 999}}})
	require.ErrorIs(t, err, sim.ErrUnknown)

	require.NoError(t, org.MovePerson(p.Key, child.Key, root))
	require.ErrorIs(t, org.MovePerson(p.Key, child.Key, root), sim.ErrUnknown)
	moved, _ := org.Person(p.Key)
	assert.Equal(t, root, moved.MainDepartment)
	require.NoError(t, org.RemoveDepartment(child.Key))

	require.NoError(t, org.UpdatePerson(p.Key, func(p *sim.Person) error { p.Name = "改名"; return nil }))
	require.Error(t, org.UpdatePerson(p.Key, func(p *sim.Person) error { p.UserID = org0(t); return nil }))
	require.NoError(t, org.RemovePerson(p.Key))
	require.ErrorIs(t, org.RemovePerson(p.Key), sim.ErrUnknown)
	require.Len(t, org.FormerPeople(), 1)
	assert.False(t, org.FormerPeople()[0].Left.IsZero())
	back, err := org.RestorePerson(p.Key, root)
	require.NoError(t, err)
	assert.Equal(t, "改名", back.Name)
	assert.Empty(t, org.FormerPeople())
	_, err = org.RestorePerson(p.Key, root)
	require.ErrorIs(t, err, sim.ErrUnknown)
	assert.Contains(t, (&sim.TakenError{What: sim.ByMobile, Value: "1"}).Error(), "mobile number")
}

// org0 is the user id of the first person of every small organisation.
func org0(t *testing.T) string {
	t.Helper()
	return sim.New(small()...).Organisation().People()[0].UserID
}

func TestOrganisationMayBeChangedWhileItIsRead(t *testing.T) {
	org := sim.New(small()...).Organisation()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 20 {
				p, err := org.AddPerson(sim.Person{UserID: fmt.Sprintf("u%d-%d", i, n),
					Memberships: []sim.Membership{{Department: sim.RootDepartment}}})
				assert.NoError(t, err)
				org.People()
				org.Members(sim.RootDepartment)
				org.Leaders(sim.RootDepartment)
				assert.NoError(t, org.RemovePerson(p.Key))
			}
		})
	}
	wg.Wait()
	assert.Len(t, org.People(), 60)
}

func TestParseMobile(t *testing.T) {
	for text, want := range map[string]string{
		"13000000001": "+8613000000001", "+86 13000000001": "+8613000000001", "+86-130-0000-0001": "+8613000000001",
		"+852 51234567": "+85251234567", "+1 5550001111": "+15550001111", "+4930123456": "+4930123456",
	} {
		m, ok := sim.ParseMobile(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, m.E164(), text)
	}
	for _, text := range []string{"", "12345", "23000000001", "1300000000x", "+", "+86 1", "abc"} {
		_, ok := sim.ParseMobile(text)
		assert.False(t, ok, text)
	}
	assert.Empty(t, sim.Mobile{}.Short())
	assert.Equal(t, "+85251234567", sim.Mobile{Country: "852", Number: "51234567"}.Short())
}
